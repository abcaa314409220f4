import { type CpuHistograms, requestCosts } from './cpu-histograms.ts'
import { DAYS_KEPT, NONE, SKETCH_MASSES, STATES } from './days.ts'
import { cpuBefore } from './hour-statistics.ts'
import { CPU_BUCKETS, LOG_STEP } from './log-buckets.ts'
import type { CpuPrices } from './prices.ts'
import type { UsageWindow } from './usage-window.ts'
import { weekdayLikeness } from './weekdays.ts'

/** Shares of the last minutes, the last day and the last week in the expected usage of the next day. */
const MINUTES_SHARE = 0.03
const DAY_SHARE = 0.5
const WEEK_SHARE = 0.47
/** Share of past days that began like today, if there are any; the others then share the rest. */
const ANALOG_SHARE = 0.4
const ANALOG_HALF_LIFE_DAYS = 14
/** A day with a smaller weight is left out. */
const MINIMUM_ANALOG_WEIGHT = 1e-4
/** A day with fewer hours with samples is left out. */
const MINIMUM_HOURS_OF_A_DAY = 6

const expected = new Float64Array(CPU_BUCKETS.count)
const analog = new Float64Array(CPU_BUCKETS.count)

/** The expected cost of every CPU request over the next day, in cores. */
export interface DailyCosts {
  /** Cost by bucket of the request; filled between the lowest and the highest bucket of usage and of `others`. */
  readonly cost: Float64Array
  /** Bucket of the cheapest request, the lowest of several. */
  readonly best: number
  /** Expected cost of `best`. */
  readonly bestCost: number
  /** Whether there were past days that began like today. */
  readonly hasAnalogs: boolean
}

const cost = new Float64Array(CPU_BUCKETS.count)

/**
 * Expected cost of each CPU request over the next day. Usage is expected to be as it was lately (a mixture of
 * recency-weighted histograms) and as it was on past days that began like today.
 *
 * @param others buckets whose cost is wanted, too; −1 for none
 * @returns valid until the next call
 */
export function dailyCosts(
  usage: UsageWindow,
  histograms: CpuHistograms,
  { shortfall }: CpuPrices,
  others: readonly number[],
  originHour: number,
): DailyCosts {
  const analogWeight = fillAnalog(usage, originHour)
  const share = analogWeight > 1e-6 ? ANALOG_SHARE : 0
  for (let i = 0; i < expected.length; i++) {
    const lately =
      MINUTES_SHARE * histograms.minutes[i]! + DAY_SHARE * histograms.day[i]! + WEEK_SHARE * histograms.week[i]!
    expected[i] = (1 - share) * lately + (share > 0 ? (share * analog[i]!) / analogWeight : 0)
  }
  const known = others.filter((bucket) => bucket >= 0)
  const lowest = Math.min(histograms.lowest, ...known)
  const highest = Math.max(histograms.highest, ...known)
  const best = requestCosts(expected, shortfall, lowest, highest, cost)
  return { cost, best, bestCost: cost[best]!, hasAnalogs: share > 0 }
}

/**
 * Fills `analog` with the CPU of past days that began like today. A day is weighted by how like its beginning is (a
 * Gaussian kernel, one natural log unit wide, over the CPU of the hour, the six hours and the day before it) and by how
 * recent it is.
 *
 * @returns the mass of `analog`
 */
function fillAnalog(usage: UsageWindow, originHour: number): number {
  analog.fill(0)
  const now = usage.hours
  const state = [cpuBefore(usage, now, 1, 0.6), cpuBefore(usage, now, 6, 0.95), cpuBefore(usage, now, 24, 0.95)]
  let mass = 0
  const today = Math.floor(now / 24)
  for (let back = 1; back <= DAYS_KEPT; back++) {
    const day = today - back
    if (!usage.days.has(day) || day < 1) break
    if (usage.days.hours(day) < MINIMUM_HOURS_OF_A_DAY || usage.days.sketch(day, 0) === NONE) continue
    let distance = 0
    for (let i = 0; i < STATES; i++) {
      const then = usage.days.state(day, i)
      distance += then === NONE ? 1 : ((state[i]! - then) * LOG_STEP) ** 2
    }
    const likeness = weekdayLikeness(originHour + 24 * day + 12, originHour + now + 12)
    const weight = likeness * Math.exp(-distance / 2) * 2 ** (-(back - 1) / ANALOG_HALF_LIFE_DAYS)
    if (weight < MINIMUM_ANALOG_WEIGHT) continue
    mass += weight
    for (const [i, share] of SKETCH_MASSES.entries()) analog[usage.days.sketch(day, i)]! += weight * share
  }
  return mass
}
