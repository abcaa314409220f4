import type { Row } from '../wire.ts'

/** What of the fleet is shown, and in which order. */
export interface Choice {
  readonly search: string
  readonly namespace: string
  /** '' all; `risk`, `waiting`, `unsized` */
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

/** Every word of the search stands somewhere in namespace, kind or name. What is not known stands last, whatever the order. */
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

/** Of all Pods; `usedOf`: what those reserve whose usage is known. Where nothing was learned, what is reserved counts as needed. */
interface Amounts {
  readonly reserved: number
  readonly learned: number
  readonly used: number
  readonly usedOf: number
}

/** Of those that are shown. */
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
