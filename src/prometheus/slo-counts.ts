import { isOfCluster, type Labels } from '../history/index.ts'
import type { Catalog, Part, Row, Sought } from '../slos/index.ts'
import type { ClusterGuard } from './cluster-guard.ts'
import { RefusedQueryError } from './failures.ts'
import { ANY_VALUE } from './selector.ts'
import {
  catalogQuery,
  PART_LABEL,
  PODS_LABEL,
  partsQuery,
  partsTogether,
  type SloScope,
  type SloWindow,
} from './slo-queries.ts'
import { TooMuchError } from './spans.ts'
import type { StoreReader } from './store-reader.ts'

export type { SloWindow } from './slo-queries.ts'

/** Rows of parts, by window and key of the part; and why the store refuses a part. */
export interface PartAnswers {
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, readonly Row[]>>
  readonly refused: ReadonlyMap<string, string>
}

/** Reads the series of SLOs of one namespace. One call of `read` is one query, unless the store refuses it. */
export class SloCounts {
  readonly #reader: StoreReader
  readonly #own: ClusterGuard | undefined
  readonly #namespace: string

  /** @param own what decides which series are from this cluster; by default all are */
  constructor(reader: StoreReader, namespace: string, own?: ClusterGuard) {
    this.#reader = reader
    this.#own = own
    this.#namespace = namespace
  }

  /**
   * Finds which of the metrics a namespace has, with their bucket boundaries.
   *
   * @param rangeSeconds maximum age of the last sample
   */
  async catalog(sought: readonly Sought[], rangeSeconds: number, atSeconds: number): Promise<Catalog> {
    const catalog = new Map<string, Set<string>>()
    if (sought.length === 0) return catalog
    for (const { labels } of await this.#reader.at(catalogQuery(sought, rangeSeconds, this.#scope()), atSeconds)) {
      const { __name__: name = '', le } = labels
      const edges = catalog.get(name) ?? new Set()
      catalog.set(name, le === undefined ? edges : edges.add(le))
    }
    return catalog
  }

  /** Groups of parts that fit into one query each. */
  together(parts: readonly Part[], windows: readonly SloWindow[], isCollapsed = false): readonly Part[][] {
    return partsTogether(parts, windows, this.#scope(isCollapsed))
  }

  /**
   * Reads parts that fit into one query. If the store refuses a user's query, each half is queried separately, so that an invalid query
   * does not keep others from being read.
   *
   * @throws HistoryError if the store cannot be reached, or does not answer
   */
  async read(
    parts: readonly Part[],
    windows: readonly SloWindow[],
    atSeconds: number,
    isCollapsed = false,
  ): Promise<PartAnswers> {
    const rows = new Map(windows.map(({ name }) => [name, new Map<string, Row[]>(parts.map(({ key }) => [key, []]))]))
    const refused = new Map<string, string>()
    const ask = async (some: readonly Part[]): Promise<void> => {
      try {
        const query = partsQuery(some, windows, this.#scope(isCollapsed))
        for (const { labels, value } of await this.#reader.allAt(query, atSeconds)) {
          const { [PART_LABEL]: tag = '', ...rest } = labels
          const [number = '', window = ''] = tag.split(' ')
          const part = some[Number(number)]
          if (!part || !this.#isOwn(rest)) continue
          rows
            .get(window)
            ?.get(part.key)
            ?.push({ labels: namingPods(this.#without(rest), part), value })
        }
      } catch (error) {
        const isTooMuch = error instanceof TooMuchError
        if (!(error instanceof RefusedQueryError) && !isTooMuch) throw error
        if (some.length > 1) {
          const half = Math.ceil(some.length / 2)
          await ask(some.slice(0, half))
          await ask(some.slice(half))
        } else if (some[0]!.kind === 'expression' || isTooMuch) refused.set(some[0]!.key, error.message)
        else throw error
      }
    }
    if (parts.length > 0) await ask(parts)
    return { rows, refused }
  }

  #scope(isCollapsed = false): SloScope {
    return {
      namespace: this.#namespace,
      labels: this.#reader.labels,
      keep: this.#own?.names ?? [],
      isCollapsed,
    }
  }

  /** Labels that only other kinds of series have prove nothing. */
  #isOwn(labels: Labels): boolean {
    const chosen = Object.entries(this.#reader.labels)
    // Users' queries may select series of other clusters.
    if (chosen.some(([name, value]) => labels[name] !== undefined && value !== ANY_VALUE && labels[name] !== value))
      return false
    if (!this.#own) return true
    const names = this.#own.names.filter((name) => labels[name] !== undefined || isOfCluster(name))
    return this.#own.accepts('usage', labels, names)
  }

  #without(labels: Labels): Labels {
    const keep = [...(this.#own?.names ?? []), ...Object.keys(this.#reader.labels)]
    if (keep.length === 0) return labels
    return Object.fromEntries(Object.entries(labels).filter(([name]) => !keep.includes(name)))
  }
}

/** Replaces the shared name of Pods that were counted together by the label of each Pod. */
function namingPods(labels: Labels, part: Part): Labels {
  const { [PODS_LABEL]: pods, ...rest } = labels
  if (pods === undefined) return labels
  const podLabel = part.kind === 'expression' ? 'pod' : part.where.podLabel
  return podLabel === undefined || pods === '' ? rest : { ...rest, [podLabel]: pods }
}
