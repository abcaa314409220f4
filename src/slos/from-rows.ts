import { isSameEdge, readEdge } from './edges.ts'
import type { Counted } from './parts.ts'
import type { Requests } from './reading.ts'
import { firstOf, type Row } from './rows.ts'
import type { SloSource, Unit } from './source.ts'
import { isFailure } from './statuses.ts'
import { describeSeconds } from './text.ts'

/** Requests that some rows count, or why they count none; a note is the same for all Pods of a workload, or nearly. */
export type FromRows =
  | { readonly requests: Requests; readonly note?: string | undefined }
  | { readonly nothing: 'notANumber' }
  | { readonly nothing: 'unusable'; readonly why: string; readonly mayHaveOtherEdges?: boolean }

/** Of cumulative buckets, what is above an edge is exact. Several spellings of an edge are of different times, and add up. */
export function fromBuckets(
  rows: readonly Row[],
  { threshold, unit, metric }: Extract<Counted, { kind: 'buckets' }>,
): FromRows {
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
export function fromNative(counts: readonly Row[], shares: readonly Row[]): FromRows {
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

export function fromStatuses(
  rows: readonly Row[],
  labels: readonly string[],
  kind: Extract<SloSource, { kind: 'statuses' }>['status'],
  metric: string,
): FromRows {
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

export function fromExpressions(totals: readonly Row[], parts: readonly Row[], isGood: boolean): FromRows {
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
