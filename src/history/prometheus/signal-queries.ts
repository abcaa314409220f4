import { OOM_EVENTS_METRIC, PERIODS_METRIC, THROTTLED_PERIODS_METRIC } from '../metrics.ts'
import type { Labels } from '../owners.ts'

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
export function askedForQuery(which: AskedFor, namespace: string, also: Labels, lately: boolean): string {
  const metric = `kube_pod_container_resource_${which}`
  const selector = `${metric}${matching(namespace, also, ['resource=~"cpu|memory"'])}`
  const value = lately ? `last_over_time(${selector}[${LATELY_SECONDS}s])` : selector
  return `max by (namespace,pod,container,resource) (${value})`
}

/** Which containers there are, also those that ask for nothing: within the last day. */
export function containersQuery(namespace: string, also: Labels): string {
  const selector = `kube_pod_container_info${matching(namespace, also)}`
  return `${BY_CONTAINER} (last_over_time(${selector}[${LATELY_SECONDS}s]))`
}

/** Pods that hold on to what they asked for. */
export function runningQuery(namespace: string, also: Labels): string {
  const phases = `kube_pod_status_phase${matching(namespace, also, ['phase=~"Pending|Running|Unknown"'])}`
  return `max by (namespace,pod) (${phases} == 1)`
}

export function podNodesQuery(namespace: string, also: Labels): string {
  return `max by (namespace,pod,node) (kube_pod_info${matching(namespace, also, ['node!=""'])})`
}

/** Labels of all nodes, as far as kube-state-metrics is told to show them. */
export function nodeLabelsQuery(also: Labels): string {
  return `kube_node_labels${matching(undefined, also)}`
}

/** Containers that were OOM-killed when they last ended, within the range. */
export function oomKilledQuery(namespace: string, also: Labels, rangeSeconds: number): string {
  const selector = matching(namespace, also, ['reason="OOMKilled"'])
  return `${BY_CONTAINER} (max_over_time(kube_pod_container_status_last_terminated_reason${selector}[${rangeSeconds}s])) > 0`
}

/** Containers that are waiting to be started after failing again and again. */
export function crashingQuery(namespace: string, also: Labels): string {
  const selector = matching(namespace, also, ['reason="CrashLoopBackOff"'])
  return `${BY_CONTAINER} (kube_pod_container_status_waiting_reason${selector}) > 0`
}

const COUNTERS = {
  oomEvents: OOM_EVENTS_METRIC,
  restarts: 'kube_pod_container_status_restarts_total',
  periods: PERIODS_METRIC,
  throttled: THROTTLED_PERIODS_METRIC,
} as const
export type Counter = keyof typeof COUNTERS

/** By how much a counter has risen in the range before the query's time; what is there twice counts once. */
export function risenQuery(counter: Counter, namespace: string, also: Labels, rangeSeconds: number): string {
  const selector = `${COUNTERS[counter]}${matching(namespace, also, ['container!=""', 'container!="POD"'])}`
  return `${BY_CONTAINER} (increase(${selector}[${rangeSeconds}s]))`
}

/** How many series there are of it at all. */
export function seriesQuery(what: Counter | AskedFor | 'phases', also: Labels): string {
  const metric =
    what === 'phases'
      ? 'kube_pod_status_phase'
      : what === 'requests' || what === 'limits'
        ? `kube_pod_container_resource_${what}`
        : COUNTERS[what]
  return `count(${metric}${matching(undefined, also)})`
}

function matching(namespace: string | undefined, also: Labels, more: readonly string[] = []): string {
  const equal = Object.entries({ ...(namespace !== undefined && { namespace }), ...also })
  // A string of PromQL: JSON's escapes are among Go's, whose rules it follows.
  return `{${[...more, ...equal.map(([name, value]) => `${name}=${JSON.stringify(value)}`)].join(',')}}`
}
