import { OOM_EVENTS_METRIC, PERIODS_METRIC, THROTTLED_PERIODS_METRIC } from '../history/index.ts'
import { OF_CONTAINERS, oneOf, type Scope, selector } from './selector.ts'

/** What kube-state-metrics and cAdvisor tell of containers besides usage, in PromQL that every store speaks. */

const BY_CONTAINER = 'max by (namespace,pod,container)'
/** As the last scrape had it, within so long. */
const LATELY_SECONDS = 86_400

export type AskedFor = 'requests' | 'limits'

/**
 * Cores and bytes that containers ask for.
 *
 * @param lately also of what ran within the last day: a CronJob's Pods are mostly gone
 */
export function askedForQuery(which: AskedFor, scope: Scope, lately: boolean): string {
  const series = selector(`kube_pod_container_resource_${which}`, scope, ['resource=~"cpu|memory"'])
  const value = lately ? `last_over_time(${series}[${LATELY_SECONDS}s])` : series
  return `max by (namespace,pod,container,resource) (${value})`
}

/** Which containers there are, also those that ask for nothing: within the last day. */
export function containersQuery(scope: Scope): string {
  return `${BY_CONTAINER} (last_over_time(${selector('kube_pod_container_info', scope)}[${LATELY_SECONDS}s]))`
}

/** Pods that hold on to what they asked for. */
export function runningQuery(scope: Scope): string {
  const phases = selector('kube_pod_status_phase', scope, ['phase=~"Pending|Running|Unknown"'])
  return `max by (namespace,pod) (${phases} == 1)`
}

export function podNodesQuery(scope: Scope): string {
  return `max by (namespace,pod,node) (${selector('kube_pod_info', scope, ['node!=""'])})`
}

/** Labels of all nodes, as far as kube-state-metrics is told to show them. */
export function nodeLabelsQuery({ labels }: Scope): string {
  return selector('kube_node_labels', { labels })
}

/** Containers that were OOM-killed when they last ended, within the range. */
export function oomKilledQuery(scope: Scope, rangeSeconds: number): string {
  const ended = selector('kube_pod_container_status_last_terminated_reason', scope, ['reason="OOMKilled"'])
  return `${BY_CONTAINER} (max_over_time(${ended}[${rangeSeconds}s])) > 0`
}

/** Containers that are waiting to be started after failing again and again. */
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

/** By how much a counter has risen in the range before the query's time; what is there twice counts once. */
export function risenQuery(counter: Counter, scope: Scope, rangeSeconds: number): string {
  return `${BY_CONTAINER} (increase(${counterOf(counter, scope)}[${rangeSeconds}s]))`
}

/**
 * By how much a counter of some Pods has risen, summed over their containers. A store that has a series twice
 * counts it twice: only the ratio of two counters means something.
 */
export function risenByPodQuery(
  counter: Counter,
  scope: Scope & { readonly pods: readonly string[] },
  rangeSeconds: number,
): string {
  return `sum by (pod) (increase(${counterOf(counter, scope, [oneOf('pod', scope.pods)])}[${rangeSeconds}s]))`
}

/** How many series the store has of it in all namespaces; no value where it has none. */
export function seriesQuery(what: Counter | AskedFor | 'phases', { labels }: Scope): string {
  if (what === 'phases') return `count(${selector('kube_pod_status_phase', { labels })})`
  if (what === 'requests' || what === 'limits')
    return `count(${selector(`kube_pod_container_resource_${what}`, { labels })})`
  return `count(${counterOf(what, { labels })})`
}

function counterOf(counter: Counter, scope: Scope, matchers: readonly string[] = []): string {
  return selector(COUNTERS[counter], scope, [...OF_CONTAINERS, ...matchers])
}
