import { type HourlyUsage, RANKS } from './closed-hours.ts'
import { NONE } from './days.ts'
import { memoryBefore } from './hour-statistics.ts'

/** Number of past days that are checked. */
const DAYS_LOOKED_AT = 14

/** Days, and on how many of them a limit would have held. */
export interface HeldDays {
  readonly days: number
  readonly held: number
  /** Whether it would have held on the newest day. */
  readonly newest: boolean
}

/**
 * On how many of the last 14 days with samples memory stayed at or below a limit, and whether it did on the newest.
 *
 * @param limit bucket of the memory limit
 */
export function memoryHeldDays(usage: HourlyUsage, limit: number): HeldDays {
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
  let hours = 0
  let above = 0
  for (let hour = Math.max(0, from); hour < until; hour++) {
    if (usage.cpu(hour, 0) === NONE) continue
    hours++
    for (let rank = RANKS - 1; rank >= 0 && usage.cpu(hour, rank) > request; rank--) above++
  }
  return hours > 0 ? above / (hours * RANKS) : 0
}
