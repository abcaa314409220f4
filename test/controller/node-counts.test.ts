import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type NodeCount, NodeCounts } from '../../src/controller/node-counts.ts'
import { createLearnerMetrics } from '../../src/telemetry/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { many } from '../nodes/made.ts'

async function shown(metrics: ReturnType<typeof createLearnerMetrics>): Promise<string[]> {
  const text = await metrics.registry.metrics()
  return text.split('\n').filter((line) => line.startsWith('plimsoll_nodes_'))
}
const { signal } = new AbortController()

test('nodes are metrics by group and requests, and absent after a count that failed', async () => {
  const metrics = createLearnerMetrics()
  const time = new FakeTime()
  const counts = new NodeCounts(metrics, time)
  const groups: NodeCount[] = [
    { group: 'spot', present: 5, needed: { current: 5, applied: 4, learned: 3 } },
    { group: 'large', present: 2, needed: { current: 2, applied: 1, learned: 0 } },
  ]
  const results = [groups]
  const step = counts.step(async () => {
    const next = results.shift()
    if (!next) throw new Error('forbidden')
    return next
  })
  await step.run(signal)
  assert.deepEqual(counts.counted, { time: new Date(time.now()).toISOString(), groups })
  assert.deepEqual(await shown(metrics), [
    'plimsoll_nodes_present{group="spot"} 5',
    'plimsoll_nodes_present{group="large"} 2',
    'plimsoll_nodes_needed{group="spot",requests="current"} 5',
    'plimsoll_nodes_needed{group="spot",requests="applied"} 4',
    'plimsoll_nodes_needed{group="spot",requests="learned"} 3',
    'plimsoll_nodes_needed{group="large",requests="current"} 2',
    'plimsoll_nodes_needed{group="large",requests="applied"} 1',
    'plimsoll_nodes_needed{group="large",requests="learned"} 0',
  ])
  await assert.rejects(Promise.resolve(step.run(signal)), /forbidden/)
  assert.deepEqual(await shown(metrics), [])
  assert.equal(counts.counted, undefined)
})

test('the 100 largest groups are shown separately, and the rest together', async () => {
  const metrics = createLearnerMetrics()
  const counts = new NodeCounts(metrics, new FakeTime())
  const groups = many(103, (i) => ({
    ...{ group: `g${i}`, present: i + 1 },
    needed: { current: 1, applied: 1, learned: i },
  }))
  await counts.step(async () => groups).run(signal)
  assert.equal(counts.counted?.groups.length, 101)
  assert.deepEqual(counts.counted?.groups.at(-1), {
    ...{ group: 'other groups', present: 6 },
    needed: { current: 3, applied: 3, learned: 3 },
  })
  assert.ok((await shown(metrics)).includes('plimsoll_nodes_present{group="other groups"} 6'))
})
