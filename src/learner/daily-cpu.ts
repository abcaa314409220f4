import { type CpuUsage, requestCosts } from './cpu-usage.ts'
import { DAYS_KEPT, NONE, SKETCH_MASSES, STATES } from './days.ts'
import type { GoalPrices } from './goals.ts'
import { CPU_BUCKETS, LOG_STEP } from './log-buckets.ts'
import type { UsageMemory } from './usage-memory.ts'

/** What the last hours, the last day and the last week say of the next day. */
const MINUTES_SHARE = 0.03
const DAY_SHARE = 0.5
const WEEK_SHARE = 0.47
/** What days after a day like today say of it, where there was one. */
const ANALOG_SHARE = 0.4
const ANALOG_HALF_LIFE_DAYS = 14
const LEAST_ANALOG_WEIGHT = 1e-4
const LEAST_HOURS_OF_A_DAY = 6

const expected = new Float64Array(CPU_BUCKETS.count)
const analog = new Float64Array(CPU_BUCKETS.count)

/** What a decision on CPU weighs: the expected cost, per unit of time, of every request. */
export interface CpuChoice {
  /** By bucket; filled where it may matter. */
  readonly cost: Float64Array
  readonly best: number
  /** Expected cost of the best: of the largest that costs hardly more than the cheapest. */
  readonly least: number
  /** Whether there were days that began like today. */
  readonly hasAnalogs: boolean
}

const cost = new Float64Array(CPU_BUCKETS.count)

/**
 * What each CPU request would cost over the next day: usage is expected to be as it was lately (a mixture of
 * recency-weighted histograms) and as it was on days that followed days like today.
 *
 * @param others buckets whose cost is wanted, too; −1 for none
 * @returns valid until the next call
 */
export function dailyCpu(
  memory: UsageMemory,
  usage: CpuUsage,
  { use, surety }: GoalPrices,
  others: readonly number[],
): CpuChoice {
  const analogWeight = fillAnalog(memory)
  const share = analogWeight > 1e-6 ? ANALOG_SHARE : 0
  for (let i = 0; i < expected.length; i++) {
    const lately = MINUTES_SHARE * usage.minutes[i]! + DAY_SHARE * usage.day[i]! + WEEK_SHARE * usage.week[i]!
    expected[i] = (1 - share) * lately + (share > 0 ? (share * analog[i]!) / analogWeight : 0)
  }
  const known = others.filter((bucket) => bucket >= 0)
  const lowest = Math.min(usage.lowest, ...known)
  const highest = Math.max(usage.highest, ...known)
  const cheapest = requestCosts(expected, use, lowest, highest, cost)
  let best = highest
  while (cost[best]! > cost[cheapest]! * (1 + surety)) best--
  return { cost, best, least: cost[best]!, hasAnalogs: share > 0 }
}

/**
 * Days of which the beginning was like that of today, weighted by how like (a Gaussian kernel, one natural log unit
 * wide, over the CPU of the hour, the six hours and the day before) and how recent they were; what followed counts.
 *
 * @returns the mass that `analog` was filled with
 */
function fillAnalog(memory: UsageMemory): number {
  analog.fill(0)
  const now = memory.hours
  const state = [memory.cpuBefore(now, 1, 0.6), memory.cpuBefore(now, 6, 0.95), memory.cpuBefore(now, 24, 0.95)]
  let mass = 0
  const today = Math.floor(now / 24)
  for (let back = 1; back <= DAYS_KEPT; back++) {
    const day = today - back
    if (!memory.days.has(day) || day < 1) break
    if (memory.days.hours(day) < LEAST_HOURS_OF_A_DAY || memory.days.sketch(day, 0) === NONE) continue
    let distance = 0
    for (let i = 0; i < STATES; i++) {
      const then = memory.days.state(day, i)
      distance += then === NONE ? 1 : ((state[i]! - then) * LOG_STEP) ** 2
    }
    const weight = Math.exp(-distance / 2) * 2 ** (-(back - 1) / ANALOG_HALF_LIFE_DAYS)
    if (weight < LEAST_ANALOG_WEIGHT) continue
    mass += weight
    for (const [i, share] of SKETCH_MASSES.entries()) analog[memory.days.sketch(day, i)]! += weight * share
  }
  return mass
}
