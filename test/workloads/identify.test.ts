import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { containerKey, identifyWorkload, parseGroupKind, withoutGroup, workloadKey } from '../../src/workloads/index.ts'

/** API version of the kinds whose group is not `apps`. */
const API_VERSIONS: Readonly<Record<string, string>> = { Job: 'batch/v1', Cluster: 'postgresql.cnpg.io/v1' }

function workloadOf(kind: string | undefined, name?: string, labels: Record<string, string> = {}, controller = true) {
  const apiVersion = API_VERSIONS[kind ?? ''] ?? 'apps/v1'
  const ownerReferences = kind === undefined ? undefined : [{ apiVersion, kind, name: name!, controller }]
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
    ['a standalone ReplicaSet', 'ReplicaSet/cart', 'ReplicaSet', 'cart', {}],
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
    ['any other controller, with its API group', 'Cluster.postgresql.cnpg.io/db', 'Cluster', 'db'],
    ['nothing, for a standalone Job', undefined, 'Job', 'import'],
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

  test('is undefined if the owner has unexpected contents', () => {
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

test('keys are unique for all possible namespaces, kinds and names', () => {
  const workload = { namespace: 'shop', kind: 'Deployment', name: 'cart' }
  assert.equal(workloadKey(workload), 'shop/Deployment/cart')
  assert.equal(containerKey({ workload, container: 'app' }), 'shop/Deployment/cart/app')
})

describe('the API group of a workload', () => {
  const ownedBy = (apiVersion: string | undefined, kind: string, labels: Record<string, string> = {}) =>
    identifyWorkload({
      namespace: 'shop',
      labels,
      ownerReferences: [{ ...(apiVersion !== undefined && { apiVersion }), kind, name: 'db', controller: true }],
    })?.kind

  test('is omitted for well-known kinds', () => {
    for (const [apiVersion, kind] of [
      ['apps/v1', 'StatefulSet'],
      ['apps/v1beta1', 'StatefulSet'],
      ['v1', 'ReplicationController'],
      ['apps.kruise.io/v1alpha1', 'CloneSet'],
      ['apps.openshift.io/v1', 'DeploymentConfig'],
    ] as const)
      assert.equal(ownedBy(apiVersion, kind), kind)
  })

  test('separates workloads with the same kind and name', () => {
    assert.equal(ownedBy('apps.kruise.io/v1beta1', 'StatefulSet'), 'StatefulSet.apps.kruise.io')
    assert.equal(ownedBy('apps.kruise.io/v1alpha1', 'DaemonSet'), 'DaemonSet.apps.kruise.io')
    assert.equal(ownedBy('v1', 'StatefulSet'), 'StatefulSet.core')
  })

  test('is unknown if the owner has none, as in metrics', () => {
    assert.equal(ownedBy(undefined, 'StatefulSet'), 'StatefulSet')
  })

  test('keeps the Jobs of another group from being learned run by run', () => {
    assert.equal(ownedBy('batch.volcano.sh/v1alpha1', 'Job'), undefined)
    assert.equal(
      ownedBy('batch.volcano.sh/v1alpha1', 'Job', { 'plimsoll.dev/workload': 'train' }),
      'Job.batch.volcano.sh',
    )
  })

  test('keeps the ReplicaSet of another group from counting as that of a Deployment', () => {
    assert.equal(ownedBy('example.com/v1', 'ReplicaSet', { 'pod-template-hash': 'b' }), 'ReplicaSet.example.com')
  })

  test('can be split off again', () => {
    assert.deepEqual(parseGroupKind('StatefulSet'), { kind: 'StatefulSet', group: 'apps' })
    assert.deepEqual(parseGroupKind('StatefulSet.apps.kruise.io'), { kind: 'StatefulSet', group: 'apps.kruise.io' })
    assert.deepEqual(parseGroupKind('Cluster'), { kind: 'Cluster', group: undefined })
    const workload = { namespace: 'shop', kind: 'StatefulSet.apps.kruise.io', name: 'db' }
    assert.deepEqual(withoutGroup(workload), { ...workload, kind: 'StatefulSet' })
  })
})
