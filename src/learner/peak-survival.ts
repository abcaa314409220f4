import { DAYS_KEPT } from './days.ts'
import { MEMORY_BUCKETS } from './log-buckets.ts'
import type { Peak } from './recent-peaks.ts'

const BUCKETS = MEMORY_BUCKETS.count

/**
 * Daily peaks are smoothed by two kernels: nine tenths by a narrow one, a tenth by a wide one. Their widths, in buckets,
 * are shares of the mean absolute deviation of the peaks, and at least 0.4.
 */
const WIDE_SHARE = 0.1
const NARROW_OF_DEVIATION = 0.1
const WIDE_OF_DEVIATION = 0.5
const MINIMUM_WIDTH = 0.4
/** Weight of a new record, relative to the weights of the past days. */
const RECORD_MASS = 0.5
/**
 * How far a record exceeds the highest peak, in buckets, for a container about which nothing is known (6 buckets are 34 %). It counts
 * as much as three days of the container's own deviation.
 */
const POOLED_DEVIATION = 6
const POOLED_DAYS = 3
const MINIMUM_RECORD_SCALE = 0.5
/** Additional scale of records, in buckets, for a container of one day; twice as much for one of half a day. */
const YOUNG_RECORD_SCALE = 6

/** The survival function of the next day's memory peak. */
export interface PeakSurvival {
  /** Probability that the peak is above each bucket's edge. */
  readonly chance: Float64Array
  /** Expectation of the day's 95th percentile where the peak is above each bucket's edge, else 0, in bytes. */
  readonly damage: Float64Array
  /** Bucket of the highest past peak. */
  readonly highest: number
}

const narrow = new Float64Array(BUCKETS)
const wide = new Float64Array(BUCKETS)
const narrowP95 = new Float64Array(BUCKETS)
const wideP95 = new Float64Array(BUCKETS)
const chance = new Float64Array(BUCKETS)
const damage = new Float64Array(BUCKETS)

/** How young a container is: 0 from a week of history on, before that 1 / days, at most 8. */
function youth(days: number): number {
  return days < 7 ? Math.min(1 / Math.max(days, 1 / 24), 8) : 0
}

/**
 * How likely the next day's memory peak is above each bucket, and how much is lost then. The next peak is either like one of the past
 * ones, or a new record.
 *
 * @param peaks of past days; at least one
 * @param days of history
 * @returns valid until the next call
 */
export function peakSurvival(peaks: readonly Peak[], days: number): PeakSurvival {
  let total = 0
  let meanPeak = 0
  let meanP95 = 0
  let highest = 0
  for (const { weight, peak, p95 } of peaks) {
    total += weight
    meanPeak += weight * peak
    meanP95 += weight * p95
    highest = Math.max(highest, peak)
  }
  meanPeak /= total
  meanP95 /= total
  let deviation = 0
  for (const { weight, peak } of peaks) deviation += (weight / total) * Math.abs(peak - meanPeak)

  for (const at of [narrow, wide, narrowP95, wideP95]) at.fill(0)
  for (const { weight, peak, p95 } of peaks) {
    narrow[peak]! += (1 - WIDE_SHARE) * weight
    wide[peak]! += WIDE_SHARE * weight
    narrowP95[peak]! += (1 - WIDE_SHARE) * weight * p95
    wideP95[peak]! += WIDE_SHARE * weight * p95
  }
  chance.fill(0)
  damage.fill(0)
  const narrowWidth = Math.max(NARROW_OF_DEVIATION * deviation, MINIMUM_WIDTH)
  const wideWidth = Math.max(WIDE_OF_DEVIATION * deviation, MINIMUM_WIDTH)
  addSurvival(narrow, narrowWidth, chance)
  addSurvival(wide, wideWidth, chance)
  addSurvival(narrowP95, narrowWidth, damage)
  addSurvival(wideP95, wideWidth, damage)

  const young = youth(days)
  const known = Math.min(days, DAYS_KEPT)
  const scale =
    Math.max((known * deviation + POOLED_DAYS * POOLED_DEVIATION) / (known + POOLED_DAYS), MINIMUM_RECORD_SCALE) +
    YOUNG_RECORD_SCALE * young
  const mass = RECORD_MASS * (1 + young)
  const decay = Math.exp(-1 / scale)
  let beyond = 1
  for (let i = 0; i < BUCKETS; i++) {
    if (i > highest) beyond *= decay
    chance[i] = (chance[i]! + mass * beyond) / (total + mass)
    damage[i] = (damage[i]! + mass * meanP95 * beyond) / (total + mass)
  }
  return { chance, damage, highest }
}

/**
 * Smooths masses by a Laplace kernel and adds what is then above each bucket to `survival`, in two passes. With
 * r = exp(−1 / width), a mass at bucket p leaves half of itself above p, half · r^(x − p) above x > p, and all but
 * half · r^(p − x) above x < p.
 *
 * @param width of the kernel, in buckets
 */
function addSurvival(mass: Float64Array, width: number, survival: Float64Array): void {
  const ratio = Math.exp(-1 / width)
  let tail = 0
  for (let i = 0; i < BUCKETS; i++) {
    tail = tail * ratio + 0.5 * mass[i]!
    survival[i]! += tail
  }
  let whole = 0
  let below = 0
  for (let i = BUCKETS - 1; i >= 0; i--) {
    below *= ratio
    survival[i]! += whole - below
    whole += mass[i]!
    below += 0.5 * mass[i]!
  }
}
