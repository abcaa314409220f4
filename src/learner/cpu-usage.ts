import { NONE } from './days.ts'
import { CPU_BUCKETS } from './log-buckets.ts'
import { RECENT_SAMPLES, type UsageMemory } from './usage-memory.ts'

const BUCKETS = CPU_BUCKETS.count

/** Half-lives in hours with samples. */
const MINUTES_HALF_LIFE = 0.7
const HOURS_HALF_LIFE = 3
/** Older than this, an hour no longer counts among the minutes. */
const MINUTES_AGE = 12

/** How the CPU of one container was spread lately: four histograms over the buckets, each of mass 1. */
export interface CpuUsage {
  readonly minutes: Float64Array
  readonly hours: Float64Array
  readonly day: Float64Array
  readonly week: Float64Array
  /** All mass lies in the buckets from `lowest` to `highest`. */
  lowest: number
  highest: number
}

const scratch: CpuUsage = {
  minutes: new Float64Array(BUCKETS),
  hours: new Float64Array(BUCKETS),
  day: new Float64Array(BUCKETS),
  week: new Float64Array(BUCKETS),
  lowest: 0,
  highest: 0,
}

/** @returns valid until the next call; undefined where there is no CPU usage yet */
export function cpuUsage(memory: UsageMemory): CpuUsage | undefined {
  if (memory.recentHours === 0) return undefined
  scratch.minutes.fill(0)
  scratch.hours.fill(0)
  for (let age = 1; age <= memory.recentHours; age++) {
    let count = 0
    while (count < RECENT_SAMPLES && memory.recent(age, count) !== NONE) count++
    const minutes = age <= MINUTES_AGE ? 2 ** (-(age - 1) / MINUTES_HALF_LIFE) / count : 0
    const hours = 2 ** (-(age - 1) / HOURS_HALF_LIFE) / count
    for (let sample = 0; sample < count; sample++) {
      const bucket = memory.recent(age, sample)
      scratch.minutes[bucket]! += minutes
      scratch.hours[bucket]! += hours
    }
  }
  scratch.day.set(memory.day)
  scratch.week.set(memory.week)
  for (const histogram of [scratch.minutes, scratch.hours, scratch.day, scratch.week]) normalise(histogram)
  // What halves in a week holds whatever the others hold.
  scratch.lowest = scratch.week.findIndex((mass) => mass > 0)
  scratch.highest = scratch.week.findLastIndex((mass) => mass > 0)
  return scratch
}

function normalise(histogram: Float64Array): void {
  let total = 0
  for (let i = 0; i < BUCKETS; i++) total += histogram[i]!
  for (let i = 0; i < BUCKETS; i++) histogram[i]! /= total
}

/**
 * What each request would cost under a histogram of usage: the request itself and `use` for each core above it.
 *
 * @param histogram of usage, of any mass > 0
 * @param cost filled from bucket `lowest` to `highest`; usage outside is not looked at
 * @returns the bucket that costs least
 */
export function requestCosts(
  histogram: Float64Array,
  use: number,
  lowest: number,
  highest: number,
  cost: Float64Array,
): number {
  const { edges } = CPU_BUCKETS
  let total = 0
  for (let i = lowest; i <= highest; i++) total += histogram[i]!
  let above = 0
  let excess = 0
  let best = highest
  for (let i = highest; i >= lowest; i--) {
    cost[i] = edges[i]! + (use * excess) / total
    if (cost[i]! <= cost[best]!) best = i
    above += histogram[i]!
    if (i > 0) excess += above * (edges[i]! - edges[i - 1]!)
  }
  return best
}
