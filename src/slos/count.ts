import { isSameEdge, readEdge } from './edges.ts'
import type { Counted } from './parts.ts'
import type { Requests } from './reading.ts'
import { firstOf, type Grouped, type Row, type RowIndex, type Whose, whereOf } from './rows.ts'
import type { SloPlan, SloSource, Unit } from './source.ts'
import { isFailure } from './statuses.ts'
import { describeSeconds } from './text.ts'

/** Rows of a part of a query, by the key of the part; undefined if it was not read. */
export type Answers = (part: string) => RowIndex | undefined

/** Requests of a workload in one window, or why there are none. */
export type Count =
  | {
      readonly kind: 'counted'
      readonly used: Counted
      readonly all: Requests
      /** Undefined where the series do not tell Pods apart. */
      readonly byPod?: ReadonlyMap<string, Requests> | undefined
      readonly notes: readonly string[]
    }
  /** There are no series of the workload. */
  | { readonly kind: 'none'; readonly why?: string | undefined; readonly mayHaveOtherEdges?: boolean }
  /** There are series, but what they give is no number. */
  | { readonly kind: 'notANumber' }
  /** There are series, but the objective cannot be read from them. */
  | { readonly kind: 'unusable'; readonly why: string; readonly mayHaveOtherEdges?: boolean }

/**
 * Counts the requests of a workload.
 *
 * @param counted ways to count them, the most usual first; the first that the workload has series of is used
 */
export function countRequests(
  { source }: Extract<SloPlan, { source: unknown }>,
  counted: readonly Counted[],
  answers: Answers,
  whose: Whose,
): Count {
  let best: Count = { kind: 'none' }
  for (const one of counted) {
    const count = countBy(one, source, answers, whose)
    if (count.kind === 'counted') return count
    if (best.kind === 'none') best = count.kind === 'none' && count.why === undefined ? best : count
  }
  return best
}

function countBy(counted: Counted, source: SloSource, answers: Answers, whose: Whose): Count {
  const named = whereOf(source).named?.value
  const grouped = (part: string): Grouped => answers(part)?.of(whose, named) ?? { kind: 'none' }
  if (counted.kind === 'buckets') return together(counted, grouped(counted.part), (rows) => inBuckets(rows, counted))
  if (counted.kind === 'statuses') {
    const { labels, status } = source as Extract<SloSource, { kind: 'statuses' }>
    return together(counted, grouped(counted.part), (rows) => byStatus(rows, labels, status, counted.metric))
  }
  if (counted.kind === 'native') {
    const [count, below] = [grouped(counted.count), grouped(counted.below)]
    return ofTwo(counted, count, below, (all, share) => inNative(all, share))
  }
  const { isGood, selectsPods } = source as Extract<SloSource, { kind: 'expressions' }>
  const [total, part] = [grouped(counted.total), grouped(counted.part)]
  if (total.kind === 'whole' && selectsPods)
    return {
      kind: 'unusable',
      why: 'the query selects Pods with $pod, but its result has no label pod: write sum by (pod) (…)',
    }
  if (part.kind !== 'none' && total.kind !== 'none' && part.kind !== total.kind)
    return {
      kind: 'unusable',
      why: 'one of the two queries tells Pods apart and the other does not: group both by pod',
    }
  if (isGood && part.kind === 'none' && total.kind !== 'none')
    return { kind: 'none', why: 'there are series of all requests, but none of the good ones' }
  return ofTwo(counted, total, part, (all, some) => ofExpressions(all, some, isGood))
}

/** What some rows tell; the notes are the same for all Pods of a workload, or nearly. */
type Told =
  | { readonly requests: Requests; readonly note?: string | undefined }
  | { readonly nothing: 'notANumber' }
  | { readonly nothing: 'unusable'; readonly why: string; readonly mayHaveOtherEdges?: boolean }

function together(used: Counted, grouped: Grouped, tell: (rows: readonly Row[]) => Told): Count {
  if (grouped.kind === 'none') return { kind: 'none' }
  if (grouped.kind === 'whole') return summed(used, [['', tell(grouped.rows)]], false)
  return summed(
    used,
    [...grouped.pods].map(([pod, rows]) => [pod, tell(rows)]),
    true,
  )
}

function ofTwo(
  used: Counted,
  first: Grouped,
  second: Grouped,
  tell: (first: readonly Row[], second: readonly Row[]) => Told,
): Count {
  if (first.kind === 'none') return { kind: 'none' }
  if (first.kind === 'whole')
    return summed(used, [['', tell(first.rows, second.kind === 'whole' ? second.rows : [])]], false)
  const others = second.kind === 'byPod' ? second.pods : new Map<string, readonly Row[]>()
  return summed(
    used,
    [...first.pods].map(([pod, rows]) => [pod, tell(rows, others.get(pod) ?? [])]),
    true,
  )
}

