import type { PodHealth } from './pod-health.ts'

/** Throttling of the Pods of a canary, and of the others, at their CPU limits: shares of their CPU periods, 0..1. */
export interface Throttling {
  readonly own: number
  readonly others: number
  /** Number of CPU periods in which containers of the canary's Pods ran with a CPU limit. */
  readonly ownPeriods: number
}

/** @returns undefined if the history has no such figures */
export function throttlingOf(revision: number, pods: readonly PodHealth[]): Throttling | undefined {
  const known = pods.flatMap(({ carries, throttling }) =>
    throttling ? [{ ...throttling, isOwn: carries?.revision === revision }] : [],
  )
  if (known.length === 0) return undefined
  const own = sum(known.filter(({ isOwn }) => isOwn))
  const others = sum(known.filter(({ isOwn }) => !isOwn))
  return { own: shareOf(own), others: shareOf(others), ownPeriods: own.periods }
}

/** Minimum numbers of CPU periods for a verdict. A CPU period is 0.1 s, so these are one busy minute, and ten. */
const LEAST_PERIODS = 600
const LEAST_PERIODS_EARLY = 6_000
/**
 * Difference to the throttled share of the other Pods from which a canary fails. Pods of one workload differ by a few hundredths,
 * because they share CPU by their requests. A start causes much throttling, but no longer matters after ten busy minutes.
 */
const MORE = 0.05
const MORE_EARLY = 0.25

/** Whether a canary was throttled more than the others: at its end, a small difference is enough, before only a large one. */
export function isThrottledMore({ own, others, ownPeriods }: Throttling, isOver: boolean): boolean {
  return isOver
    ? ownPeriods >= LEAST_PERIODS && own - others >= MORE
    : ownPeriods >= LEAST_PERIODS_EARLY && own - others >= MORE_EARLY
}

/** Describes throttling for people, without the subject, such as `Its Pods were`. */
export function describeThrottling({ own, others }: Throttling): string {
  return `throttled at their CPU limits in ${percent(own)} of their CPU periods, the other Pods in ${percent(others)}`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

interface Periods {
  readonly periods: number
  readonly throttled: number
}

function sum(all: readonly Periods[]): Periods {
  return all.reduce(
    (total, { periods, throttled }) => ({
      periods: total.periods + periods,
      throttled: total.throttled + throttled,
    }),
    { periods: 0, throttled: 0 },
  )
}

function shareOf({ periods, throttled }: Periods): number {
  return periods > 0 ? throttled / periods : 0
}
