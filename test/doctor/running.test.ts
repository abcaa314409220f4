import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSettings } from '../../src/config/index.ts'
import { checkRunning } from '../../src/doctor/checks/running.ts'
import { describeFinding } from '../../src/doctor/examine.ts'
import type { InstallationFacts, RunningFacts } from '../../src/doctor/facts.ts'
import { WELL } from './facts.ts'

const WELL_RUNNING: RunningFacts = { hasResize: true, judges: [], stuck: [] }
const missing = (resource: string) =>
  ({ process: 'learner', verb: 'create', group: '', resource, isNeeded: true, isAllowed: false }) as const

function told(setting: string, running: Partial<RunningFacts> = {}, more: Partial<InstallationFacts> = {}): string {
  const settings = parseSettings(`apply: {running: ${setting}}`, 'settings')
  const facts = { ...WELL, settings, running: { value: { ...WELL_RUNNING, ...running } }, ...more }
  return describeFinding(checkRunning(facts))
}

test('says what may happen to running Pods', () => {
  assert.match(told('never', { hasResize: false }), /^ok .*not changed \(apply\.running: never\)/)
  assert.match(told('inPlace'), /^ok .*are resized$/)
  assert.match(told('inPlaceOrRestart'), /^ok .*are resized or restarted$/)
})

test('tells an API server without pods/resize from a learner without the right', () => {
  const kubernetes = 'v1.31.2'
  assert.match(
    told('inPlace', { hasResize: false }, { kubernetes }),
    /^warn .*v1\.31\.2 has no pods\/resize.*Upgrade to 1\.33/,
  )
  const rights = { value: [missing('pods/resize')] }
  assert.match(told('inPlace', {}, { rights }), /^warn .*learner may not use pods\/resize.*helm upgrade/)
  const eviction = { value: [missing('pods/eviction')] }
  assert.match(told('inPlaceOrRestart', {}, { rights: eviction }), /^warn .*may not evict Pods/)
})

test('names who else judges each resize, and resizes that are stuck', () => {
  assert.match(
    told('inPlace', { judges: ['check.kyverno.svc (kyverno)'] }),
    /^ok .*judged by check\.kyverno\.svc \(kyverno\)/,
  )
  const stuck = [{ namespace: 'shop', pod: 'web-0', why: 'Deferred: no room' }]
  assert.match(told('inPlace', { stuck }), /^warn .*stuck: shop\/web-0 \(Deferred: no room\).*make room/)
})

test('asks for rights where it may not look', () => {
  assert.match(told('inPlace', {}, { running: { problem: 'forbidden' } }), /^warn .*could not be read: forbidden/)
})
