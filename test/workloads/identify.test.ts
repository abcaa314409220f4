import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { containerKey, identifyWorkload, workloadKey } from '../../src/workloads/index.ts'

function workloadOf(kind: string | undefined, name?: string, labels: Record<string, string> = {}, controller = true) {
  const ownerReferences = kind === undefined ? undefined : [{ apiVersion: 'x/v1', kind, name: name!, controller }]
  const workload = identifyWorkload({ namespace: 'shop', labels, ownerReferences })
  return workload && `${workload.kind}/${workload.name}`
}

describe('the workload of a Pod', () => {
  const cases: [string, string | undefined, ...Parameters<typeof workloadOf>][] = [
    [
      'a Deployment, by its ReplicaSet and template hash',
      'Deployment/cart',
      'ReplicaSet',
      'cart-5d4f8',
      { 'pod-template-hash': '5d4f8' },
    ],
    [
      'a Deployment whose name has dashes',
      'Deployment/my-cart',
      'ReplicaSet',
      'my-cart-5d4f8',
      { 'pod-template-hash': '5d4f8' },
    ],
    ['an Argo Rollout', 'Rollout/cart', 'ReplicaSet', 'cart-7c9', { 'rollouts-pod-template-hash': '7c9' }],
    ['a ReplicaSet of its own', 'ReplicaSet/cart', 'ReplicaSet', 'cart', {}],
    [
      'a ReplicaSet whose name does not end in the hash',
      'ReplicaSet/cart-x',
      'ReplicaSet',
      'cart-x',
      { 'pod-template-hash': '5d4f8' },
    ],
    [
      'a ReplicaSet whose name is the hash',
      'ReplicaSet/-5d4f8',
      'ReplicaSet',
      '-5d4f8',
      { 'pod-template-hash': '5d4f8' },
    ],
    ['a StatefulSet', 'StatefulSet/postgres', 'StatefulSet', 'postgres'],
    ['a DaemonSet', 'DaemonSet/log-agent', 'DaemonSet', 'log-agent'],
    ['a CronJob, by its Job', 'CronJob/nightly-report', 'Job', 'nightly-report-28912345'],
    ['any other controller', 'Cluster/db', 'Cluster', 'db'],
    ['nothing, for a Job of its own', undefined, 'Job', 'import'],
    ['nothing, for a Job whose name ends in a short number', undefined, 'Job', 'import-2024'],
    ['nothing, for a Pod without an owner', undefined, undefined],
    ['nothing, for an owner that is no controller', undefined, 'ReplicaSet', 'x', {}, false],
    ['a Job under a label', 'Job/import', 'Job', 'import-x7k2p', { 'plimsoll.dev/workload': 'import' }],
    ['a Pod under a label', 'Pod/import', undefined, undefined, { 'plimsoll.dev/workload': 'import' }],
    [
      'the label, before what the owner says',
      'Deployment/all-carts',
      'ReplicaSet',
      'cart-5d4f8',
      { 'pod-template-hash': '5d4f8', 'plimsoll.dev/workload': 'all-carts' },
    ],
    ['the owner, where the label is empty', 'StatefulSet/db', 'StatefulSet', 'db', { 'plimsoll.dev/workload': '' }],
  ]
  for (const [what, expected, ...given] of cases) test(`is ${what}`, () => assert.equal(workloadOf(...given), expected))

  test('is nothing where the owner is not as the API says', () => {
    for (const owner of [
      null,
      {},
      { kind: 3, name: 'x', controller: true },
      { kind: 'ReplicaSet', name: '', controller: true },
    ]) {
      assert.equal(identifyWorkload({ namespace: 'shop', ownerReferences: [owner] as never }), undefined)
    }
    assert.equal(identifyWorkload({ namespace: 'shop', ownerReferences: 'x' as never, labels: null }), undefined)
  })
})

test('keys tell apart what may stand in a namespace, a kind and a name', () => {
  const workload = { namespace: 'shop', kind: 'Deployment', name: 'cart' }
  assert.equal(workloadKey(workload), 'shop/Deployment/cart')
  assert.equal(containerKey({ workload, container: 'app' }), 'shop/Deployment/cart/app')
})
