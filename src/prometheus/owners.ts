import {
  identifyingLabels,
  labelInMetrics,
  OWNER_METRICS,
  type OwnerMetric,
  PodOwners,
  type TimeWindow,
} from '../history/index.ts'
import { keyLabelsOf, RUN_RULES, type RunRule, WORKLOAD_LABEL } from '../workloads/index.ts'
import type { Api } from './api.ts'
import { readLabels } from './read.ts'
import { type Scope, selector } from './selector.ts'

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
  const series = (named: readonly string[]) => `max_over_time(${selector(metric, scope, named)}[${rangeSeconds}s])`
  if (metric !== 'kube_pod_labels') return `max by (namespace,${OWNED_BY[metric]}) (${series([])})`
  const labels = [...identifyingLabels(rules).keys()]
  // Most Pods have none of these labels. A store finds at once which have, by its index.
  const labelled = [WORKLOAD_LABEL, ...keyLabelsOf(rules)].map((label) => series([`${labelInMetrics(label)}!=""`]))
  return `max by (namespace,${OWNED_BY[metric]},${labels.join(',')}) (${labelled.join(' or ')})`
}

/**
 * Owners of the Pods that existed in the window.
 *
 * @throws as `readLabels` does
 */
export async function readOwners(api: Api, scope: Scope, { fromSeconds, toSeconds }: TimeWindow): Promise<PodOwners> {
  const owners = new PodOwners(api.running, api.rules)
  const range = Math.ceil(toSeconds - fromSeconds)
  for (const metric of OWNER_METRICS) {
    for (const labels of await readLabels(api, ownersQuery(metric, scope, range, api.rules), toSeconds))
      owners.add(metric, labels)
  }
  return owners
}
