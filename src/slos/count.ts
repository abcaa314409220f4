import { fromBuckets, fromExpressions, fromNative, fromStatuses } from './from-rows.ts'
import type { Counted } from './parts.ts'
import { type Grouped, type RowIndex, type Whose, whereOf } from './rows.ts'
import type { SloPlan, SloSource } from './source.ts'
import { type Count, countPods, countPodsOfTwo } from './sum-pods.ts'

/** Rows of a part of a query, by the key of the part; undefined if it was not read. */
export type Answers = (part: string) => RowIndex | undefined

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
  if (counted.kind === 'buckets') return countPods(counted, grouped(counted.part), (rows) => fromBuckets(rows, counted))
  if (counted.kind === 'statuses') {
    const { labels, status } = source as Extract<SloSource, { kind: 'statuses' }>
    return countPods(counted, grouped(counted.part), (rows) => fromStatuses(rows, labels, status, counted.metric))
  }
  if (counted.kind === 'native') {
    const [count, below] = [grouped(counted.count), grouped(counted.below)]
    return countPodsOfTwo(counted, count, below, fromNative)
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
  return countPodsOfTwo(counted, total, part, (all, some) => fromExpressions(all, some, isGood))
}
