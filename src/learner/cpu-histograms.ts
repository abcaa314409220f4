import { NONE } from './days.ts'
import { CPU_BUCKETS } from './log-buckets.ts'
import { RECENT_SAMPLES } from './recent-samples.ts'
import type { UsageWindow } from './usage-window.ts'

const BUCKETS = CPU_BUCKETS.count

/** Half-lives of the two histograms of recent samples, in hours with CPU samples. */
const MINUTES_HALF_LIFE = 0.7
const HOURS_HALF_LIFE = 3
/** The oldest hour that counts in the histogram of the last minutes, in hours with CPU samples. */
const MINUTES_AGE = 12

/** Recency-weighted histograms of one container's CPU over the buckets of `CPU_BUCKETS`, each of mass 1. */
export interface CpuHistograms {
  /** Weights halve in 0.7 hours. */
  readonly minutes: Float64Array
  /** Weights halve in 3 hours. */
  readonly hours: Float64Array
  /** Weights halve in a day. */
  readonly day: Float64Array
  /** Weights halve in a week. */
  readonly week: Float64Array
  /** First bucket with any mass in any of the four. */
  lowest: number
  /** Last bucket with any mass in any of the four. */
  highest: number
}

const scratch: CpuHistograms = {
  minutes: new Float64Array(BUCKETS),
  hours: new Float64Array(BUCKETS),
  day: new Float64Array(BUCKETS),
  week: new Float64Array(BUCKETS),
  lowest: 0,
  highest: 0,
}

/** The histograms of a container. @returns valid until the next call; undefined if there is no CPU usage yet */
export function cpuHistograms(usage: UsageWindow): CpuHistograms | undefined {
  if (usage.recentHours === 0) return undefined
  scratch.minutes.fill(0)
  scratch.hours.fill(0)
  for (let age = 1; age <= usage.recentHours; age++) {
    let count = 0
    while (count < RECENT_SAMPLES && usage.recent(age, count) !== NONE) count++
    const minutes = age <= MINUTES_AGE ? 2 ** (-(age - 1) / MINUTES_HALF_LIFE) / count : 0
    const hours = 2 ** (-(age - 1) / HOURS_HALF_LIFE) / count
    for (let sample = 0; sample < count; sample++) {
      const bucket = usage.recent(age, sample)
      scratch.minutes[bucket]! += minutes
      scratch.hours[bucket]! += hours
    }
  }
  scratch.day.set(usage.day)
  scratch.week.set(usage.week)
  for (const histogram of [scratch.minutes, scratch.hours, scratch.day, scratch.week]) normalise(histogram)
  // If any other histogram has a mass in a bucket, the one of the week has one, too.
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
 * Expected cost of each CPU request under a histogram of usage: the request itself, and `shortfallPrice` for each core
 * used above it, in cores.
 *
 * @param histogram of usage, of any mass > 0
 * @param cost is filled from bucket `lowest` to `highest`; usage outside is not looked at
 * @returns the bucket of the cheapest request, the lowest of several
 */
export function requestCosts(
  histogram: Float64Array,
  shortfallPrice: number,
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
    cost[i] = edges[i]! + (shortfallPrice * excess) / total
    if (cost[i]! <= cost[best]!) best = i
    above += histogram[i]!
    if (i > 0) excess += above * (edges[i]! - edges[i - 1]!)
  }
  return best
}
