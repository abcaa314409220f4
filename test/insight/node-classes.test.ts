import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContainerRecommendation } from '../../src/api/index.ts'
import { study } from '../../src/insight/study.ts'

const evidence = (samples: number) => ({ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', samples })
const container: ContainerRecommendation = {
  ...{ name: 'agent', cpu: { request: '800m' }, memory: { request: '800Mi' }, evidence: evidence(1000) },
  nodeClasses: [
    { nodes: 'cpu=4', cpu: { request: '100m' }, evidence: evidence(300) },
    { nodes: 'cpu=64', cpu: { request: '800m' }, evidence: evidence(100) },
  ],
}

function studied(one: ContainerRecommendation) {
  const learned = { revision: 1, time: '2026-01-02T00:00:00Z', source: 'observed', goal: 'balanced' } as const
  const usage = { fromSeconds: 0, toSeconds: 1, stepSeconds: 1 }
  const status = { learned: { ...learned, containers: [one] } }
  return study({ name: 'agent' }, { goal: 'balanced', status, usage })
}

test('a DaemonSet that is sized by class of node costs what its Pods request on average', () => {
  const { cpu, memory } = studied(container).asked.requests
  assert.equal(cpu, (0.1 * 300 + 0.8 * 100) / 400)
  assert.equal(memory, 800 * 2 ** 20, 'of a resource without values by class, its own')
})

test('what was learned for the nodes of each class is shown beside what holds for all others', () => {
  const { cpu, memory } = studied(container).resources
  assert.deepEqual(cpu.learned, { request: 0.8 })
  assert.deepEqual(
    cpu.onNodes?.map(({ nodes, learned }) => [nodes, learned.request]),
    [
      ['cpu=4', 0.1],
      ['cpu=64', 0.8],
    ],
  )
  assert.equal(memory.onNodes, undefined)
})
