import { MEMORY_METRIC, OOM_EVENTS_METRIC, PERIODS_METRIC, THROTTLED_PERIODS_METRIC } from '../history/index.ts'
import { aggregated, OF_CONTAINERS, oneOf, type Scope, type Select, selector } from './selector.ts'

/** Queries for what kube-state-metrics and cAdvisor report about containers besides usage, in PromQL that all stores support. */

const BY_CONTAINER = ['namespace', 'pod', 'container']

/** kube-state-metrics reports native sidecars among the init containers, under separate metrics. */
export type ContainerKind = 'container' | 'init_container'

export type AskedFor = 'requests' | 'limits'

/** A time for queries of current state, and the maximum age of a value; by default the store's own look-back. */
export interface Present {
  readonly seconds: number
  readonly lookBackSeconds?: number | undefined
}

function latest(series: string, rangeSeconds: number | undefined): string {
  return rangeSeconds === undefined ? series : `last_over_time(${series}[${rangeSeconds}s])`
}

/**
 * Query for the requests or limits of containers, in cores and bytes.
 *
 * @param rangeSeconds how long ago a container may have ended; undefined for those that run now
 */
export function askedForQuery(which: AskedFor, kind: ContainerKind, scope: Scope, rangeSeconds?: number): string {
  return aggregated('max', [...BY_CONTAINER, 'resource'], scope, (select) =>
    latest(select(`kube_pod_${kind}_resource_${which}`, ['resource=~"cpu|memory"']), rangeSeconds),
  )
}

/**
 * Query for all containers of the range, including those without requests. For init containers, it also returns which have
 * restartPolicy Always.
 */
export function containersQuery(kind: ContainerKind, scope: Scope, rangeSeconds: number): string {
  const by = kind === 'container' ? BY_CONTAINER : [...BY_CONTAINER, 'restart_policy']
  return aggregated('max', by, scope, (select) => latest(select(`kube_pod_${kind}_info`), rangeSeconds))
}

/** Query for the number of samples of each container in the range. */
export function sampledQuery(scope: Scope, rangeSeconds: number): string {
  return aggregated(
    'max',
    BY_CONTAINER,
    scope,
    (select) => `count_over_time(${select(MEMORY_METRIC, OF_CONTAINERS)}[${rangeSeconds}s])`,
  )
}

/** Query for the Pods that still reserve their requests. */
export function runningQuery(scope: Scope, { lookBackSeconds }: Present): string {
  return aggregated(
    'max',
    ['namespace', 'pod'],
    scope,
    (select) =>
      `${latest(select('kube_pod_status_phase', ['phase=~"Pending|Running|Unknown"']), lookBackSeconds)} == 1`,
  )
}

export function podNodesQuery(scope: Scope, { lookBackSeconds }: Present): string {
  return aggregated('max', ['namespace', 'pod', 'node'], scope, (select) =>
    latest(select('kube_pod_info', ['node!=""']), lookBackSeconds),
  )
}

/** Query for the labels of all nodes, as far as kube-state-metrics exports them. */
export function nodeLabelsQuery({ labels }: Scope, { lookBackSeconds }: Present): string {
  return latest(selector('kube_node_labels', { labels }), lookBackSeconds)
}

/** Query for the containers whose last end within the range was an OOM kill. */
export function oomKilledQuery(kind: ContainerKind, scope: Scope, rangeSeconds: number): string {
  const ended = (select: Select) => select(`kube_pod_${kind}_status_last_terminated_reason`, ['reason="OOMKilled"'])
  return aggregated('max', BY_CONTAINER, scope, (select) => `max_over_time(${ended(select)}[${rangeSeconds}s]) > 0`)
}

/** Query for the containers that wait for a restart after repeated failures. */
export function crashingQuery(kind: ContainerKind, scope: Scope, { lookBackSeconds }: Present): string {
  const waiting = (select: Select) => select(`kube_pod_${kind}_status_waiting_reason`, ['reason="CrashLoopBackOff"'])
  return aggregated('max', BY_CONTAINER, scope, (select) => `${latest(waiting(select), lookBackSeconds)} > 0`)
}

const RECEIVED_METRIC = 'container_network_receive_bytes_total'

/** Query for the bytes that each interface of a Pod received per second. They are counted for the sandbox, not for a container. */
export function receivedQuery(scope: Scope, rangeSeconds: number): string {
  return aggregated(
    'max',
    ['namespace', 'pod', 'interface'],
    scope,
    (select) => `rate(${select(RECEIVED_METRIC, ['pod!=""'])}[${rangeSeconds}s])`,
  )
}

