import { OOM_EVENTS_METRIC, PERIODS_METRIC, THROTTLED_PERIODS_METRIC } from '../history/index.ts'
import { OF_CONTAINERS, oneOf, type Scope, selector } from './selector.ts'

/** Queries for what kube-state-metrics and cAdvisor report of containers besides usage, in PromQL that every store understands. */

const BY_CONTAINER = 'max by (namespace,pod,container)'
/** How far back the last scraped value may be. */
const LATELY_SECONDS = 86_400

export type AskedFor = 'requests' | 'limits'

/**
 * Query for the requests or limits of containers, in cores and bytes.
 *
 * @param lately whether to include containers of the last day that no longer run: the Pods of a CronJob are mostly gone
 */
export function askedForQuery(which: AskedFor, scope: Scope, lately: boolean): string {
  const series = selector(`kube_pod_container_resource_${which}`, scope, ['resource=~"cpu|memory"'])
  const value = lately ? `last_over_time(${series}[${LATELY_SECONDS}s])` : series
  return `max by (namespace,pod,container,resource) (${value})`
}

/** Query for all containers of the last day, including those without requests. */
export function containersQuery(scope: Scope): string {
  return `${BY_CONTAINER} (last_over_time(${selector('kube_pod_container_info', scope)}[${LATELY_SECONDS}s]))`
}

/** Query for the Pods that still hold their requests. */
export function runningQuery(scope: Scope): string {
  const phases = selector('kube_pod_status_phase', scope, ['phase=~"Pending|Running|Unknown"'])
  return `max by (namespace,pod) (${phases} == 1)`
}

export function podNodesQuery(scope: Scope): string {
  return `max by (namespace,pod,node) (${selector('kube_pod_info', scope, ['node!=""'])})`
}

/** Query for the labels of all nodes, as far as kube-state-metrics is configured to show them. */
export function nodeLabelsQuery({ labels }: Scope): string {
  return selector('kube_node_labels', { labels })
}

/** Query for the containers whose last end within the range was an OOM kill. */
export function oomKilledQuery(scope: Scope, rangeSeconds: number): string {
  const ended = selector('kube_pod_container_status_last_terminated_reason', scope, ['reason="OOMKilled"'])
  return `${BY_CONTAINER} (max_over_time(${ended}[${rangeSeconds}s])) > 0`
}

/** Query for the containers that wait for a restart after repeated failures. */
export function crashingQuery(scope: Scope): string {
  const waiting = selector('kube_pod_container_status_waiting_reason', scope, ['reason="CrashLoopBackOff"'])
  return `${BY_CONTAINER} (${waiting}) > 0`
}

const COUNTERS = {
  oomEvents: OOM_EVENTS_METRIC,
  restarts: 'kube_pod_container_status_restarts_total',
  periods: PERIODS_METRIC,
  throttled: THROTTLED_PERIODS_METRIC,
} as const
export type Counter = keyof typeof COUNTERS

/** Query for the increase of a counter in the range before the time of the query. Duplicate series count once. */
export function risenQuery(counter: Counter, scope: Scope, rangeSeconds: number): string {
  return `${BY_CONTAINER} (increase(${counterOf(counter, scope)}[${rangeSeconds}s]))`
}

/**
 * Query for the increase of a counter of some Pods, summed over their containers. Duplicate series count twice, so only the
 * ratio of two counters means something.
 */
export function risenByPodQuery(
  counter: Counter,
  scope: Scope & { readonly pods: readonly string[] },
  rangeSeconds: number,
): string {
  return `sum by (pod) (increase(${counterOf(counter, scope, [oneOf('pod', scope.pods)])}[${rangeSeconds}s]))`
}

/** Query for the number of series that the store has of a metric in all namespaces; no value if there are none. */
export function seriesQuery(what: Counter | AskedFor | 'phases', { labels }: Scope): string {
  if (what === 'phases') return `count(${selector('kube_pod_status_phase', { labels })})`
  if (what === 'requests' || what === 'limits')
    return `count(${selector(`kube_pod_container_resource_${what}`, { labels })})`
  return `count(${counterOf(what, { labels })})`
}

function counterOf(counter: Counter, scope: Scope, matchers: readonly string[] = []): string {
  return selector(COUNTERS[counter], scope, [...OF_CONTAINERS, ...matchers])
}
