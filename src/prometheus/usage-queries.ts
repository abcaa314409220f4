import { CPU_METRIC, MEMORY_METRIC, PERIODS_METRIC, THROTTLED_PERIODS_METRIC } from '../history/index.ts'
import type { Workload } from '../workloads/index.ts'
import { OF_CONTAINERS, oneOf, type Scope, selector } from './selector.ts'

/**
 * The queries for usage, in PromQL that every store speaks. The kubelet serves the same names under two of its paths, and a
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
export function cpuQuery(scope: Scope, stepSeconds: number, workload?: Workload): string {
  const range = Math.max(stepSeconds, LEAST_RANGE_SECONDS)
  const rateOf = (metric: string) => `rate(${usageOf(metric, scope, workload)}[${range}s])`
  const used = `${BY_CONTAINER} (${rateOf(CPU_METRIC)})`
  const heldBack = `${BY_CONTAINER} (${rateOf(THROTTLED_PERIODS_METRIC)} / (${rateOf(PERIODS_METRIC)} > 0))`
  return `${used} * (1 + ${heldBack}) or ${used}`
}

/** Bytes, the highest of the step that ends at each point, so that no peak falls between two points. */
export function memoryQuery(scope: Scope, stepSeconds: number, workload?: Workload): string {
  return `${BY_CONTAINER} (max_over_time(${usageOf(MEMORY_METRIC, scope, workload)}[${stepSeconds}s]))`
}

/** Namespaces with containers in the step that ends at each point. */
export function namespacesQuery({ labels }: Scope, stepSeconds: number): string {
  return `count by (namespace) (max_over_time(${usageOf(MEMORY_METRIC, { labels })}[${stepSeconds}s]))`
}

/** A generated name is cut to 58 characters before its last five, and the hash of a template takes up to eleven of these. */
const NAME_IN_PODS = 46

/**
 * Pods begin with their workload's name; others may too. Those of a workload that was named by hand (kind Pod, or the label)
 * may be called anything, and are then not found by it.
 */
function usageOf(metric: string, scope: Scope, workload?: Workload): string {
  const isAny = !workload || workload.kind === 'Pod'
  const ofPods = isAny ? [] : [oneOf('pod', [workload.name.slice(0, NAME_IN_PODS)], '.*')]
  return selector(metric, scope, [...OF_CONTAINERS, ...ofPods])
}
