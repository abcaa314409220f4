import { CPU_METRIC, MEMORY_METRIC, PERIODS_METRIC, THROTTLED_PERIODS_METRIC } from '../history/index.ts'
import type { Workload } from '../workloads/index.ts'
import { OF_CONTAINERS, oneOf, type Scope, selector } from './selector.ts'

/**
 * The queries for usage, in PromQL that every store understands. The kubelet serves the same metrics at two of its paths, and a
 * store may hold both, or those of two servers that scrape: each series' rate is taken first, then the highest of them.
 */

const BY_CONTAINER = 'max by (namespace,pod,container)'

/** Shortest range of a rate. It needs several scrapes, however short the steps are. */
const LEAST_RANGE_SECONDS = 300

/**
 * Query for CPU in cores, averaged over the step that ends at each point. Prometheus' rate is too low where a container ran for a part
 * of the range only: in its first and last point.
 *
 * What a container used under its CPU limit is less than what it wanted; by how much is unknown. If it was throttled in a share
 * of its CPU periods, its usage is raised by that share. So the value of one that is always throttled doubles until it no
 * longer is.
 */
export function cpuQuery(scope: Scope, stepSeconds: number, workload?: Workload): string {
  const range = Math.max(stepSeconds, LEAST_RANGE_SECONDS)
  const rateOf = (metric: string) => `rate(${usageOf(metric, scope, workload)}[${range}s])`
  const used = `${BY_CONTAINER} (${rateOf(CPU_METRIC)})`
  const heldBack = `${BY_CONTAINER} (${rateOf(THROTTLED_PERIODS_METRIC)} / (${rateOf(PERIODS_METRIC)} > 0))`
  return `${used} * (1 + ${heldBack}) or ${used}`
}

/** Query for memory in bytes, the highest of the step that ends at each point, so that no peak is lost between two points. */
export function memoryQuery(scope: Scope, stepSeconds: number, workload?: Workload): string {
  return `${BY_CONTAINER} (max_over_time(${usageOf(MEMORY_METRIC, scope, workload)}[${stepSeconds}s]))`
}

/** Query for the namespaces with containers in the step that ends at each point. */
export function namespacesQuery({ labels }: Scope, stepSeconds: number): string {
  return `count by (namespace) (max_over_time(${usageOf(MEMORY_METRIC, { labels })}[${stepSeconds}s]))`
}

/**
 * Length of the workload's name that its Pods' names keep. A generated name is cut to 58 characters before its last five, and
 * the hash of a template takes up to eleven of these.
 */
const NAME_IN_PODS = 46

/**
 * Selector for the usage of a workload's Pods. Their names begin with the workload's name, as others may too. Pods of a
 * workload that was named by hand (kind Pod, or the label) may have any name, and this does not find them.
 */
function usageOf(metric: string, scope: Scope, workload?: Workload): string {
  const isAny = !workload || workload.kind === 'Pod'
  const ofPods = isAny ? [] : [oneOf('pod', [workload.name.slice(0, NAME_IN_PODS)], '.*')]
  return selector(metric, scope, [...OF_CONTAINERS, ...ofPods])
}
