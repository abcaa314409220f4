import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownersQuery } from '../../src/prometheus/owners.ts'
import { cpuQuery, memoryQuery, namespacesQuery } from '../../src/prometheus/usage-queries.ts'

const IN_SHOP = { namespace: 'shop', labels: {} }
const SHOP = 'container!="",container!="POD",namespace="shop"'

test('CPU is the highest of the rates, over at least five minutes, and raised if it was held back', () => {
  const query = (range: string) => {
    const rate = (metric: string) => `rate(container_cpu_${metric}_total{${SHOP}}[${range}])`
    const used = `max by (namespace,pod,container) (${rate('usage_seconds')})`
    const heldBack = `max by (namespace,pod,container) (${rate('cfs_throttled_periods')} / (${rate('cfs_periods')} > 0))`
    return `${used} * (1 + ${heldBack}) or ${used}`
  }
  assert.equal(cpuQuery(IN_SHOP, 300), query('300s'))
  assert.equal(cpuQuery(IN_SHOP, 900), query('900s'))
  assert.equal(cpuQuery(IN_SHOP, 30), query('300s'))
})

test('memory is the maximum of the step', () => {
  const query = (range: string) =>
    `max by (namespace,pod,container) (max_over_time(container_memory_working_set_bytes{${SHOP}}[${range}]))`
  assert.equal(memoryQuery(IN_SHOP, 300), query('300s'))
  assert.equal(memoryQuery(IN_SHOP, 30), query('30s'))
})

test('namespaces are those with containers', () => {
  assert.equal(
    namespacesQuery({ labels: {} }, 3600),
    'count by (namespace) (max_over_time(container_memory_working_set_bytes{container!="",container!="POD"}[3600s]))',
  )
})

test('owners are all that were reported in the range', () => {
  assert.equal(
    ownersQuery('kube_pod_owner', IN_SHOP, 86400),
    'max by (namespace,pod,owner_kind,owner_name,owner_is_controller) (max_over_time(kube_pod_owner{namespace="shop"}[86400s]))',
  )
  assert.equal(
    ownersQuery('kube_pod_labels', { namespace: 'shop', labels: { cluster: 'a' } }, 60, [
      { owner: 'TaskRun.tekton.dev', labels: [['tekton.dev/pipeline', 'tekton.dev/pipelineTask']] },
    ]),
    'max by (namespace,pod,label_plimsoll_dev_workload,label_tekton_dev_pipeline,label_tekton_dev_pipeline_task) ' +
      '(max_over_time(kube_pod_labels{label_plimsoll_dev_workload!="",namespace="shop",cluster="a"}[60s]) or ' +
      'max_over_time(kube_pod_labels{label_tekton_dev_pipeline!="",namespace="shop",cluster="a"}[60s]))',
  )
})

test('selected labels are in every query, escaped so that nothing of them is read as PromQL', () => {
  const scope = { namespace: 'shop', labels: { cluster: 'a"}) or up{x="\\' } }
  for (const query of [
    cpuQuery(scope, 300),
    memoryQuery(scope, 300),
    namespacesQuery(scope, 300),
    ownersQuery('kube_job_owner', scope, 300),
  ]) {
    assert.ok(query.includes(String.raw`cluster="a\"}) or up{x=\"\\"}`), query)
  }
})
