import { CPU_MASSES, HOURS_KEPT, type HourlyUsage, RANKS } from './closed-hours.ts'
import { NONE } from './days.ts'
import { CPU_BUCKETS, LOG_STEP } from './log-buckets.ts'
import { weekdayLikeness } from './weekdays.ts'

/** CPU rank that is the level of an hour: the 60th percentile of its samples. */
const LEVEL_RANK = 2
/** CPU rank that says how busy an hour was: the 80th percentile of its samples. */
const BUSY_RANK = 3
/** Widths of the Gaussian kernels: of levels and of busy hours in natural logarithms, of the time of day in hours. */
const LEVEL_WIDTH = 0.5
const BUSY_WIDTH = 2
const CLOCK_WIDTH_HOURS = 1.5
const RECENT_HOURS = 6
const DAY_HOURS = 24
const HALF_LIFE_HOURS = 168
/** An hour with a smaller weight is left out. */
const MINIMUM_WEIGHT = 1e-3
/** Beyond these distances, the time of day or the level alone makes the weight too small. */
const MAXIMUM_CLOCK_HOURS = 5
const MAXIMUM_LEVEL = Math.round((LEVEL_WIDTH * Math.sqrt(-2 * Math.log(MINIMUM_WEIGHT))) / LOG_STEP)

/** The CPU that followed on past hours like the last one. */
export interface HoursAfter {
  /** One histogram over the buckets of `CPU_BUCKETS` for each hour ahead. */
  readonly masses: readonly Float64Array[]
  /** Sum of each of these histograms. */
  readonly total: Float64Array
}

/** Empty histograms for this many hours ahead. */
export function hoursAfter(horizonHours: number): HoursAfter {
  return {
    masses: Array.from({ length: horizonHours }, () => new Float64Array(CPU_BUCKETS.count)),
    total: new Float64Array(horizonHours),
  }
}

/**
 * Finds hours of the last 14 days with about the same usage before them at about the same time of day, and adds up the usage that
 * followed each: a kernel regression (Nadaraya, Watson 1964) of the whole distribution, for each hour ahead.
 *
 * @param into is filled
 */
export function fillHoursAfter(usage: HourlyUsage, originHour: number, into: HoursAfter): void {
  for (const masses of into.masses) masses.fill(0)
  into.total.fill(0)
  const now = usage.hours
  const today = situation(usage, now)
  if (!today) return
  for (let then = Math.max(1, now - HOURS_KEPT + 1); then < now - 1; then++) {
    const clock = Math.min((now - then) % DAY_HOURS, DAY_HOURS - ((now - then) % DAY_HOURS))
    if (clock > MAXIMUM_CLOCK_HOURS || Math.abs(today.level - usage.cpu(then - 1, LEVEL_RANK)) > MAXIMUM_LEVEL) continue
    const past = situation(usage, then)
    if (!past) continue
    const distance =
      ((today.level - past.level) / LEVEL_WIDTH) ** 2 +
      ((today.recently - past.recently) / BUSY_WIDTH) ** 2 +
      ((today.thatDay - past.thatDay) / BUSY_WIDTH) ** 2
    const likeness = Math.exp(-(distance * LOG_STEP ** 2 + (clock / CLOCK_WIDTH_HOURS) ** 2) / 2)
    const weekday = weekdayLikeness(originHour + then, originHour + now)
    const weight = weekday * likeness * 2 ** (-(now - then) / HALF_LIFE_HOURS)
    if (weight < MINIMUM_WEIGHT) continue
    for (let ahead = 0; ahead < into.masses.length && then + ahead < now; ahead++) {
      if (usage.cpu(then + ahead, 0) === NONE) continue
      into.total[ahead]! += weight
      const masses = into.masses[ahead]!
      for (let rank = 0; rank < RANKS; rank++) masses[usage.cpu(then + ahead, rank)]! += weight * CPU_MASSES[rank]!
    }
  }
}

/**
 * The usage before an hour begins, in buckets: the level of the hour before it, the busiest of six hours, and the mean of
 * a day of busy hours. Undefined where the hour before it has no samples.
 */
function situation(usage: HourlyUsage, hour: number) {
  const level = usage.cpu(hour - 1, LEVEL_RANK)
  if (level === NONE) return undefined
  let recently = 0
  let sum = 0
  let hours = 0
  for (let h = hour - 1; h >= hour - DAY_HOURS; h--) {
    const busy = usage.cpu(h, BUSY_RANK)
    if (busy === NONE) continue
    sum += busy
    hours++
    if (h >= hour - RECENT_HOURS) recently = Math.max(recently, busy)
  }
  return { level, recently, thatDay: sum / hours }
}
