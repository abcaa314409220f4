import { type HourlyUsage, RANKS } from './closed-hours.ts'
import { NONE } from './days.ts'
import { memoryBefore } from './hour-statistics.ts'

/** How many past days are looked at: a fortnight. */
export const DAYS_LOOKED_AT = 14
/** A day with fewer hours with CPU samples is left out. */
const MINIMUM_HOURS_OF_A_DAY = 6
const SLOW_HALF_LIFE_DAYS = 5
const QUICK_HALF_LIFE_DAYS = 1.5

/** Days, and on how many of them a request or limit would have held; both may be sums of weights. */
export interface HeldDays {
  days: number
  held: number
}

/**
 * On which of the last 14 days a CPU request would have held: at most 1 / `shortfallPrice` of the samples above it, which
 * is the share that the cheapest request has.
 */
export interface CpuHeldDays {
  /** Days with weights that halve every 5 days. */
  readonly slow: HeldDays
  /** Days with weights that halve every 1.5 days. */
  readonly quick: HeldDays
  /** Days that all have the same weight. */
  readonly all: HeldDays
  /** Whether it would have held on the newest day. */
  readonly newest: boolean
  /** Share of the newest day's samples above the request. */
  readonly newestAbove: number
}

/**
 * On how many of the last 14 days a CPU request would have held.
 *
 * @param request bucket of the CPU request
 * @param shortfallPrice price of a core above the request
 */
export function cpuHeldDays(usage: HourlyUsage, request: number, shortfallPrice: number): CpuHeldDays {
  const slow: HeldDays = { days: 0, held: 0 }
  const quick: HeldDays = { days: 0, held: 0 }
  const all: HeldDays = { days: 0, held: 0 }
  let newest = false
  let newestAbove = 0
  for (let back = 0; back < DAYS_LOOKED_AT; back++) {
    const end = usage.hours - 24 * back
    if (end < 1) break
    const { hours, above } = countAbove(usage, end - 24, end, request)
    if (hours < MINIMUM_HOURS_OF_A_DAY) continue
    const share = above / (hours * RANKS)
    const held = share <= 1 / shortfallPrice ? 1 : 0
    for (const [tally, halfLife] of [
      [slow, SLOW_HALF_LIFE_DAYS],
      [quick, QUICK_HALF_LIFE_DAYS],
      [all, Number.POSITIVE_INFINITY],
    ] as const) {
      const weight = 2 ** (-back / halfLife)
      tally.days += weight
      tally.held += weight * held
    }
    if (back === 0) {
      newest = held === 1
      newestAbove = share
    }
  }
  return { slow, quick, all, newest, newestAbove }
}

/**
 * On how many of the last 14 days with samples memory stayed at or below a limit, and whether it did on the newest.
 *
 * @param limit bucket of the memory limit
 */
export function memoryHeldDays(usage: HourlyUsage, limit: number): HeldDays & { newest: boolean } {
  let days = 0
  let held = 0
  let newest = true
  for (let back = 0; back < DAYS_LOOKED_AT; back++) {
    const day = memoryBefore(usage, usage.hours - 24 * back)
    if (!day) continue
    days++
    if (day.peak <= limit) held++
    else if (back === 0) newest = false
  }
  return { days, held, newest }
}

/** Share of the CPU from hour `from` up to but not including `until` that is above a request (bucket); 0 without samples. */
export function shareAbove(usage: HourlyUsage, from: number, until: number, request: number): number {
  const { hours, above } = countAbove(usage, from, until, request)
  return hours > 0 ? above / (hours * RANKS) : 0
}

/** Hours with CPU samples, and how many of their ranks are above a request (bucket). */
function countAbove(usage: HourlyUsage, from: number, until: number, request: number) {
  let hours = 0
  let above = 0
  for (let hour = Math.max(0, from); hour < until; hour++) {
    if (usage.cpu(hour, 0) === NONE) continue
    hours++
    for (let rank = RANKS - 1; rank >= 0 && usage.cpu(hour, rank) > request; rank--) above++
  }
  return { hours, above }
}
