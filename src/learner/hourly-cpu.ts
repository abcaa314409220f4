import { CPU_MASSES, RANKS } from './closed-hours.ts'
import { type CpuHistograms, requestCosts } from './cpu-histograms.ts'
import { NONE } from './days.ts'
import { fillHoursAfter, hoursAfter } from './hourly-analogs.ts'
import { CPU_BUCKETS } from './log-buckets.ts'
import type { Strategy } from './strategies.ts'
import type { UsageWindow } from './usage-window.ts'

/** Number of hours ahead that a plan covers. */
const HORIZON_HOURS = 12
const SEASON_HALF_LIFE_DAYS = 5
const SEASON_DAYS = 14
const SEASON_WEEKS = 2
/** Weight of the hours before and after the same hour of past days and weeks, relative to that hour. */
const NEIGHBOUR_WEIGHT = 0.5

const BUCKETS = CPU_BUCKETS.count
const expected = new Float64Array(BUCKETS)
const after = hoursAfter(HORIZON_HOURS)
/**
 * The price of a core above the request for which the strategies' masses of minutes and hours are chosen. They decrease as that price
 * rises: the rarer a shortfall must be, the less a few dozen samples can say about it.
 */
const REFERENCE_SHORTFALL_PRICE = 20
/** At this total weight of similar hours, the strategy's mass for them is halfway to its maximum. */
const HALF_LIKENESS = 1
const costs = Array.from({ length: HORIZON_HOURS }, () => new Float64Array(BUCKETS))

/** Finds the usage that followed hours like the last one, for the next plans. */
export function expectHours(usage: UsageWindow, originHour: number): void {
  fillHoursAfter(usage, originHour, after)
}

/**
 * Expected cost per hour of keeping one request through all hours of the plan that was made last, in cores.
 *
 * @param bucket of the request; −1 for none
 * @returns NaN for none
 */
export function costThroughout(bucket: number): number {
  if (bucket < 0) return Number.NaN
  let sum = 0
  for (const cost of costs) sum += cost[bucket]!
  return sum / HORIZON_HOURS
}

export interface HourlyPlan {
  /** Expected cost of the whole horizon by bucket of the first request, in core hours; filled where it may matter. */
  readonly value: Float64Array
  /** Bucket of the request to begin with. */
  readonly best: number
  /** Expected cost of the whole horizon when it begins with `best`, in core hours. */
  readonly bestValue: number
  /** Expected cost of an hour if changes were free, in cores. */
  readonly hourCost: number
  /** Price of a change in this plan, in core hours. */
  readonly changePrice: number
}

/**
 * The cheapest way through the next hours when every change has a price: a dynamic programme over hours and requests,
 * exact for the expected costs that it is given (a metrical task system that is known in advance).
 *
 * @param shortfallPrice price of a core above the request
 * @param others buckets whose value is wanted, too; −1 for none
 * @param priceOfChange price of a change in core hours, from the expected cost of an hour in cores
 * @param value is filled
 */
export function planHours(
  usage: UsageWindow,
  histograms: CpuHistograms,
  strategy: Strategy,
  shortfallPrice: number,
  others: readonly number[],
  priceOfChange: (hourCost: number) => number,
  value: Float64Array,
): HourlyPlan {
  const known = others.filter((bucket) => bucket >= 0)
  const lowest = Math.min(histograms.lowest, ...known)
  const highest = Math.max(histograms.highest, ...known)
  let hourCost = 0
  for (let ahead = 0; ahead < HORIZON_HOURS; ahead++) {
    const minutes = (REFERENCE_SHORTFALL_PRICE / shortfallPrice) * strategy.minutes * strategy.minutesFade ** ahead
    const hours = (REFERENCE_SHORTFALL_PRICE / shortfallPrice) * strategy.hours * strategy.hoursFade ** ahead
    const alike = strategy.alike / (after.total[ahead]! + HALF_LIKENESS)
    const masses = after.masses[ahead]!
    for (let i = lowest; i <= highest; i++) {
      expected[i] =
        minutes * histograms.minutes[i]! +
        hours * histograms.hours[i]! +
        strategy.day * histograms.day[i]! +
        strategy.week * histograms.week[i]! +
        alike * masses[i]!
    }
    addSeason(usage, usage.hours + ahead, 24, SEASON_DAYS, SEASON_HALF_LIFE_DAYS, strategy.daily)
    addSeason(usage, usage.hours + ahead, 168, SEASON_WEEKS, Number.POSITIVE_INFINITY, strategy.weekly)
    const best = requestCosts(expected, shortfallPrice, lowest, highest, costs[ahead]!)
    hourCost += costs[ahead]![best]! / HORIZON_HOURS
  }
  const changePrice = priceOfChange(hourCost)
  value.fill(0, lowest, highest + 1)
  let bestValue = 0
  let best = lowest
  for (let ahead = HORIZON_HOURS - 1; ahead >= 0; ahead--) {
    const cost = costs[ahead]!
    const afterChange = bestValue + changePrice
    best = lowest
    for (let i = lowest; i <= highest; i++) {
      value[i] = cost[i]! + Math.min(value[i]!, afterChange)
      if (value[i]! < value[best]!) best = i
    }
    bestValue = value[best]!
  }
  return { value, best, bestValue, hourCost, changePrice }
}

/**
 * Adds the usage at this hour of past periods to `expected`, with half as much weight for the hours before and after.
 *
 * @param hour the hour that is planned for
 * @param period length of a period, in hours
 * @param periods number of periods to look back
 * @param halfLife in periods
 * @param mass what is added in all
 */
function addSeason(
  usage: UsageWindow,
  hour: number,
  period: number,
  periods: number,
  halfLife: number,
  mass: number,
): void {
  if (mass === 0) return
  let total = 0
  for (let pass = 0; pass < 2; pass++) {
    for (let back = 1; back <= periods; back++) {
      const age = 2 ** (-back / halfLife)
      for (let offset = -1; offset <= 1; offset++) {
        const then = hour - period * back + offset
        if (usage.cpu(then, 0) === NONE) continue
        const weight = age * (offset === 0 ? 1 : NEIGHBOUR_WEIGHT)
        if (pass === 0) total += weight
        else {
          const share = (mass * weight) / total
          for (let rank = 0; rank < RANKS; rank++) expected[usage.cpu(then, rank)]! += share * CPU_MASSES[rank]!
        }
      }
    }
    if (total === 0) return
  }
}
