import {
  type Labels,
  labelInMetrics,
  OWNER_METRICS,
  type OwnerMetric,
  PodOwners,
  type TimeWindow,
  workloadLabels,
} from '../history/index.ts'
import { keyLabelsOf, RUN_RULES, type RunRule, WORKLOAD_LABEL } from '../workloads/index.ts'
import { aggregated, type Scope } from './selector.ts'
import type { StoreReader } from './store-reader.ts'

const OWNED_BY: Readonly<Record<OwnerMetric, string>> = {
  kube_pod_owner: 'pod,owner_kind,owner_name,owner_is_controller',
  kube_replicaset_owner: 'replicaset,owner_kind,owner_name,owner_is_controller',
  kube_job_owner: 'job_name,owner_kind,owner_name,owner_is_controller',
  kube_replicationcontroller_owner: 'replicationcontroller,owner_kind,owner_name,owner_is_controller',
  kube_pod_labels: 'pod',
}

/** Query for the owners that kube-state-metrics reported within `rangeSeconds` before the time of the query. */
export function ownersQuery(
  metric: OwnerMetric,
  scope: Scope,
  rangeSeconds: number,
  rules: readonly RunRule[] = RUN_RULES,
): string {
  const isOfLabels = metric === 'kube_pod_labels'
  const by = ['namespace', ...OWNED_BY[metric].split(','), ...(isOfLabels ? workloadLabels(rules).keys() : [])]
  // Most Pods have none of these labels, and the store's index quickly finds those that do.
  const keys = isOfLabels
    ? [WORKLOAD_LABEL, ...keyLabelsOf(rules)].map((label) => [`${labelInMetrics(label)}!=""`])
    : [[]]
  return aggregated('max', by, scope, (select) =>
    keys.map((matchers) => `max_over_time(${select(metric, matchers)}[${rangeSeconds}s])`).join(' or '),
  )
}

/**
 * Owners of the Pods that existed in the window.
 *
 * @param accepts which series count; the others are from another cluster
 * @throws HistoryError if the store cannot be read
 */
export async function readOwners(
  reader: StoreReader,
  scope: Scope,
  window: TimeWindow,
  accepts: (series: Labels) => boolean = () => true,
): Promise<PodOwners> {
  const owners = new PodOwners(reader.running, reader.rules)
  for (const metric of OWNER_METRICS) {
    const found = await reader.labelsOver(window, (range) => ownersQuery(metric, scope, range, reader.rules))
    for (const labels of found) if (accepts(labels)) owners.add(metric, labels)
  }
  return owners
}
