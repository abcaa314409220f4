import type { Labels } from '../history/index.ts'
import { countsOf, equal, filledIn, type Part, type Sought, sumBy, type Where } from '../slos/index.ts'
import { ANY_VALUE, oneOf } from './selector.ts'

/** How the queries of a namespace are written. */
export interface SloScope {
  readonly namespace: string
  /** Labels of the series of this cluster, as in the settings. */
  readonly labels: Labels
  /** Labels that may distinguish clusters, which are kept in results. */
  readonly keep: readonly string[]
  /** Whether the Pods of a workload are counted together, under one made-up name, so that weeks of Pods remain few rows. */
  readonly isCollapsed?: boolean
}

/** A window that ends at the time of a query; each row contains its name. */
export interface SloWindow {
  readonly name: string
  readonly seconds: number
}

/** Label that identifies the part and window of a row. */
export const PART_LABEL = 'plimsoll_part'

/** Labels of Prometheus replicas that scrape the same targets: of duplicate series, the higher value counts. */
const REPLICAS = ['prometheus_replica', 'replica', '__replica__']

/** Query for the requests of one part in a window. */
function partQuery(part: Part, windowSeconds: number, scope: SloScope): string {
  const range = `[${Math.ceil(windowSeconds)}s]`
  if (part.kind === 'expression') {
    const labels = ['namespace', 'pod', ...scope.keep, ...Object.keys(scope.labels)]
    const expression = filledIn(sumBy(labels, part.text), { namespace: scope.namespace, windowSeconds })
    const counted =
      countsOf(part.text) === 'requestsPerSecond' ? `(${expression}) * ${Math.ceil(windowSeconds)}` : `(${expression})`
    return scope.isCollapsed ? together(counted, 'pod', labels) : counted
  }
  const { where, by, metric } = part
  const podLabel = scope.isCollapsed ? where.podLabel : undefined
  const kept = [...by, ...scope.keep]
  const each = (series: string, ...more: readonly string[]) => {
    const summed = (selected: string, isNative: boolean) => {
      const risen = `increase(${selected}${range})`
      // max would drop native histograms.
      const once = isNative ? risen : `max without (${REPLICAS.join(',')}) (${risen})`
      const labels = [...kept, ...more]
      return podLabel ? together(once, podLabel, labels) : `sum by (${labels.join(',')}) (${once})`
    }
    return (isNative: boolean, ...matchers: readonly string[]) =>
      selectors(series, where, scope, matchers)
        .map((selected) => summed(selected, isNative))
        .join(' or ')
  }
  if (part.kind === 'buckets') return each(`${metric}_bucket`, 'le')(false, oneOf('le', part.edges))
  if (part.kind === 'statuses') return each(metric)(false)
  const histograms = each(metric)(true)
  if (part.kind === 'nativeCount') return `histogram_count(${histograms})`
  return `histogram_fraction(-Inf, ${part.below}, ${histograms})`
}

/** Selectors of a metric in a namespace, one for each label that may contain the namespace. */
function selectors(
  metric: string,
  where: Where,
  { namespace, labels }: SloScope,
  matchers: readonly string[],
): string[] {
  const ofStore = Object.entries(labels).flatMap(([name, value]) => (value === ANY_VALUE ? [] : [equal(name, value)]))
  const all = [...where.matchers, ...matchers, ...ofStore]
  const select = (more: readonly string[]) => `${metric}{${[...all, ...more].join(',')}}`
  if (where.namespaceLabels.length === 0) return [select([])]
  return where.namespaceLabels.map((label, i) =>
    select([equal(label, namespace), ...where.namespaceLabels.slice(0, i).map((before) => equal(before, ''))]),
  )
}

/** Letters of generated names: `workloadFromPodName` reads the names that this creates. */
const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]{5}'
const HASH = '[456789bcdf]{6,10}'

/** Label with the shared name of the Pods of a workload. */
export const PODS_LABEL = 'plimsoll_pods'

/** A sum in which the Pods of each Deployment, DaemonSet and StatefulSet have one name. */
function together(expression: string, pod: string, labels: readonly string[]): string {
  const steps = [
    [pod, '$1', '(.*)'],
    [PODS_LABEL, '$1-444444-bbbbb', `(.+)-${HASH}-${RANDOM}`],
    [PODS_LABEL, '$1-bbbbb', `(.+)-${RANDOM}`],
    [PODS_LABEL, '$1-0', '(.+)-(?:0|[1-9][0-9]*)'],
  ] as const
  // Keep the original names until the sum, because no two series may have the same labels.
  const named = steps.reduce(
    (inner, [from, name, pattern]) => `label_replace(${inner},"${PODS_LABEL}","${name}","${from}","${pattern}")`,
    expression,
  )
  const kept = [...labels.filter((label) => label !== pod), PODS_LABEL]
  return `sum by (${kept.join(',')}) (${named})`
}

/** A query for several parts in several windows: each row has the number of its part, and the name of its window. */
export function partsQuery(parts: readonly Part[], windows: readonly SloWindow[], scope: SloScope): string {
  return parts.flatMap((part, i) => windows.map((window) => tagged(part, i, window, scope))).join(' or ')
}

function tagged(part: Part, number: number, { name, seconds }: SloWindow, scope: SloScope): string {
  return `label_replace(${partQuery(part, seconds, scope)},"${PART_LABEL}","${number} ${name}","","")`
}

/**
 * Maximum number of characters in a query: it is part of a URL, which servers and proxies limit to 8 KiB, and some characters count
 * three times.
 */
const MOST_CHARACTERS = 4_000

/** Splits parts into groups whose query is not too long. */
export function partsTogether(
  parts: readonly Part[],
  windows: readonly SloWindow[],
  scope: SloScope,
): readonly Part[][] {
  const groups: Part[][] = []
  let length = Number.POSITIVE_INFINITY
  let isOwn = false
  for (const part of parts) {
    const own = encodedLength(windows.map((window) => tagged(part, groups.length, window, scope)).join(' or '))
    // A user's query may be refused, so it is sent separately, to let nothing else fail with it.
    const isOwnToo = part.kind === 'expression'
    if (length + own > MOST_CHARACTERS || isOwnToo !== isOwn) {
      groups.push([])
      length = 0
      isOwn = isOwnToo
    }
    groups.at(-1)!.push(part)
    length += own
  }
  return groups
}

function encodedLength(text: string): number {
  return encodeURIComponent(text).length
}

/** Query for the names of a namespace's series, among those that are searched for, with their bucket boundaries. */
export function catalogQuery(sought: readonly Sought[], rangeSeconds: number, scope: SloScope): string {
  return sought
    .flatMap(({ metrics, namespaceLabels, matchers }) => {
      const where: Where = { matchers, namespaceLabels }
      const named = oneOf('__name__', metrics)
      // Summaries have the same name as a native histogram.
      return selectors('', where, scope, [named, 'quantile=""']).map(
        (selected) => `count by (__name__,le) (last_over_time(${selected}[${Math.ceil(rangeSeconds)}s]))`,
      )
    })
    .join(' or ')
}
