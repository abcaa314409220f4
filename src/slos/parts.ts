import { edgesUpTo } from './edges.ts'
import { equal } from './promql.ts'
import type { SloSource, Unit, Where } from './source.ts'

/** Which metrics a store has, with the edges of their buckets as `le` spells them: see `metricsOf`. */
export type Catalog = ReadonlyMap<string, ReadonlySet<string>>

/** Series that are counted together in one query, for all workloads of a namespace. */
export type Part = {
  /** Identifies the part; the same series have the same key. */
  readonly key: string
} & (
  | {
      readonly kind: 'buckets'
      readonly metric: string
      readonly edges: readonly string[]
      readonly where: Where
      readonly by: readonly string[]
    }
  | { readonly kind: 'statuses'; readonly metric: string; readonly where: Where; readonly by: readonly string[] }
  | { readonly kind: 'nativeCount'; readonly metric: string; readonly where: Where; readonly by: readonly string[] }
  | {
      readonly kind: 'nativeBelow'
      readonly metric: string
      /** In the unit of the metric. */
      readonly below: number
      readonly where: Where
      readonly by: readonly string[]
    }
  | { readonly kind: 'expression'; readonly text: string }
)

/** How the requests of one metric of a source are counted from parts. */
export type Counted =
  | {
      readonly kind: 'buckets'
      readonly metric: string
      readonly part: string
      readonly threshold: number
      readonly unit: Unit
    }
  | {
      readonly kind: 'native'
      readonly metric: string
      readonly count: string
      readonly below: string
      readonly unit: Unit
    }
  | { readonly kind: 'statuses'; readonly metric: string; readonly part: string }
  | { readonly kind: 'expressions'; readonly total: string; readonly part: string }

/** Names of the series by which it is found out what a store has, for one place where they are looked for. */
export interface Sought {
  readonly metrics: readonly string[]
  readonly namespaceLabels: readonly string[]
  readonly matchers: readonly string[]
}

/** Edges at and below a threshold that are asked for: workloads of one namespace need not have the same. */
export const EDGES_AT_FIRST = 4

/** The parts of queries that sources need, each once however many workloads share it. */
export class Parts {
  readonly #catalog: Catalog
  readonly #edges: number
  readonly #buckets = new Map<string, { metric: string; edges: Set<string>; where: Where; by: readonly string[] }>()
  readonly #others = new Map<string, Part>()

  /** @param edges edges at and below each threshold that are asked for */
  constructor(catalog: Catalog, edges = EDGES_AT_FIRST) {
    this.#catalog = catalog
    this.#edges = edges
  }

  get all(): readonly Part[] {
    const buckets = [...this.#buckets].map(([key, { edges, ...part }]): Part => {
      return { kind: 'buckets', key, ...part, edges: [...edges].sort() }
    })
    return [...buckets, ...this.#others.values()]
  }

  /** Adds what a source needs; returns how its requests are counted, one for each of its metrics that the store has. */
  add(source: SloSource): readonly Counted[] {
    if (source.kind === 'expressions') {
      const [total, part] = [this.#expression(source.total), this.#expression(source.part)]
      return [{ kind: 'expressions', total, part }]
    }
    const by = labelsBy(source.where)
    if (source.kind === 'statuses') {
      const shared = { where: generalized(source.where), by: [...by, ...source.labels] }
      const counted = (kind: 'statuses' | 'nativeCount', metric: string): Counted[] =>
        this.#catalog.has(metric) ? [{ kind: 'statuses', metric, part: this.#other({ kind, metric, ...shared }) }] : []
      return source.metrics.flatMap((metric) => {
        const histogram = countedHistogram(metric)
        return [...counted('statuses', metric), ...(histogram ? counted('nativeCount', histogram) : [])]
      })
    }
    const { where, belowSeconds } = source
    return source.metrics.flatMap(({ metric, unit }): Counted[] => {
      const threshold = unit === 'seconds' ? belowSeconds : belowSeconds * 1000
      const found: Counted[] = []
      const edges = this.#catalog.get(`${metric}_bucket`)
      if (edges) {
        const part = this.#bucketsOf(metric, where, by, edgesUpTo(edges, threshold, this.#edges))
        found.push({ kind: 'buckets', metric, part, threshold, unit })
      }
      if (this.#catalog.has(metric)) {
        const shared = { metric, where: generalized(where), by }
        const count = this.#other({ kind: 'nativeCount', ...shared })
        const below = this.#other({ kind: 'nativeBelow', ...shared, below: threshold })
        found.push({ kind: 'native', metric, count, below, unit })
      }
      return found
    })
  }

  #bucketsOf(metric: string, where: Where, by: readonly string[], edges: readonly string[]): string {
    const shared = generalized(where)
    const key = JSON.stringify(['buckets', metric, shared, by])
    const known = this.#buckets.get(key) ?? { metric, edges: new Set(['+Inf']), where: shared, by }
    for (const edge of edges) known.edges.add(edge)
    this.#buckets.set(key, known)
    return key
  }

