import { type CpuUsage, requestCosts } from './cpu-usage.ts'
import { NONE } from './days.ts'
import { fillHoursAfter, hoursAfter } from './hourly-analogs.ts'
import { CPU_BUCKETS } from './log-buckets.ts'
import { RANKS, type UsageMemory } from './usage-memory.ts'

/** So many hours ahead are planned for. */
const HORIZON_HOURS = 12
const SEASON_HALF_LIFE_DAYS = 5
const SEASON_DAYS = 14
const SEASON_WEEKS = 2
/** Beside the hour of the season, the ones before and after it count, by half. */
const NEIGHBOUR_WEIGHT = 0.5

/** How usage h hours ahead is expected to be spread: masses of what was seen, not of sum 1. */
interface Temper {
  /** Of the last minutes, and by how much it fades with each hour ahead; the same of the last hours. */
  readonly minutes: number
  readonly minutesFade: number
  readonly hours: number
  readonly hoursFade: number
  readonly day: number
  readonly week: number
  /** Of the same hour of the day, and of the week. */
  readonly daily: number
  readonly weekly: number
  /** Of what followed on hours like the last one. */
  readonly alike: number
}

const EVEN: Temper = {
  minutes: 20,
  minutesFade: 0.8,
  hours: 2,
  hoursFade: 0.9,
  day: 0.3,
  week: 0.03,
  daily: 0.1,
  weekly: 0.1,
  alike: 20,
}

/** Three ways to expect the next hours. All run side by side, and each container follows the one that has cost it least. */
export const TEMPERS: readonly Temper[] = [
  EVEN,
  { ...EVEN, daily: 1.5, weekly: 1.5 },
  { ...EVEN, minutes: 4, day: 0.9, daily: 0, weekly: 0 },
]

const BUCKETS = CPU_BUCKETS.count
const expected = new Float64Array(BUCKETS)
const after = hoursAfter(HORIZON_HOURS)
/**
 * The masses of minutes and hours are for this price of usage above the request. The rarer a shortfall must be, the less a
 * few dozen samples can tell of it.
 */
const EVEN_USE = 20
/** So much likeness in all is half of what there can be. */
const HALF_LIKENESS = 1
const costs = Array.from({ length: HORIZON_HOURS }, () => new Float64Array(BUCKETS))

/** Looks up what followed on hours like the last one, for the plans that are made next. */
export function expectHours(memory: UsageMemory): void {
  fillHoursAfter(memory, after)
}

/** Expected cost per unit of time of keeping one request (bucket) through all hours of the plan that was made last. */
export function costThroughout(bucket: number): number {
  if (bucket < 0) return Number.NaN
  let sum = 0
  for (const cost of costs) sum += cost[bucket]!
  return sum / HORIZON_HOURS
}

export interface HourlyPlan {
  /** Expected cost of the whole horizon when it begins with each request, by bucket; filled where it may matter. */
  readonly value: Float64Array
  readonly best: number
  /** Expected cost of the best over the whole horizon, and of an hour of it if changes were free. */
  readonly least: number
  readonly scale: number
  /** What a change costs in this plan. */
  readonly changePrice: number
}

/**
 * The cheapest way through the next hours when every change has its price: a dynamic programme over hours and requests,
 * exact for the expected costs it is given (a metrical task system that is known in advance).
 *
 * @param standing buckets whose value is wanted, too
 * @param priceOfChange from the expected cost of an hour
 * @param value filled
 */
export function planHours(
  memory: UsageMemory,
  usage: CpuUsage,
  temper: Temper,
  use: number,
  standing: readonly number[],
  priceOfChange: (scale: number) => number,
  value: Float64Array,
): HourlyPlan {
  const known = standing.filter((bucket) => bucket >= 0)
  const lowest = Math.min(usage.lowest, ...known)
  const highest = Math.max(usage.highest, ...known)
  let scale = 0
  for (let ahead = 0; ahead < HORIZON_HOURS; ahead++) {
    const minutes = (EVEN_USE / use) * temper.minutes * temper.minutesFade ** ahead
    const hours = (EVEN_USE / use) * temper.hours * temper.hoursFade ** ahead
    const alike = temper.alike / (after.total[ahead]! + HALF_LIKENESS)
    const spread = after.spread[ahead]!
    for (let i = lowest; i <= highest; i++) {
      expected[i] =
        minutes * usage.minutes[i]! +
        hours * usage.hours[i]! +
        temper.day * usage.day[i]! +
        temper.week * usage.week[i]! +
        alike * spread[i]!
    }
    addSeason(memory, memory.hours + ahead, 24, SEASON_DAYS, SEASON_HALF_LIFE_DAYS, temper.daily)
    addSeason(memory, memory.hours + ahead, 168, SEASON_WEEKS, Number.POSITIVE_INFINITY, temper.weekly)
    const best = requestCosts(expected, use, lowest, highest, costs[ahead]!)
    scale += costs[ahead]![best]! / HORIZON_HOURS
  }
  const changePrice = priceOfChange(scale)
  value.fill(0, lowest, highest + 1)
  let least = 0
  let best = lowest
  for (let ahead = HORIZON_HOURS - 1; ahead >= 0; ahead--) {
    const cost = costs[ahead]!
    const afterChange = least + changePrice
    best = lowest
    for (let i = lowest; i <= highest; i++) {
      value[i] = cost[i]! + Math.min(value[i]!, afterChange)
      if (value[i]! < value[best]!) best = i
    }
    least = value[best]!
  }
  return { value, best, least, scale, changePrice }
}

/** Adds what was seen at this hour of past periods. */
function addSeason(
  memory: UsageMemory,
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
        if (memory.cpu(then, 0) === NONE) continue
        const weight = age * (offset === 0 ? 1 : NEIGHBOUR_WEIGHT)
        if (pass === 0) total += weight
        else {
          for (let rank = 0; rank < RANKS; rank++) expected[memory.cpu(then, rank)]! += (mass * weight) / total / RANKS
        }
      }
    }
    if (total === 0) return
  }
}
