import type { Row } from '../wire.ts'

/** Which rows of the fleet are shown, and in which order. */
export interface Choice {
  readonly search: string
  readonly namespace: string
  /** Filter: empty for all rows, or `risk`, `waiting`, `unsized`. */
  readonly show: string
  readonly sort: SortName
  readonly descending: boolean
}

const SORTS = {
  name: (row: Row) => row.key,
  cpu: (row: Row) => row.cpuCores.reserved,
  memory: (row: Row) => row.memoryBytes.reserved,
  cost: (row: Row) => row.perMonth,
  save: (row: Row) => row.stillToSave,
  risk: (row: Row) => RISKS[row.risk ?? ''],
  confidence: (row: Row) => row.confidence,
  state: (row: Row) => row.waiting ?? row.state,
} as const satisfies Readonly<Record<string, (row: Row) => number | string | undefined>>
export type SortName = keyof typeof SORTS

const RISKS: Readonly<Record<string, number>> = { high: 3, medium: 2, low: 1 }

export function choiceOf(query: URLSearchParams): Choice {
  const text = (name: string) => query.get(name) ?? ''
  const [, minus, sort = ''] = /^(-?)(\w*)$/.exec(text('sort')) ?? []
  const isKnown = Object.hasOwn(SORTS, sort)
  return {
    ...{ search: text('q'), namespace: text('namespace'), show: text('show') },
    ...{ sort: isKnown ? (sort as SortName) : 'save', descending: isKnown ? minus === '-' : true },
  }
}

/**
 * Filters and sorts the rows. Each word of the search must be part of namespace, kind or name. Rows without the figure
 * come last in either order.
 */
export function chosenRows(
  rows: readonly Row[],
  { search, namespace, show, sort, descending }: Choice,
): readonly Row[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const isShown = (row: Row) =>
    (namespace === '' || row.namespace === namespace) &&
    SHOWS[show]?.(row) !== false &&
    words.every((word) => row.key.toLowerCase().includes(word))
  const figureOf = SORTS[sort]
  const sign = descending ? -1 : 1
  return rows.filter(isShown).sort((a, b) => {
    const [one, other] = [figureOf(a), figureOf(b)]
    if (one === other) return a.key < b.key ? -1 : 1
    if (one === undefined) return 1
    if (other === undefined) return -1
    return one < other ? -sign : sign
  })
}

const SHOWS: Readonly<Record<string, (row: Row) => boolean>> = {
  risk: ({ risk }) => risk === 'high' || risk === 'medium',
  waiting: ({ waiting }) => waiting !== undefined,
  unsized: ({ state }) => state === undefined,
}

export interface Sums {
  readonly workloads: number
  readonly perMonth: number
  readonly stillToSave: number
  readonly savedSoFar: number
  readonly cpuCores: Amounts
  readonly memoryBytes: Amounts
  readonly high: number
  readonly medium: number
  readonly pending: number
}

/**
 * Sums of one resource over all Pods, in cores or bytes. `usedOf` is what the workloads with known usage reserve. In
 * `learned`, a workload for which nothing was learned counts with what it reserves.
 */
interface Amounts {
  readonly reserved: number
  readonly learned: number
  readonly used: number
  readonly usedOf: number
}

/** Sums over the given rows. */
export function sumsOf(rows: readonly Row[]): Sums {
  const sum = (of: (row: Row) => number | undefined) => rows.reduce((total, row) => total + (of(row) ?? 0), 0)
  const amounts = (resource: 'cpuCores' | 'memoryBytes'): Amounts => ({
    reserved: sum((row) => row[resource].reserved),
    learned: sum((row) => row[resource].learned ?? row[resource].reserved),
    used: sum((row) => (row[resource].reserved === undefined ? undefined : row[resource].used)),
    usedOf: sum((row) => (row[resource].used === undefined ? undefined : row[resource].reserved)),
  })
  const number = (is: (row: Row) => boolean) => rows.filter(is).length
  return {
    workloads: rows.length,
    perMonth: sum(({ perMonth }) => perMonth),
    stillToSave: sum(({ stillToSave }) => stillToSave),
    savedSoFar: sum(({ savedSoFar }) => savedSoFar),
    cpuCores: amounts('cpuCores'),
    memoryBytes: amounts('memoryBytes'),
    high: number(({ risk }) => risk === 'high'),
    medium: number(({ risk }) => risk === 'medium'),
    pending: number(({ waiting }) => waiting === 'Pending'),
  }
}