  #expression(text: string): string {
    return this.#other({ kind: 'expression', text })
  }

  #other(part: DistributiveOmit<Part, 'key'>): string {
    const key = JSON.stringify(part)
    if (!this.#others.has(key)) this.#others.set(key, { ...part, key } as Part)
    return key
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** Labels that are kept apart, so that one part serves all workloads of a namespace. */
function labelsBy({ namespaceLabels, podLabel, ownerLabel, named }: Where): readonly string[] {
  const ofNamespace = namespaceLabels.length > 0 ? namespaceLabels : podLabel === undefined ? [] : ['namespace']
  return [
    ...ofNamespace,
    ...(podLabel ? [podLabel] : []),
    ...(ownerLabel ? [ownerLabel, 'reporter'] : []),
    ...(named?.labels ?? []),
  ]
}

/** The same place for all names in it: the name is a label of the result. */
function generalized({ named, ...where }: Where): Where {
  if (!named) return where
  // Of a gateway that serves all namespaces, only what is named is asked for.
  if (where.namespaceLabels.length === 0)
    return { ...where, matchers: [...where.matchers, equal(named.labels[0]!, named.value)], named }
  return { ...where, named: { labels: named.labels, value: '' } }
}

/** Name of the histogram whose requests a series counts; undefined if it is of none. A native histogram has no such series. */
function countedHistogram(metric: string): string | undefined {
  return metric.endsWith('_count') ? metric.slice(0, -'_count'.length) : undefined
}

/** Names that series of these sources may have, by place. */
export function soughtBy(sources: Iterable<SloSource>): readonly Sought[] {
  const places = new Map<
    string,
    { metrics: Set<string>; namespaceLabels: readonly string[]; matchers: readonly string[] }
  >()
  for (const source of sources) {
    if (source.kind === 'expressions') continue
    const { namespaceLabels } = source.where
    // Where any namespace counts, only the matchers keep the answer small.
    const matchers = namespaceLabels.length > 0 ? [] : generalized(source.where).matchers
    const key = JSON.stringify([namespaceLabels, matchers])
    const place = places.get(key) ?? { metrics: new Set(), namespaceLabels, matchers }
    places.set(key, place)
    for (const name of namesOf(source)) place.metrics.add(name)
  }
  return [...places.values()].map((place) => ({ ...place, metrics: [...place.metrics].sort() }))
}

function namesOf(source: Exclude<SloSource, { kind: 'expressions' }>): string[] {
  if (source.kind === 'statuses')
    return source.metrics.flatMap((metric) => [metric, countedHistogram(metric) ?? metric])
  return source.metrics.flatMap(({ metric }) => [`${metric}_bucket`, `${metric}_count`, metric])
}

/** Keys of the parts by which requests are counted. */
export function partsOf(counted: Counted): readonly string[] {
  if (counted.kind === 'native') return [counted.count, counted.below]
  return counted.kind === 'expressions' ? [counted.total, counted.part] : [counted.part]
}
