import type { FromRows } from './from-rows.ts'
import type { Counted } from './parts.ts'
import type { Requests } from './reading.ts'
import type { Grouped, Row } from './rows.ts'

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

/** Counts the rows of each Pod, or all rows where they do not tell Pods apart. */
export function countPods(used: Counted, grouped: Grouped, requestsOf: (rows: readonly Row[]) => FromRows): Count {
  if (grouped.kind === 'none') return { kind: 'none' }
  if (grouped.kind === 'whole') return summed(used, [['', requestsOf(grouped.rows)]], false)
  return summed(
    used,
    [...grouped.pods].map(([pod, rows]) => [pod, requestsOf(rows)]),
    true,
  )
}

/** Counts what takes the rows of two parts: each Pod of the first, with the rows of the same Pod in the second. */
export function countPodsOfTwo(
  used: Counted,
  first: Grouped,
  second: Grouped,
  requestsOf: (first: readonly Row[], second: readonly Row[]) => FromRows,
): Count {
  if (first.kind === 'none') return { kind: 'none' }
  if (first.kind === 'whole')
    return summed(used, [['', requestsOf(first.rows, second.kind === 'whole' ? second.rows : [])]], false)
  const others = second.kind === 'byPod' ? second.pods : new Map<string, readonly Row[]>()
  return summed(
    used,
    [...first.pods].map(([pod, rows]) => [pod, requestsOf(rows, others.get(pod) ?? [])]),
    true,
  )
}

function summed(used: Counted, pods: readonly (readonly [string, FromRows])[], isByPod: boolean): Count {
  const byPod = new Map<string, Requests>()
  const notes = new Set<string>()
  let [bad, total] = [0, 0]
  for (const [pod, one] of pods) {
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
