import { CPU_METRIC, MEMORY_METRIC, PERIODS_METRIC, THROTTLED_PERIODS_METRIC } from '../history/index.ts'
import type { Workload } from '../workloads/index.ts'
import { rateSeconds, type ScrapeInterval } from './scrape-interval.ts'
import { aggregated, type NamedWorkload, noPodOf, OF_CONTAINERS, oneOf, type Scope, type Select } from './selector.ts'

/**
 * The queries for usage, in PromQL that all stores support. The kubelet serves the same metrics at two of its paths, and a store may
 * have both, or those of two scraping servers: the rate of each series is calculated first, and then the highest rate is used.
 */

const BY_CONTAINER = ['namespace', 'pod', 'container']

/** Most characters of workloads' names in a selector, because a query is part of a URL, and some proxies limit these to 8 KiB. */
const MOST_NAMES = 1000
/** Shortest range of a rate. It needs several scrapes, however short the steps are. */
const LEAST_RANGE_SECONDS = 300

/**
 * Query for CPU in cores, averaged over the range that ends at each point: a step, or four scrape intervals if that is longer. If some
 * containers are scraped less often than others, their rates use a longer range. Prometheus' rate is too low if a container ran only in
 * a part of the range, as in its first and last point.
 *
 * Under a CPU limit, a container may use less than it wants; by how much is unknown. If it was throttled in a share of its CPU periods,
 * its usage is raised by that share. So the value of a container that is always throttled doubles until it no longer is.
 *
 * @param withSlo workloads whose latency is known: what throttling costs their users is measured, and their usage is not raised
 */
export function cpuQuery(
  scope: Scope,
  stepSeconds: number,
  interval?: ScrapeInterval,
  workload?: Workload,
  withSlo: readonly NamedWorkload[] = [],
): string {
  const { shortestSeconds, longestSeconds } = interval ?? { shortestSeconds: 0, longestSeconds: 0 }
  const usual = Math.max(stepSeconds, LEAST_RANGE_SECONDS)
  const range = Math.max(usual, rateSeconds(shortestSeconds))
  const longest = rateSeconds(longestSeconds)
  const rates = [range, ...(longest > range ? [longest] : [])].map((rangeSeconds) => {
    const rate = cpuRate(scope, rangeSeconds, workload, withSlo)
    // A long range still has values after its container has ended, so only steps with a sample count.
    return rangeSeconds > usual ? `((${rate}) and (${sampledQuery(scope, usual, workload)}))` : rate
  })
  return rates.length === 1 ? rates[0]! : rates.map((rate) => `(${rate})`).join(' or ')
}

function cpuRate(
  scope: Scope,
  rangeSeconds: number,
  workload: Workload | undefined,
  withSlo: readonly NamedWorkload[],
): string {
  const rateOf = (select: Select, metric: string, others: readonly string[] = []) =>
    `rate(${usageOf(select, metric, scope, workload, others)}[${rangeSeconds}s])`
  const others = noPodOf(asManyAsFit(withSlo))
  const ofOthers = others === undefined ? [] : [others]
  const used = aggregated('max', BY_CONTAINER, scope, (select) => rateOf(select, CPU_METRIC))
  const heldBack = aggregated(
    'max',
    BY_CONTAINER,
    scope,
    (select) =>
      `${rateOf(select, THROTTLED_PERIODS_METRIC, ofOthers)} / (${rateOf(select, PERIODS_METRIC, ofOthers)} > 0)`,
  )
  const [all, held] = [used, heldBack].map((query) => (query.includes(' or ') ? `(${query})` : query))
  return `${all} * (1 + ${held}) or ${used}`
}

/** Workloads whose names fit into a query, and are complete in the names of their Pods. */
function asManyAsFit(workloads: readonly NamedWorkload[]): readonly NamedWorkload[] {
  let characters = 0
  return workloads.filter(({ name }) => {
    characters += name.length + 1
    return characters <= MOST_NAMES && name.length <= NAME_IN_PODS
  })
}

type OfPods = Scope & { readonly pods: readonly string[] }

/**
 * Query for the CPU of the containers of some Pods between their last two samples within the range, in cores. If Pods are named in
 * several ways, all Pods of the scope are selected, here and below.
 */
export function usedNowQuery(scope: OfPods, rangeSeconds: number): string {
  return ofPods('irate', CPU_METRIC, scope, rangeSeconds)
}

/** The same as the mean over the range. */
export function usedQuery(scope: OfPods, rangeSeconds: number): string {
  return ofPods('rate', CPU_METRIC, scope, rangeSeconds)
}

/** Query for the highest memory of the containers of some Pods within the range, in bytes. */
export function peakMemoryQuery(scope: OfPods, rangeSeconds: number): string {
  return ofPods('max_over_time', MEMORY_METRIC, scope, rangeSeconds)
}

function ofPods(by: string, metric: string, scope: OfPods, rangeSeconds: number): string {
  const named = (scope.layout?.forms.length ?? 1) > 1 ? [] : [oneOf('pod', scope.pods)]
  return aggregated(
    'max',
    BY_CONTAINER,
    scope,
    (select) => `${by}(${select(metric, [...OF_CONTAINERS, ...named])}[${rangeSeconds}s])`,
  )
}

function sampledQuery(scope: Scope, rangeSeconds: number, workload: Workload | undefined): string {
  return aggregated(
    'max',
    BY_CONTAINER,
    scope,
    (select) => `count_over_time(${usageOf(select, CPU_METRIC, scope, workload)}[${rangeSeconds}s])`,
  )
}

/** Query for memory in bytes, the maximum of the step that ends at each point, so that no peak between two points is lost. */
export function memoryQuery(scope: Scope, stepSeconds: number, workload?: Workload): string {
  return aggregated(
    'max',
    BY_CONTAINER,
    scope,
    (select) => `max_over_time(${usageOf(select, MEMORY_METRIC, scope, workload)}[${stepSeconds}s])`,
  )
}

/** Query for the namespaces with containers in the step that ends at each point. */
export function namespacesQuery({ labels, layout }: Scope, stepSeconds: number): string {
  return aggregated(
    'count',
    ['namespace'],
    { labels, layout },
    (select) => `max_over_time(${select(MEMORY_METRIC, OF_CONTAINERS)}[${stepSeconds}s])`,
  )
}

/**
 * Length of the part of a workload's name that its Pods' names always contain. A generated name is cut to 58 characters before its last
 * five, and the hash of a template takes up to eleven of these.
 */
const NAME_IN_PODS = 46

/**
 * Selector for the usage of a workload's Pods. Their names begin with the workload's name, but names of other Pods may, too. Pods of a
 * workload that was named by hand (kind Pod, or the label) may have any name, and are not found. If Pods are named in several ways, all
 * are selected.
 */
function usageOf(
  select: Select,
  metric: string,
  { layout }: Scope,
  workload?: Workload,
  others: readonly string[] = [],
): string {
  const isAny = !workload || workload.kind === 'Pod' || (layout && layout.forms.length > 1)
  const ofPods = isAny ? [] : [oneOf('pod', [workload.name.slice(0, NAME_IN_PODS)], '.*')]
  return select(metric, [...OF_CONTAINERS, ...ofPods, ...others])
}
