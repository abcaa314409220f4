import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOT_APPLIED, Snapshot } from '../../src/recommendations/index.ts'

const AGENT = { namespace: 'monitoring', kind: 'DaemonSet', name: 'agent' }
const CONTAINERS = [
  {
    name: 'agent',
    cpu: { request: '500m' },
    nodeClasses: [
      { nodes: 'cpu=4', cpu: { request: '50m' } },
      { nodes: 'cpu=64', cpu: { request: '500m' } },
    ],
  },
]

function snapshotOf(containers: unknown): Snapshot {
  const snapshot = new Snapshot()
  const applied = { revision: 3, containers: containers as never }
  snapshot.put({ metadata: { namespace: AGENT.namespace }, spec: { workload: AGENT }, status: { applied } })
  return snapshot
}

function found(snapshot: Snapshot, classes?: readonly string[]) {
  const one = snapshot.lookup(AGENT, undefined, classes)
  assert.ok(one && one !== NOT_APPLIED)
  return one
}

const cpu = (snapshot: Snapshot, classes?: readonly string[]) =>
  found(snapshot, classes).containers.get('agent')?.cpu?.request

test('a lookup gives the values of the class of the node', () => {
  for (const written of [CONTAINERS, JSON.stringify(CONTAINERS)]) {
    const snapshot = snapshotOf(written)
    assert.equal(cpu(snapshot), 500_000_000n)
    assert.equal(cpu(snapshot, ['cpu=4', 'pods=58']), 50_000_000n)
    assert.equal(cpu(snapshot, ['cpu=16']), 500_000_000n)
    assert.equal(found(snapshot, ['cpu=4']).onNodes, 'cpu=4')
    assert.equal(found(snapshot, ['cpu=16']).onNodes, undefined)
  }
})

test('values are read once for each class that matters, in any order of Pods', () => {
  const snapshot = snapshotOf(CONTAINERS)
  const [small, none] = [found(snapshot, ['cpu=4', 'zone=a']), found(snapshot, ['zone=a'])]
  assert.equal(found(snapshot, ['cpu=4', 'zone=b']), small)
  assert.equal(found(snapshot), none)
  assert.notEqual(small, none)
})

test('classes of another version that cannot be read are left out', () => {
  assert.equal(cpu(snapshotOf([{ name: 'agent', cpu: { request: '1' }, nodeClasses: 'x' }]), ['cpu=4']), 10n ** 9n)
  assert.equal(cpu(snapshotOf([{ name: 'agent', cpu: { request: '1' }, nodeClasses: [null] }]), ['cpu=4']), 10n ** 9n)
})
