import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UsageColumns } from '../../src/history/index.ts'
import type { WorkloadFacts } from '../../src/insight/index.ts'
import { ASKED, DAY, insightOf, MIB, NOW_SECONDS, usage } from './made.ts'

function idleWith(its: UsageColumns, more: Partial<WorkloadFacts> = {}) {
  return insightOf({ containers: [{ name: 'app', now: ASKED, usage: its }], ...more }).workload.idle
}
const quiet = usage([[1, 0.003, MIB]])

test('a workload is idle if it used next to nothing for 14 days', () => {
  assert.deepEqual(idleWith(quiet), { cpuCores: 0.003 })
  assert.equal(idleWith(usage([[1, 0.02, MIB]])), undefined)
})

test('a workload that works for an hour a week is not idle, and one that started again is', () => {
  const weekly = usage([
    [0.5, 0.003, MIB],
    [1 / 336, 1, MIB],
    [0.5 - 1 / 336, 0.003, MIB],
  ])
  assert.equal(idleWith(weekly), undefined)
  const everyMinute = everyMinuteFrom(NOW_SECONDS - 14 * DAY, (at) => (at === NOW_SECONDS - 3 * DAY ? 1 : 0.003))
  assert.deepEqual(idleWith(everyMinute), { cpuCores: 0.003, lastActive: '2026-03-28T00:00:00.000Z' })
})

test('CPU of all containers of a Pod counts together', () => {
  const containers = ['app', 'proxy'].map((name) => ({ name, now: ASKED, usage: usage([[1, 0.006, MIB]]) }))
  assert.equal(insightOf({ containers }).workload.idle, undefined)
  assert.equal(
    insightOf({ containers: [...containers.slice(1), { name: 'new', now: ASKED }] }).workload.idle,
    undefined,
  )
})

test('a workload that is younger than 14 days is not idle, nor is anything after a shorter history', () => {
  assert.equal(idleWith(everyMinuteFrom(NOW_SECONDS - 10 * DAY, () => 0.001)), undefined)
  const from = new Date((NOW_SECONDS - 10 * DAY) * 1000).toISOString()
  const window = { from, to: new Date(NOW_SECONDS * 1000).toISOString(), stepSeconds: 60 }
  const facts = { containers: [{ name: 'app', now: ASKED, usage: quiet }] }
  assert.equal(insightOf(facts, { window }).workload.idle, undefined)
})

test('traffic counts where it is known: probes are none', () => {
  assert.deepEqual(idleWith(quiet, { receivedBytesPerSecond: 300 }), { cpuCores: 0.003, receivedBytesPerSecond: 300 })
  assert.equal(idleWith(quiet, { receivedBytesPerSecond: 5000 }), undefined)
})

test('what runs on every node or to its end is never idle, nor is what is scaled to zero', () => {
  const named = (kind: string) => ({ workload: { namespace: 'shop', kind, name: 'web' } })
  for (const kind of ['DaemonSet', 'CronJob', 'Job']) assert.equal(idleWith(quiet, named(kind)), undefined)
  assert.ok(idleWith(quiet, named('StatefulSet')))
  assert.equal(idleWith(quiet, { pods: 0 }), undefined)
})

/** A sample a minute until now. */
function everyMinuteFrom(fromSeconds: number, coresAt: (seconds: number) => number): UsageColumns {
  const columns = usage([])
  for (let timestampSeconds = fromSeconds; timestampSeconds <= NOW_SECONDS; timestampSeconds += 60)
    columns.add({
      ...{ container: columns.container, pod: 'web-0', timestampSeconds },
      ...{ cpuCores: coresAt(timestampSeconds), memoryBytes: MIB },
    })
  return columns
}
