import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Recommendation, RecommendationStatus } from '../../src/api/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { reconciling, run, SIGNAL } from './reconciling.ts'
import { Store } from './store.ts'

/** Recommendations of workloads that were last seen this many days ago. */
async function lastSeen(t: TestContext, daysAgo: Readonly<Record<string, number>>) {
  const store = new Store()
  const time = new FakeTime()
  for (const [name, days] of Object.entries(daysAgo)) {
    const lastSeen = `${new Date(time.now() - days * 86_400_000).toISOString().slice(0, 19)}Z`
    store.put({
      metadata: { namespace: 'shop', name: `statefulset-${name}` },
      spec: { workload: { kind: 'StatefulSet', name } },
      status: { lastSeen } satisfies RecommendationStatus,
    } as unknown as Recommendation)
  }
  return await reconciling(t, { store, time })
}

test('a workload without a Pod for longer than forgetAfterDays is removed with its checkpoint, and no other', async (t) => {
  const all = await lastSeen(t, { gone: 31, away: 29, running: 31 })
  const { store, vanished, writer } = all
  run(all, 'running')
  vanished.run()
  await writer.drain(SIGNAL)
  assert.deepEqual([...store.objects.keys()].sort(), ['statefulset-away', 'statefulset-running'])
  assert.deepEqual(
    store.deleted.map((path) => path.split('/').slice(-2).join('/')),
    ['recommendations/statefulset-gone', 'recommendationcheckpoints/statefulset-gone'],
  )
})

test('a workload that returns before its turn is kept', async (t) => {
  const all = await lastSeen(t, { gone: 31 })
  const { store, vanished, writer } = all
  vanished.run()
  run(all, 'gone')
  await writer.drain(SIGNAL)
  assert.deepEqual([...store.objects.keys()], ['statefulset-gone'])
  assert.deepEqual(store.deleted, [])
})

test('a workload without a Recommendation is also forgotten: it was too young, or its namespace was deleted', async (t) => {
  const all = await reconciling(t)
  const { fleet, learner, store, time, vanished, writer } = all
  for (const name of ['gone', 'running']) run(all, name)
  fleet.deletePod({ namespace: 'shop', name: 'gone-0', uid: 'gone' })
  const names = () => Array.from(learner.workloads(), ({ name }) => name)
  time.advance(29 * 86_400_000)
  vanished.run()
  await writer.drain(SIGNAL)
  assert.deepEqual(names(), ['gone', 'running'])
  time.advance(2 * 86_400_000)
  vanished.run()
  await writer.drain(SIGNAL)
  assert.deepEqual(names(), ['running'])
  assert.deepEqual(
    store.deleted.map((path) => path.split('/').slice(-2).join('/')),
    ['recommendationcheckpoints/statefulset-gone'],
  )
})
