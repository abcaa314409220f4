import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NodeClassIndex } from '../../src/policy/node-class-index.ts'
import { nodeClasses, nodeNameOf } from '../../src/policy/node-traits.ts'

const LABELS = ['karpenter.sh/nodepool', 'node.kubernetes.io/instance-type']
const node = (cpu?: string, labels = {}) => ({
  metadata: { name: 'a', labels },
  status: cpu === undefined ? {} : { capacity: { cpu }, allocatable: { pods: '110' } },
})

test('a node belongs to the classes of its cores, its Pods, and the labels that it has', () => {
  const large = node('16', { 'karpenter.sh/nodepool': 'large', other: 'x' })
  assert.deepEqual(nodeClasses(large, LABELS), ['cpu=16', 'pods=110', 'karpenter.sh/nodepool=large'])
  assert.deepEqual(nodeClasses(node('3920m'), LABELS), ['cpu=4', 'pods=110'])
  assert.deepEqual(nodeClasses(node(), LABELS), [])
})

const affinity = (terms: unknown) => ({
  nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
})
const field = (values: unknown, key = 'metadata.name') => ({ key, operator: 'In', values })

describe('the node of a Pod', () => {
  const cases: readonly (readonly [what: string, spec: object | null | undefined, node: string | undefined])[] = [
    ['is that to which it is bound', { nodeName: 'a', affinity: affinity([{ matchFields: [field(['b'])] }]) }, 'a'],
    ['is named in its affinity', { affinity: affinity([{ matchFields: [field(['b'])] }]) }, 'b'],
    ['is named beside labels', { affinity: affinity([{ matchExpressions: [], matchFields: [field(['b'])] }]) }, 'b'],
    ['is not known if it is one of several', { affinity: affinity([{ matchFields: [field(['b', 'c'])] }]) }, undefined],
    ['is not known by another field', { affinity: affinity([{ matchFields: [field(['b'], 'x')] }]) }, undefined],
    ['is not known without an affinity', {}, undefined],
    ['is not known without terms', { affinity: affinity([]) }, undefined],
    ['is not known where terms are no list', { affinity: affinity('x') }, undefined],
    ['is not known where a value is no text', { affinity: affinity([{ matchFields: [field([1])] }]) }, undefined],
    ['is not known without a spec', null, undefined],
  ]
  for (const [what, spec, expected] of cases)
    test(what, () => assert.equal(nodeNameOf({ spec } as Parameters<typeof nodeNameOf>[0]), expected))
})

test('the index follows nodes, and gives nodes of the same classes the same list', () => {
  const index = new NodeClassIndex()
  index.replace([
    { name: 'a', classes: ['cpu=4'] },
    { name: 'b', classes: ['cpu=4'] },
  ])
  assert.equal(index.of('a'), index.of('b'))
  index.put({ name: 'b', classes: ['cpu=16'] })
  assert.deepEqual([index.of('b'), index.of('c'), index.of(undefined)], [['cpu=16'], [], []])
  index.delete({ name: 'a' })
  assert.deepEqual(index.of('a'), [])
  index.replace([])
  assert.deepEqual(index.of('b'), [])
})
