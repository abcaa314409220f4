import type { Workload } from '../../workloads/index.ts'
import { CPU_METRIC, MEMORY_METRIC, PERIODS_METRIC, SANDBOX, THROTTLED_PERIODS_METRIC } from '../metrics.ts'
import { type Labels, type OwnerMetric, WORKLOAD_LABEL_IN_METRICS } from '../owners.ts'

/**
 * The queries, in PromQL that every store speaks. The kubelet serves the same names under two of its paths, and a
 * store may hold both, and those of two servers that scrape: the rate is taken of each series, then the highest.
 */

const BY_CONTAINER = 'max by (namespace,pod,container)'

/** A rate needs some scrapes to look back on, however small the steps are. */
const LEAST_RANGE_SECONDS = 300

/**
 * Cores, averaged over the step that ends at each point. Prometheus' rate is too low where a container ran for a part
 * of the range only: in its first and last point.
 *
 * What a container used under its CPU limit is less than what it wanted, by how much nobody knows: where it was held back in a
 * share of its CPU periods, by as much again counts as wanted, so one that always is doubles until it is free.
 */
export function cpuQuery(namespace: string, also: Labels, stepSeconds: number, workload?: Workload): string {
  const range = Math.max(stepSeconds, LEAST_RANGE_SECONDS)
  const rateOf = (metric: string) => `rate(${metric}${containers(also, namespace, podsOf(workload))}[${range}s])`
  const used = `${BY_CONTAINER} (${rateOf(CPU_METRIC)})`
  const heldBack = `${BY_CONTAINER} (${rateOf(THROTTLED_PERIODS_METRIC)} / (${rateOf(PERIODS_METRIC)} > 0))`
  return `${used} * (1 + ${heldBack}) or ${used}`
}

/** Bytes, the highest of the step that ends at each point, so that no peak falls between two points. */
export function memoryQuery(namespace: string, also: Labels, stepSeconds: number, workload?: Workload): string {
  const selector = `${MEMORY_METRIC}${containers(also, namespace, podsOf(workload))}`
  return `${BY_CONTAINER} (max_over_time(${selector}[${stepSeconds}s]))`
}

/** Namespaces with containers in the step that ends at each point. */
export function namespacesQuery(also: Labels, stepSeconds: number): string {
  return `count by (namespace) (max_over_time(${MEMORY_METRIC}${containers(also)}[${stepSeconds}s]))`
}

const OWNED_BY: Readonly<Record<OwnerMetric, string>> = {
  kube_pod_owner: 'pod,owner_kind,owner_name,owner_is_controller',
  kube_replicaset_owner: 'replicaset,owner_kind,owner_name,owner_is_controller',
  kube_job_owner: 'job_name,owner_kind,owner_name,owner_is_controller',
  kube_pod_labels: `pod,${WORKLOAD_LABEL_IN_METRICS}`,
}

/** All that were told in so many seconds before the query's time. */
export function ownersQuery(metric: OwnerMetric, namespace: string, also: Labels, rangeSeconds: number): string {
  const matchers = [`namespace=${string(namespace)}`, ...equal(also)]
  if (metric === 'kube_pod_labels') matchers.push(`${WORKLOAD_LABEL_IN_METRICS}!=""`)
  const selector = `${metric}{${matchers.join(',')}}`
  return `max by (namespace,${OWNED_BY[metric]}) (max_over_time(${selector}[${rangeSeconds}s]))`
}

const PERIODS = { periods: PERIODS_METRIC, throttled: THROTTLED_PERIODS_METRIC }

/** By Pod. What is there twice is in both sums twice: their ratio stays. */
export function periodsQuery(
  which: keyof typeof PERIODS,
  { namespace, pods }: { readonly namespace: string; readonly pods: readonly string[] },
  also: Labels,
  rangeSeconds: number,
): string {
  const named = pods.map((pod) => pod.replaceAll('.', '\\.')).join('|')
  const selector = containers(also, namespace, [`pod=~${string(named)}`])
  return `sum by (pod) (increase(${PERIODS[which]}${selector}[${rangeSeconds}s]))`
}

/** How many series there are of it at all. */
export function seriesOfPeriodsQuery(also: Labels): string {
  return `count(${PERIODS_METRIC}${containers(also)})`
}

/** A generated name is cut to 58 characters before its last five, and the hash of a template takes up to eleven of these. */
const NAME_IN_PODS = 46

/**
 * Pods begin with their workload's name; others may too. Those of a workload that was named by hand (kind Pod, or the label)
 * may be called anything, and are then not found by it.
 */
function podsOf(workload: Workload | undefined): string[] {
  if (!workload || workload.kind === 'Pod') return []
  return [`pod=~${string(`${escaped(workload.name.slice(0, NAME_IN_PODS))}.*`)}`]
}

/** RE2 takes names as they are, but for their dots. */
function escaped(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9-]/g, (character) => `\\${character}`)
}

function containers(also: Labels, namespace?: string, more: readonly string[] = []): string {
  const matchers = ['container!=""', `container!=${string(SANDBOX)}`, ...more]
  if (namespace !== undefined) matchers.push(`namespace=${string(namespace)}`)
  return `{${[...matchers, ...equal(also)].join(',')}}`
}

function equal(labels: Labels): string[] {
  return Object.entries(labels).map(([name, value]) => `${name}=${string(value)}`)
}

/** A string of PromQL. JSON's escapes are among Go's, whose rules PromQL follows. */
function string(value: string): string {
  return JSON.stringify(value)
}
