import { NONE } from './days.ts'
import { CPU_BUCKETS, LOG_STEP } from './log-buckets.ts'
import { HOURS_KEPT, RANKS, type UsageMemory } from './usage-memory.ts'

/** An hour is told by its level (the share 3/5 of its samples), and by the busy share (4/5) of the hours before. */
const LEVEL_RANK = 2
const BUSY_RANK = 3
/** How near they must be to be alike, in natural logarithms; and on the clock. */
const LEVEL_WIDTH = 0.5
const BUSY_WIDTH = 2
const CLOCK_WIDTH_HOURS = 2
const RECENT_HOURS = 6
const DAY_HOURS = 24
const HALF_LIFE_HOURS = 168
const LEAST_WEIGHT = 1e-3
/** Beyond these the clock, or the level, alone makes them too unlike. */
const FARTHEST_CLOCK_HOURS = 7
const FARTHEST_LEVEL = Math.round((LEVEL_WIDTH * Math.sqrt(-2 * Math.log(LEAST_WEIGHT))) / LOG_STEP)

/** What followed on hours like the last one. */
export interface HoursAfter {
  /** By hours ahead: masses over the buckets of CPU, and their sum. */
  readonly spread: readonly Float64Array[]
  readonly total: Float64Array
}

export function hoursAfter(horizonHours: number): HoursAfter {
  return {
    spread: Array.from({ length: horizonHours }, () => new Float64Array(CPU_BUCKETS.count)),
    total: new Float64Array(horizonHours),
  }
}

/**
 * Looks for hours of the last fortnight with about this usage behind them and about this time of day, and adds up how
 * it went on after each: a kernel regression (Nadaraya, Watson 1964) of the whole distribution, for each hour ahead.
 *
 * @param into filled
 */
export function fillHoursAfter(memory: UsageMemory, into: HoursAfter): void {
  for (const masses of into.spread) masses.fill(0)
  into.total.fill(0)
  const now = memory.hours
  const today = situation(memory, now)
  if (!today) return
  for (let then = Math.max(1, now - HOURS_KEPT + 1); then < now - 1; then++) {
    const clock = Math.min((now - then) % DAY_HOURS, DAY_HOURS - ((now - then) % DAY_HOURS))
    if (clock > FARTHEST_CLOCK_HOURS || Math.abs(today.level - memory.cpu(then - 1, LEVEL_RANK)) > FARTHEST_LEVEL)
      continue
    const past = situation(memory, then)
    if (!past) continue
    const distance =
      ((today.level - past.level) / LEVEL_WIDTH) ** 2 +
      ((today.recently - past.recently) / BUSY_WIDTH) ** 2 +
      ((today.thatDay - past.thatDay) / BUSY_WIDTH) ** 2
    const likeness = Math.exp(-(distance * LOG_STEP ** 2 + (clock / CLOCK_WIDTH_HOURS) ** 2) / 2)
    const weight = likeness * 2 ** (-(now - then) / HALF_LIFE_HOURS)
    if (weight < LEAST_WEIGHT) continue
    for (let ahead = 0; ahead < into.spread.length && then + ahead < now; ahead++) {
      if (memory.cpu(then + ahead, 0) === NONE) continue
      into.total[ahead]! += weight
      const masses = into.spread[ahead]!
      for (let rank = 0; rank < RANKS; rank++) masses[memory.cpu(then + ahead, rank)]! += weight / RANKS
    }
  }
}

/** What lay behind at the beginning of an hour; buckets. Undefined where the hour before has no samples. */
function situation(memory: UsageMemory, hour: number) {
  const level = memory.cpu(hour - 1, LEVEL_RANK)
  if (level === NONE) return undefined
  let recently = 0
  let sum = 0
  let hours = 0
  for (let h = hour - 1; h >= hour - DAY_HOURS; h--) {
    const busy = memory.cpu(h, BUSY_RANK)
    if (busy === NONE) continue
    sum += busy
    hours++
    if (h >= hour - RECENT_HOURS) recently = Math.max(recently, busy)
  }
  return { level, recently, thatDay: sum / hours }
}
