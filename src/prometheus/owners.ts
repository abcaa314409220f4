import {
  OWNER_METRICS,
  type OwnerMetric,
  PodOwners,
  type TimeWindow,
  WORKLOAD_LABEL_IN_METRICS,
} from '../history/index.ts'
import type { Api } from './api.ts'
import { readLabels } from './read.ts'
import { type Scope, selector } from './selector.ts'

const OWNED_BY: Readonly<Record<OwnerMetric, string>> = {
  kube_pod_owner: 'pod,owner_kind,owner_name,owner_is_controller',
  kube_replicaset_owner: 'replicaset,owner_kind,owner_name,owner_is_controller',
  kube_job_owner: 'job_name,owner_kind,owner_name,owner_is_controller',
  kube_pod_labels: `pod,${WORKLOAD_LABEL_IN_METRICS}`,
}

/** Query for the owners that kube-state-metrics reported within `rangeSeconds` before the time of the query. */
export function ownersQuery(metric: OwnerMetric, scope: Scope, rangeSeconds: number): string {
  const named = metric === 'kube_pod_labels' ? [`${WORKLOAD_LABEL_IN_METRICS}!=""`] : []
  return `max by (namespace,${OWNED_BY[metric]}) (max_over_time(${selector(metric, scope, named)}[${rangeSeconds}s]))`
}

/**
 * Owners of the Pods that existed in the window.
 *
 * @throws as `readLabels` does
 */
export async function readOwners(api: Api, scope: Scope, { fromSeconds, toSeconds }: TimeWindow): Promise<PodOwners> {
  const owners = new PodOwners(api.running)
  const range = Math.ceil(toSeconds - fromSeconds)
  for (const metric of OWNER_METRICS) {
    for (const labels of await readLabels(api, ownersQuery(metric, scope, range), toSeconds)) owners.add(metric, labels)
  }
  return owners
}
