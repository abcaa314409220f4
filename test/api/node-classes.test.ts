import assert from 'node:assert/strict'
import { test } from 'node:test'
import { containersOnNode, readVariantKey, revisionOnNode, traitOf, variantKey } from '../../src/api/node-classes.ts'
import type { ContainerRecommendation, Revision } from '../../src/api/recommendation.ts'
import { ContainerRecommendation as Schema } from '../../src/api/recommendation.ts'
import { readValues, writeValues } from '../../src/api/values.ts'

const CONTAINERS: ContainerRecommendation[] = [
  {
    name: 'agent',
    cpu: { request: '500m' },
    memory: { request: '512Mi' },
    nodeClasses: [
      { nodes: 'cpu=4', cpu: { request: '50m' } },
      { nodes: 'karpenter.sh/nodepool=large', cpu: { request: '500m' }, memory: { request: '512Mi' } },
    ],
  },
  { name: 'proxy', cpu: { request: '20m' } },
]

test('values of a class have a key that names container and class', () => {
  const key = variantKey('agent', 'karpenter.sh/nodepool=large')
  assert.deepEqual(readVariantKey(key), { container: 'agent', nodes: 'karpenter.sh/nodepool=large' })
  assert.deepEqual(readVariantKey('agent'), { container: 'agent', nodes: undefined })
  assert.equal(traitOf('karpenter.sh/nodepool=large'), 'karpenter.sh/nodepool')
})

test('values are written as they were read, each class under its container', () => {
  const values = readValues(CONTAINERS)
  assert.deepEqual([...values.keys()], ['agent', 'agent@cpu=4', 'agent@karpenter.sh/nodepool=large', 'proxy'])
  assert.deepEqual(writeValues(values), CONTAINERS)
  const backwards = new Map([...values].reverse())
  assert.deepEqual(readValues(writeValues(backwards)), new Map([...values].reverse()))
})

test('the schema takes what is written', () => {
  for (const container of CONTAINERS) assert.deepEqual(Schema.parse(container), container)
  assert.throws(() => Schema.parse({ name: 'agent', nodeClasses: [{ nodes: 'four cores' }] }))
})

test('on a node, the values of its class replace those of the container, resource by resource', () => {
  const [agent, proxy] = containersOnNode(CONTAINERS, ['pods=58', 'cpu=4'])
  assert.deepEqual(agent, { name: 'agent', cpu: { request: '50m' }, memory: { request: '512Mi' } })
  assert.equal(proxy?.cpu?.request, '20m')
})

test('nothing is replaced on a node of no class', () => {
  const revision: Revision = {
    ...{ revision: 1, time: '2026-01-02T03:04:05Z', source: 'observed', goal: 'balanced' },
    containers: CONTAINERS,
  }
  assert.equal(revisionOnNode(revision, []), revision)
  assert.equal(revisionOnNode(revision, ['cpu=16']), revision)
  assert.notEqual(revisionOnNode(revision, ['cpu=4']), revision)
})
