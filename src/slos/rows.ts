import { ANYWHERE, type SloSource, type Where } from './source.ts'

/** One result of a query. A value that is no number is kept: it tells that the series have none. */
export interface Row {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The Pods of a namespace. */
export interface KnownPods {
  readonly namespace: string
  /** Key of the workload that a Pod belongs to, or has belonged to; undefined if it is not known. */
  workloadOf(pod: string): string | undefined
}

/** A workload by its key, and by the name under which series may have it. */
export interface Whose {
  readonly key: string
  readonly name: string
}

/** Rows of one workload: by Pod, or together where they do not tell Pods apart. */
export type Grouped =
  | { readonly kind: 'byPod'; readonly pods: ReadonlyMap<string, readonly Row[]> }
  | { readonly kind: 'whole'; readonly rows: readonly Row[] }
  | { readonly kind: 'none' }

/** Where the results of expressions belong. */
export function whereOf(source: SloSource): Where {
  return source.kind === 'expressions' ? { ...ANYWHERE, matchers: [] } : source.where
}

const NONE: Grouped = { kind: 'none' }

/** Rows of one part of a query by what they belong to, so that each workload finds its own without looking at those of all others. */
export class RowIndex {
  readonly #where: Where
  /** By what is named, by workload, by Pod. */
  readonly #byPod = new Map<string, Map<string, Map<string, Row[]>>>()
  /** By what is named, by the name of the workload. */
  readonly #byOwner = new Map<string, Map<string, Row[]>>()
  /** By what is named: rows of no workload that is known. */
  readonly #others = new Map<string, Row[]>()

  constructor(rows: readonly Row[], where: Where, pods: KnownPods) {
    this.#where = where
    const { podLabel, ownerLabel, named } = where
    for (const row of rows) {
      const { labels } = row
      const about = named ? (firstOf(labels, named.labels) ?? '') : ''
      const isHere = isIn(pods.namespace, labels, where)
      const pod = podLabel === undefined ? undefined : labels[podLabel]
      // A waypoint is a Pod that reports for others.
      const workload = pod && isHere && labels.reporter !== 'waypoint' ? pods.workloadOf(pod) : undefined
      if (workload !== undefined) add(inner(inner(this.#byPod, about), workload), pod!, row)
      else if (isHere && ownerLabel !== undefined && labels[ownerLabel])
        add(inner(this.#byOwner, about), labels[ownerLabel]!, row)
      else if (isHere || where.mayBeOfOthers) add(this.#others, about, row)
    }
  }

  /**
   * The rows of a workload.
   *
   * @param named what they must be about, where the part of the query is about several
   */
  of({ key, name }: Whose, named: string | undefined): Grouped {
    const about = this.#where.named ? (named ?? '') : ''
    const byPod = this.#byPod.get(about)
    const pods = byPod?.get(key)
    if (pods) return { kind: 'byPod', pods }
    const owned = this.#byOwner.get(about)?.get(name)
    if (owned) return { kind: 'whole', rows: owned }
    // Where there are rows of other workloads, this one has none. Otherwise, they are of a gateway in front of it.
    const { podLabel, mayBeOfOthers } = this.#where
    const others = this.#others.get(about)
    const isOfGateway = podLabel === undefined || (mayBeOfOthers && byPod === undefined)
    return others && isOfGateway ? { kind: 'whole', rows: others } : NONE
  }
}

function inner<T>(map: Map<string, Map<string, T>>, key: string): Map<string, T> {
  const known = map.get(key) ?? new Map<string, T>()
  map.set(key, known)
  return known
}

function add(map: Map<string, Row[]>, key: string, row: Row): void {
  const rows = map.get(key)
  if (rows) rows.push(row)
  else map.set(key, [row])
}

function isIn(namespace: string, labels: Row['labels'], { namespaceLabels }: Where): boolean {
  const found = firstOf(labels, namespaceLabels.length > 0 ? namespaceLabels : ['namespace'])
  return found === undefined ? namespaceLabels.length === 0 : found === namespace
}

/** The first of these labels that has a value. */
export function firstOf(labels: Row['labels'], names: readonly string[]): string | undefined {
  for (const name of names) if (labels[name]) return labels[name]
  return undefined
}
