import assert from 'node:assert/strict'
import { test } from 'node:test'
import { identifyingLabels, isOfCluster, mayIdentify } from '../../src/history/identity-labels.ts'

test('labels that people give clusters, tenants and regions may identify a cluster', () => {
  for (const name of [
    ...[
      'cluster',
      'cluster_name',
      'clusterName',
      'k8s_cluster',
      'k8s_cluster_name',
      'exported_cluster',
      'alpha_eksctl_io_cluster_name',
    ],
    ...[
      'tenant',
      'tenant_id',
      'env',
      'environment',
      'stage',
      'region',
      'dc',
      'landscape',
      'project_id',
      'monitor',
      'customer',
    ],
  ])
    assert.ok(mayIdentify(name), name)
})

test('labels of objects, runs, scrapes, replicas and nodes do not', () => {
  for (const name of [
    ...['namespace', 'pod', 'container', 'exported_pod', 'id', 'name', 'image', 'uid', 'cpu'],
    ...['job', 'instance', 'endpoint', 'metrics_path', 'prometheus', 'service', 'exported_job'],
    ...['replica', 'prometheus_replica', '__replica__', 'receive_replica', 'shard'],
    ...['node', 'kubernetes_io_hostname', 'beta_kubernetes_io_os', 'topology_kubernetes_io_zone', 'agentpool'],
    ...['cloud_google_com_gke_nodepool', 'eks_amazonaws_com_nodegroup', 'karpenter_sh_capacity_type', 'zone'],
  ])
    assert.ok(!mayIdentify(name), name)
})

test('only some labels have the name of a cluster', () => {
  assert.deepEqual(
    ['cluster', 'my_cluster', 'cluster_id', 'clusters_total', 'env', 'kubernetes_io_cluster_service'].filter(
      isOfCluster,
    ),
    ['cluster', 'my_cluster', 'cluster_id'],
  )
})

test('labels that the user selects, and empty labels, are ignored', () => {
  const series = [
    { cluster: 'a', env: 'x', pod: 'p' },
    { cluster: 'b', tenant: '' },
  ]
  assert.deepEqual(identifyingLabels(series, new Set(['cluster'])), ['env'])
})