function summed(used: Counted, told: readonly (readonly [string, Told])[], isByPod: boolean): Count {
  const byPod = new Map<string, Requests>()
  const notes = new Set<string>()
  let [bad, total] = [0, 0]
  for (const [pod, one] of told) {
    if ('nothing' in one) {
      const { nothing: kind, ...why } = one
      return { kind, ...why } as Count
    }
    if (one.note !== undefined) notes.add(one.note)
    byPod.set(pod, one.requests)
    bad += one.requests.bad
    total += one.requests.total
  }
  return { kind: 'counted', used, all: { bad, total }, ...(isByPod && { byPod }), notes: [...notes] }
}

/** Of cumulative buckets, what is above an edge is exact. Several spellings of an edge are of different times, and add up. */
function inBuckets(rows: readonly Row[], { threshold, unit, metric }: Extract<Counted, { kind: 'buckets' }>): Told {
  const edges = new Map<number, number>()
  for (const { labels, value } of rows) {
    const edge = readEdge(labels.le ?? '')
    if (edge === undefined) continue
    if (Number.isNaN(value)) return { nothing: 'notANumber' }
    const same = [...edges.keys()].find((known) => isSameEdge(known, edge)) ?? edge
    edges.set(same, (edges.get(same) ?? 0) + value)
  }
  const total = edges.get(Number.POSITIVE_INFINITY)
  if (total === undefined) return { nothing: 'unusable', why: `${metric} has no bucket le="+Inf"` }
  const below = [...edges.keys()].filter((edge) => edge < threshold || isSameEdge(edge, threshold))
  if (below.length === 0) {
    const text = describeSeconds(inSeconds(threshold, unit))
    return {
      nothing: 'unusable',
      why: `${metric} has no bucket with an edge at ${text} or below, so it cannot tell which requests are slower: add one, or raise the threshold`,
      mayHaveOtherEdges: true,
    }
  }
  const edge = Math.max(...below)
  const requests = { bad: Math.max(0, total - edges.get(edge)!), total }
  if (isSameEdge(edge, threshold)) return { requests }
  const [asked, used] = [threshold, edge].map((at) => describeSeconds(inSeconds(at, unit)))
  return { requests, note: `rounded down to ${used}, the next lower bucket edge of ${metric}: it has none at ${asked}` }
}

function inSeconds(value: number, unit: Unit): number {
  return unit === 'seconds' ? value : value / 1000
}

/** A share is interpolated within the bucket that the threshold is in. Of no requests, there is no share. */
function inNative(counts: readonly Row[], shares: readonly Row[]): Told {
  const total = counts.reduce((sum, { value }) => sum + value, 0)
  if (Number.isNaN(total)) return { nothing: 'notANumber' }
  if (total === 0) return { requests: { bad: 0, total: 0 } }
  // Series of one Pod differ in labels that the query keeps; each has its own share.
  let below = 0
  for (const count of counts) {
    if (count.value === 0) continue
    const share = shares.find(({ labels }) => isSame(labels, count.labels))?.value
    if (share === undefined || !(share >= 0 && share <= 1)) return { nothing: 'notANumber' }
    below += share * count.value
  }
  return { requests: { bad: Math.max(0, total - below), total } }
}

function isSame(a: Row['labels'], b: Row['labels']): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

function byStatus(
  rows: readonly Row[],
  labels: readonly string[],
  kind: Extract<SloSource, { kind: 'statuses' }>['status'],
  metric: string,
): Told {
  let [bad, total] = [0, 0]
  for (const row of rows) {
    if (Number.isNaN(row.value)) return { nothing: 'notANumber' }
    const status = firstOf(row.labels, labels)
    if (status === undefined)
      return { nothing: 'unusable', why: `series of ${metric} have no status: none of the labels ${labels.join(', ')}` }
    total += row.value
    if (isFailure(kind, status)) bad += row.value
  }
  return { requests: { bad, total } }
}

function ofExpressions(totals: readonly Row[], parts: readonly Row[], isGood: boolean): Told {
  const sum = (rows: readonly Row[]) => rows.reduce((all, { value }) => all + value, 0)
  const [total, part] = [sum(totals), sum(parts)]
  if (Number.isNaN(total + part)) return { nothing: 'notANumber' }
  if (total < 0 || part < 0) return { nothing: 'unusable', why: 'a query gives a negative number of requests' }
  const bad = isGood ? total - part : part
  // Extrapolation makes the two differ by a little.
  if (bad > total * 1.05 + 1 || bad < -(total * 0.05 + 1))
    return {
      nothing: 'unusable',
      why: `the queries give ${rounded(part)} of ${rounded(total)} requests: the part is more than the whole`,
    }
  return { requests: { bad: Math.min(total, Math.max(0, bad)), total } }
}

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
