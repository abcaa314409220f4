import type { PodHealth } from './pod-health.ts'

/** How much the Pods of a canary, and the others, were held back at their CPU limits: shares of their CPU periods, 0..1. */
export interface Throttling {
  readonly own: number
  readonly others: number
  /** Periods in which containers of the canary's Pods ran under a CPU limit. */
  readonly ownPeriods: number
}

/** @returns undefined where the history has no such figures */
export function throttlingOf(revision: number, pods: readonly PodHealth[]): Throttling | undefined {
  const known = pods.flatMap(({ carries, throttling }) =>
    throttling ? [{ ...throttling, isOwn: carries?.revision === revision }] : [],
  )
  if (known.length === 0) return undefined
  const own = sum(known.filter(({ isOwn }) => isOwn))
  const others = sum(known.filter(({ isOwn }) => !isOwn))
  return { own: shareOf(own), others: shareOf(others), ownPeriods: own.periods }
}

/** The kernel's period is a tenth of a second: so many are a minute of being busy, and ten minutes. */
const LEAST_PERIODS = 600
const LEAST_PERIODS_EARLY = 6_000
/**
 * By so much of all periods more than the others. Pods of one workload differ by a few hundredths as they get their share of the
 * requests; a start costs many, which is over in ten busy minutes.
 */
const MORE = 0.05
const MORE_EARLY = 0.25

/** Whether a canary was held back at its CPU limits more than the others: at its end by little, before that by much. */
export function isThrottledMore({ own, others, ownPeriods }: Throttling, isOver: boolean): boolean {
  return isOver
    ? ownPeriods >= LEAST_PERIODS && own - others >= MORE
    : ownPeriods >= LEAST_PERIODS_EARLY && own - others >= MORE_EARLY
}

/** For people. */
export function describeThrottling({ own, others }: Throttling): string {
  return `held back at their CPU limits in ${percent(own)} of their CPU periods, the others in ${percent(others)}`
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