const HPA_METRIC = 'kube_horizontalpodautoscaler_info'
const BY_HPA = ['namespace', 'horizontalpodautoscaler']

/** Query for the HPAs and what they scale. Source: https://github.com/kubernetes/kube-state-metrics/tree/main/docs. */
export function hpasQuery(scope: Scope, { lookBackSeconds }: Present): string {
  const target = ['api_version', 'kind', 'name'].map((part) => `scaletargetref_${part}`)
  return aggregated('max', [...BY_HPA, ...target], scope, (select) => latest(select(HPA_METRIC), lookBackSeconds))
}

const HPA_REPLICAS = {
  min: 'kube_horizontalpodautoscaler_spec_min_replicas',
  max: 'kube_horizontalpodautoscaler_spec_max_replicas',
  current: 'kube_horizontalpodautoscaler_status_current_replicas',
} as const
export type HpaReplicas = keyof typeof HPA_REPLICAS

export function hpaReplicasQuery(which: HpaReplicas, scope: Scope, { lookBackSeconds }: Present): string {
  return aggregated('max', BY_HPA, scope, (select) => latest(select(HPA_REPLICAS[which]), lookBackSeconds))
}

/**
 * Query for the points in the range, one in five minutes, at which each HPA had a number of replicas: those at which it was exactly
 * the minimum (`sum`), or all (`count`).
 */
export function atMinimumQuery(which: 'sum' | 'count', scope: Scope, rangeSeconds: number): string {
  return aggregated('max', BY_HPA, scope, (select) => {
    const isAtMinimum = `${select(HPA_REPLICAS.current)} == bool ${select(HPA_REPLICAS.min)}`
    return `${which}_over_time((${isAtMinimum})[${rangeSeconds}s:300s])`
  })
}

const COUNTERS = {
  oomEvents: OOM_EVENTS_METRIC,
  restarts: 'kube_pod_container_status_restarts_total',
  initRestarts: 'kube_pod_init_container_status_restarts_total',
  periods: PERIODS_METRIC,
  throttled: THROTTLED_PERIODS_METRIC,
} as const
export type Counter = keyof typeof COUNTERS

/** Query for the increase of a counter in the range before the time of the query. Duplicate series count once. */
export function risenQuery(counter: Counter, scope: Scope, rangeSeconds: number): string {
  return aggregated(
    'max',
    BY_CONTAINER,
    scope,
    (select) => `increase(${select(COUNTERS[counter], OF_CONTAINERS)}[${rangeSeconds}s])`,
  )
}

/**
 * Query for the increase of a counter of some Pods, summed over their containers. Duplicate series count twice, so only the ratio of
 * two counters is meaningful. If Pods are named in several ways, all Pods of the scope are selected.
 */
export function risenByPodQuery(
  counter: Counter,
  scope: Scope & { readonly pods: readonly string[] },
  rangeSeconds: number,
): string {
  const ofPods = (scope.layout?.forms.length ?? 1) > 1 ? [] : [oneOf('pod', scope.pods)]
  const matchers = [...OF_CONTAINERS, ...ofPods]
  return aggregated(
    'sum',
    ['pod'],
    scope,
    (select) => `increase(${select(COUNTERS[counter], matchers)}[${rangeSeconds}s])`,
  )
}

/** Metrics that a store may not have. */
export type Kind = Counter | AskedFor | 'phases' | 'initContainers' | 'received' | 'hpas'

/** Query for the number of series that the store has for a metric in all namespaces; no value if there are none. */
export function seriesQuery(what: Kind, { labels }: Scope, lookBackSeconds?: number): string {
  const of = (metric: string) => `count(${latest(selector(metric, { labels }), lookBackSeconds)})`
  if (what === 'received') return of(RECEIVED_METRIC)
  if (what === 'hpas') return of(HPA_METRIC)
  if (what === 'phases') return of('kube_pod_status_phase')
  if (what === 'initContainers') return of('kube_pod_init_container_info')
  if (what === 'requests' || what === 'limits') return of(`kube_pod_container_resource_${what}`)
  return of(COUNTERS[what])
}

/** Query for whether kube-state-metrics was scraped within five minutes before a time. */
export function presentQuery({ labels }: Scope): string {
  return `count(last_over_time(${selector('', { labels }, [STATE])}[300s]))`
}

/** Query for the most samples of an object in the last hour. */
export function stateSamplesQuery({ labels }: Scope): string {
  return `max(count_over_time(${selector('kube_pod_info', { labels })}[3600s]))`
}

const STATE = '__name__=~"kube_pod_info|kube_pod_status_phase|kube_pod_container_resource_requests"'
