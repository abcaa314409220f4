import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSettings } from '../../src/config/index.ts'
import { checkRights } from '../../src/doctor/checks/rights.ts'
import { checkRunning } from '../../src/doctor/checks/running.ts'
import { describeFinding } from '../../src/doctor/examine.ts'
import type { InstallationFacts, RunningFacts } from '../../src/doctor/facts.ts'
import { requiredRights } from '../../src/doctor/rights.ts'
import { WELL } from './facts.ts'

const WELL_RUNNING: RunningFacts = { hasResize: true, judges: [], stuck: [] }
const settingsOf = (setting: string) => parseSettings(`apply: {running: ${setting}}`, 'settings')

function told(setting: string, running: Partial<RunningFacts> = {}, more: Partial<InstallationFacts> = {}): string {
  const settings = settingsOf(setting)
  const facts = { ...WELL, settings, running: { value: { ...WELL_RUNNING, ...running } }, ...more }
  return describeFinding(checkRunning(facts))
}

/** The learner's rights as the chart grants them, but for some. */
function rightsWithout(setting: string, isMissing: (resource: string) => boolean): Pick<InstallationFacts, 'rights'> {
  const { learner } = requiredRights('plimsoll', 'plimsoll', settingsOf(setting))
  const reviewed = learner.map((right) => ({
    ...right,
    ...({ process: 'learner', isNeeded: true, isAllowed: !isMissing(right.resource) } as const),
  }))
  return { rights: { value: reviewed } }
}

test('says what may happen to running Pods', () => {
  assert.match(told('never', { hasResize: false }), /^ok .*not changed \(apply\.running: never\)/)
  assert.match(told('inPlace'), /^ok .*are resized$/)
  assert.match(told('inPlaceOrRestart'), /^ok .*are resized or restarted$/)
})

test('by default they are resized, and where the settings are not known, nothing is claimed', () => {
  const { settings } = WELL
  assert.match(told('inPlace', {}, { settings }), /^ok .*are resized$/)
  assert.match(told('inPlace', {}, { settings: undefined }), /^ok .*settings are not known/)
})

test('an API server without pods/resize is no fault with the default, and one where restarts were asked for', () => {
  const without = [{ hasResize: false }, { kubernetes: 'v1.31.2' }] as const
  assert.match(
    told('inPlace', ...without),
    /^ok .*only new Pods get the applied revision: Kubernetes v1\.31\.2 has no pods\/resize \(1\.33 and later have it\)$/,
  )
  assert.match(
    told('inPlaceOrRestart', ...without),
    /^warn .*neither resized nor restarted: Kubernetes v1\.31\.2 has no pods\/resize.*\. Upgrade Kubernetes, or set apply\.running/,
  )
  const norRights = rightsWithout('inPlace', (resource) => resource === 'pods/resize')
  assert.match(told('inPlace', without[0], { ...without[1], ...norRights }), /^ok .*has no pods\/resize/)
})

test('rights that are missing for running Pods are named here, and not among those that nothing works without', () => {
  for (const resource of ['pods/resize', 'limitranges', 'resourcequotas']) {
    const facts = rightsWithout('inPlace', (one) => one === resource)
    const line = told('inPlace', {}, facts)
    assert.match(line, /^warn .*the learner may not .*, so only new Pods get the applied revision\. Run helm upgrade/)
    assert.ok(line.includes(resource), line)
    assert.match(line, /set apply\.running to never\.$/)
    assert.equal(checkRights({ ...WELL, ...facts }).status, 'ok')
  }
  const rights = rightsWithout('inPlaceOrRestart', (one) => one === 'pods/eviction')
  assert.match(
    told('inPlaceOrRestart', {}, rights),
    /^warn .*may not create pods\/eviction, so Pods that must be restarted wait/,
  )
  assert.equal(checkRights({ ...WELL, ...rights }).status, 'ok')
})

test('names who else judges each resize, and resizes that are stuck', () => {
  assert.match(
    told('inPlace', { judges: ['check.kyverno.svc (kyverno)'] }),
    /^ok .*other webhooks or policies also check each resize: check\.kyverno\.svc \(kyverno\)/,
  )
  const stuck = [{ namespace: 'shop', pod: 'web-0', why: 'Deferred: no room' }]
  assert.match(told('inPlace', { stuck }), /^warn .*stuck: shop\/web-0 \(Deferred: no room\).*make room/)
})

test('asks for rights where it may not look', () => {
  assert.match(told('inPlace', {}, { running: { problem: 'forbidden' } }), /^warn .*could not be read: forbidden/)
})
