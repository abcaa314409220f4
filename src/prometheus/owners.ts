import {
  type Labels,
  OWNER_METRICS,
  type OwnerMetric,
  PodOwners,
  type TimeWindow,
  WORKLOAD_LABEL_IN_METRICS,
} from '../history/index.ts'
import { aggregated, type Scope } from './selector.ts'
import type { StoreReader } from './store-reader.ts'

const OWNED_BY: Readonly<Record<OwnerMetric, string>> = {
  kube_pod_owner: 'pod,owner_kind,owner_name,owner_is_controller',
  kube_replicaset_owner: 'replicaset,owner_kind,owner_name,owner_is_controller',
  kube_job_owner: 'job_name,owner_kind,owner_name,owner_is_controller',
  kube_pod_labels: `pod,${WORKLOAD_LABEL_IN_METRICS}`,
}

/** Query for the owners that kube-state-metrics reported within `rangeSeconds` before the time of the query. */
export function ownersQuery(metric: OwnerMetric, scope: Scope, rangeSeconds: number): string {
  const named = metric === 'kube_pod_labels' ? [`${WORKLOAD_LABEL_IN_METRICS}!=""`] : []
  const by = ['namespace', ...OWNED_BY[metric].split(',')]
  return aggregated('max', by, scope, (select) => `max_over_time(${select(metric, named)}[${rangeSeconds}s])`)
}

/**
 * Owners of the Pods that existed in the window.
 *
 * @param accepts which series count; the others are those of another cluster
 * @throws HistoryError if the store cannot be read
 */
export async function readOwners(
  reader: StoreReader,
  scope: Scope,
  window: TimeWindow,
  accepts: (series: Labels) => boolean = () => true,
): Promise<PodOwners> {
  const owners = new PodOwners(reader.running)
  for (const metric of OWNER_METRICS) {
    const found = await reader.labelsOver(window, (range) => ownersQuery(metric, scope, range))
    for (const labels of found) if (accepts(labels)) owners.add(metric, labels)
  }
  return owners
}
