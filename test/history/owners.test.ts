import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PodOwners } from '../../src/history/owners.ts'
import { workloadKey } from '../../src/workloads/index.ts'

const owned = (owner_kind: string, owner_name: string, labels: Record<string, string>) => ({
  namespace: 'shop',
  owner_kind,
  owner_name,
  owner_is_controller: 'true',
  ...labels,
})

function ownersWith(
  ...series: [Parameters<PodOwners['add']>[0], Record<string, string>][]
): (pod: string) => string | undefined {
  const owners = new PodOwners()
  for (const [metric, labels] of series) owners.add(metric, labels)
  return (pod) => {
    const workload = owners.workloadOf('shop', pod)
    return workload && workloadKey(workload)
  }
}

test('a Pod belongs to the owner of its ReplicaSet: a Deployment or a Rollout', () => {
  const of = ownersWith(
    ['kube_pod_owner', owned('ReplicaSet', 'web-1', { pod: 'a' })],
    ['kube_pod_owner', owned('ReplicaSet', 'api-1', { pod: 'b' })],
    ['kube_replicaset_owner', owned('Deployment', 'web', { replicaset: 'web-1' })],
    ['kube_replicaset_owner', owned('Rollout', 'api', { replicaset: 'api-1' })],
  )
  assert.equal(of('a'), 'shop/Deployment/web')
  assert.equal(of('b'), 'shop/Rollout/api')
})

test('a ReplicaSet with an unknown owner belongs to a Deployment by its hash, or else is the workload itself', () => {
  const of = ownersWith(
    ['kube_pod_owner', owned('ReplicaSet', 'web-7c5ddbdf54', { pod: 'a' })],
    ['kube_pod_owner', owned('ReplicaSet', 'by-hand', { pod: 'b' })],
  )
  assert.equal(of('a'), 'shop/Deployment/web')
  assert.equal(of('b'), 'shop/ReplicaSet/by-hand')
})

test('a ReplicaSet that is known to have no owner is the workload itself, with any name', () => {
  const of = ownersWith(
    ['kube_pod_owner', owned('ReplicaSet', 'web-7c5ddbdf54', { pod: 'a' })],
    ['kube_replicaset_owner', owned('<none>', '<none>', { replicaset: 'web-7c5ddbdf54' })],
  )
  assert.equal(of('a'), 'shop/ReplicaSet/web-7c5ddbdf54')
})

test('a Pod of a Job belongs to the CronJob, by record or by name; one of a bare Job is not learned', () => {
  const of = ownersWith(
    ['kube_pod_owner', owned('Job', 'x', { pod: 'a' })],
    ['kube_job_owner', owned('CronJob', 'nightly', { job_name: 'x' })],
    ['kube_pod_owner', owned('Job', 'backup-28393920', { pod: 'b' })],
    ['kube_pod_owner', owned('Job', 'migrate', { pod: 'c-x2x4z' })],
  )
  assert.equal(of('a'), 'shop/CronJob/nightly')
  assert.equal(of('b'), 'shop/CronJob/backup')
  assert.equal(of('c-x2x4z'), undefined)
})

test('any other controller is the workload itself', () => {
  const of = ownersWith(
    ['kube_pod_owner', owned('StatefulSet', 'db', { pod: 'db-0' })],
    ['kube_pod_owner', owned('DaemonSet', 'agent', { pod: 'agent-x7k2p' })],
    ['kube_pod_owner', owned('Cluster', 'pg', { pod: 'pg-1' })],
  )
  assert.equal(of('db-0'), 'shop/StatefulSet/db')
  assert.equal(of('agent-x7k2p'), 'shop/DaemonSet/agent')
  assert.equal(of('pg-1'), 'shop/Cluster/pg')
})

