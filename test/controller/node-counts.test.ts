import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countingNodes, type NodeCounts } from '../../src/controller/node-counts.ts'
import { createLearnerMetrics } from '../../src/telemetry/index.ts'
import { many } from '../nodes/made.ts'

async function shown(metrics: ReturnType<typeof createLearnerMetrics>): Promise<string[]> {
  const text = await metrics.registry.metrics()
  return text.split('\n').filter((line) => line.startsWith('plimsoll_nodes_'))
}
const { signal } = new AbortController()

test('nodes are metrics by group and requests, and absent after a count that failed', async () => {
  const metrics = createLearnerMetrics()
  const groups = [
    { group: 'spot', present: 5, needed: 4 },
    { group: 'large', present: 2, needed: 0 },
  ]
  const counts: NodeCounts[] = [[{ requests: 'learned', groups }]]
  const step = countingNodes(async () => {
    const next = counts.shift()
    if (!next) throw new Error('forbidden')
    return next
  }, metrics)
  await step.run(signal)
  assert.deepEqual(await shown(metrics), [
    'plimsoll_nodes_present{group="spot"} 5',
    'plimsoll_nodes_present{group="large"} 2',
    'plimsoll_nodes_needed{group="spot",requests="learned"} 4',
    'plimsoll_nodes_needed{group="large",requests="learned"} 0',
  ])
  await assert.rejects(Promise.resolve(step.run(signal)), /forbidden/)
  assert.deepEqual(await shown(metrics), [])
})

test('the 100 largest groups have separate metrics, and the rest are together', async () => {
  const metrics = createLearnerMetrics()
  const groups = many(103, (i) => ({ group: `g${i}`, present: i + 1, needed: 1 }))
  await countingNodes(async () => [{ requests: 'current', groups }], metrics).run(signal)
  const lines = await shown(metrics)
  assert.equal(lines.length, 2 * 101)
  assert.ok(lines.includes('plimsoll_nodes_present{group="other groups"} 6'))
  assert.ok(lines.includes('plimsoll_nodes_needed{group="other groups",requests="current"} 3'))
})
