import type { HourlyUsage } from './closed-hours.ts'
import { NONE } from './days.ts'
import { MEMORY_BUCKETS } from './log-buckets.ts'

const { edges } = MEMORY_BUCKETS
const MAXIMUM_DAYS = 14
const MINIMUM_DAYS = 4
/** A day with fewer hours with samples is left out. */
const MINIMUM_HOURS_OF_A_DAY = 12
/** A fall below this share of the day before is a restart: earlier days say nothing about the slope since. */
const RESTART = 0.8
/** Share of all pairs of days that must rise for the slope to be steady: the concordance of Mann and Kendall. */
const MINIMUM_RISING = 0.9
/** The growth over all days must be at least this factor: less is within what buckets of 5 % can show. */
const MINIMUM_GROWTH = 1.15
/**
 * The last days must rise at least this share as fast as all days: memory that levels off is a cache that fills or a heap
 * that warms up.
 */
const MINIMUM_SLOPE_LATELY = 0.5

/**
 * Slope of a memory leak: the slope of memory that is never released, which is the lowest hourly median of each day since the last
 * restart. It is Theil and Sen's median of the slopes of all pairs, which a single unusual day does not change.
 *
 * @returns bytes per day; undefined if there is no steady slope
 */
export function leakBytesPerDay(usage: HourlyUsage): number | undefined {
  const floors = dailyFloors(usage)
  const n = floors.length
  if (n < MINIMUM_DAYS || floors[n - 1]! < floors[0]! * MINIMUM_GROWTH) return undefined
  const slopes: number[] = []
  let rising = 0
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      slopes.push((floors[j]! - floors[i]!) / (j - i))
      if (floors[j]! > floors[i]!) rising++
    }
  }
  const slope = slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)]!
  const lately = (floors[n - 1]! - floors[n - 3]!) / 2
  const isSteady = rising >= MINIMUM_RISING * slopes.length && lately >= MINIMUM_SLOPE_LATELY * slope
  return isSteady ? slope : undefined
}

/** The lowest hourly median of each day since the last restart, oldest first, in bytes; short days are left out. */
function dailyFloors(usage: HourlyUsage): number[] {
  const floors: number[] = []
  for (let back = 0; back < MAXIMUM_DAYS; back++) {
    const end = usage.hours - 24 * back
    let floor = NONE
    let hours = 0
    for (let hour = end - 24; hour < end; hour++) {
      const bucket = usage.memory(hour, 0)
      if (bucket === NONE) continue
      hours++
      floor = Math.min(floor, bucket)
    }
    if (hours < MINIMUM_HOURS_OF_A_DAY) continue
    const later = floors[0]
    if (later !== undefined && later < edges[floor]! * RESTART) break
    floors.unshift(edges[floor]!)
  }
  return floors
}