test('runs belong to the part that repeats: by recorded labels, or else by names', () => {
  const labels = { tekton: 'label_tekton_dev_task', pipeline: 'label_tekton_dev_pipeline_task' }
  const of = ownersWith(
    ['kube_pod_owner', owned('TaskRun', 'build-run-1', { pod: 'build-run-1-pod' })],
    ['kube_pod_labels', { namespace: 'shop', pod: 'build-run-1-pod', [labels.tekton]: 'build' }],
    ['kube_pod_owner', owned('TaskRun', 'ci-x7k2p-lint', { pod: 'ci-x7k2p-lint-pod' })],
    [
      'kube_pod_labels',
      { namespace: 'shop', pod: 'ci-x7k2p-lint-pod', label_tekton_dev_pipeline: 'ci', [labels.pipeline]: 'lint' },
    ],
    ['kube_pod_owner', owned('TaskRun', 'test-run-7', { pod: 'test-run-7-pod' })],
    ['kube_pod_owner', owned('Workflow', 'nightly-1764979200', { pod: 'nightly-1764979200-load-2771028' })],
    ['kube_pod_owner', owned('ReplicationController', 'legacy-7', { pod: 'legacy-7-x7k2p' })],
    ['kube_replicationcontroller_owner', owned('DeploymentConfig', 'legacy', { replicationcontroller: 'legacy-7' })],
  )
  assert.equal(of('build-run-1-pod'), 'shop/TaskRun.tekton.dev/build')
  assert.equal(of('ci-x7k2p-lint-pod'), 'shop/TaskRun.tekton.dev/ci.lint')
  assert.equal(of('test-run-7-pod'), 'shop/TaskRun.tekton.dev/test-run')
  assert.equal(of('nightly-1764979200-load-2771028'), 'shop/Workflow.argoproj.io/nightly.load')
  assert.equal(of('legacy-7-x7k2p'), 'shop/DeploymentConfig/legacy')
})

test('a Pod that is known to have no owner, or belongs to its node, is not learned, with any name', () => {
  const of = ownersWith(
    ['kube_pod_owner', { ...owned('<none>', '<none>', { pod: 'debug-x2x4z' }), owner_is_controller: '<none>' }],
    ['kube_pod_owner', owned('Node', 'node-1', { pod: 'etcd-node-1' })],
  )
  assert.equal(of('debug-x2x4z'), undefined)
  assert.equal(of('etcd-node-1'), undefined)
})

test('an owner that is not the controller does not count', () => {
  const of = ownersWith(
    ['kube_pod_owner', owned('StatefulSet', 'db', { pod: 'a' })],
    ['kube_pod_owner', { ...owned('ConfigMap', 'x', { pod: 'a' }), owner_is_controller: 'false' }],
  )
  assert.equal(of('a'), 'shop/StatefulSet/db')
})

test('the Pod label names the workload, and the owner its kind', () => {
  const of = ownersWith(
    ['kube_pod_labels', { namespace: 'shop', pod: 'a', label_plimsoll_dev_workload: 'etl' }],
    ['kube_pod_labels', { namespace: 'shop', pod: 'b', label_plimsoll_dev_workload: 'web-blue-or-green' }],
    ['kube_pod_labels', { namespace: 'shop', pod: 'db-0', label_app: 'x' }],
    ['kube_pod_owner', owned('ReplicaSet', 'web-7c5ddbdf54', { pod: 'b' })],
  )
  assert.equal(of('a'), 'shop/Pod/etl')
  assert.equal(of('b'), 'shop/Deployment/web-blue-or-green')
  assert.equal(of('db-0'), 'shop/StatefulSet/db')
})

test('owners of another namespace do not count, and a Pod without records is identified by its name', () => {
  const of = ownersWith(['kube_pod_owner', { ...owned('StatefulSet', 'db', { pod: 'x-0' }), namespace: 'data' }])
  assert.equal(of('x-0'), 'shop/StatefulSet/x')
  assert.equal(of('nothing'), undefined)
})

test('a series without an owner means that there is none; one without more labels is ignored', () => {
  const of = ownersWith(
    ['kube_pod_owner', {}],
    ['kube_pod_owner', { namespace: 'shop' }],
    ['kube_pod_owner', { namespace: 'shop', pod: 'x-0' }],
    ['kube_pod_labels', { namespace: 'shop' }],
  )
  assert.equal(of('x-0'), undefined)
  assert.equal(of('y-0'), 'shop/StatefulSet/y')
})
