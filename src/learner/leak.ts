import { NONE } from './days.ts'
import { MEMORY_BUCKETS } from './log-buckets.ts'
import type { UsageMemory } from './usage-memory.ts'

const { edges } = MEMORY_BUCKETS
const MOST_DAYS = 14
const LEAST_DAYS = 4
const LEAST_HOURS_OF_A_DAY = 12
/** A fall by a fifth is a restart: what was before it says nothing of the slope since. */
const RESTART = 0.8
/** Of all pairs of days, so many must rise for the slope to be steady: the concordance of Mann and Kendall. */
const LEAST_RISING = 0.9
/** Less than this in all is within what buckets of 5 % can show. */
const LEAST_GROWTH = 1.15
/** What levels off is a cache that fills or a heap that warms up: the last days must still rise half as fast as all. */
const LEAST_OF_SLOPE_LATELY = 0.5

/**
 * How fast memory leaks: the slope of what is never given back, the lowest hour of each day since the last restart.
 * Theil and Sen's median of the slopes of all pairs, which a day that is unlike the others does not move.
 *
 * @returns bytes a day; undefined where there is no steady slope
 */
export function leakBytesPerDay(memory: UsageMemory): number | undefined {
  const floors = dailyFloors(memory)
  const n = floors.length
  if (n < LEAST_DAYS || floors[n - 1]! < floors[0]! * LEAST_GROWTH) return undefined
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
  const isSteady = rising >= LEAST_RISING * slopes.length && lately >= LEAST_OF_SLOPE_LATELY * slope
  return isSteady ? slope : undefined
}

/** The least hourly median of each day since the last restart, oldest first; bytes. Short days are passed over. */
function dailyFloors(memory: UsageMemory): number[] {
  const floors: number[] = []
  for (let back = 0; back < MOST_DAYS; back++) {
    const end = memory.hours - 24 * back
    let floor = NONE
    let hours = 0
    for (let hour = end - 24; hour < end; hour++) {
      const bucket = memory.memory(hour, 0)
      if (bucket === NONE) continue
      hours++
      floor = Math.min(floor, bucket)
    }
    if (hours < LEAST_HOURS_OF_A_DAY) continue
    const later = floors[0]
    if (later !== undefined && later < edges[floor]! * RESTART) break
    floors.unshift(edges[floor]!)
  }
  return floors
}
