import { HOURS_KEPT, type HourlyUsage, RANKS } from './closed-hours.ts'
import { NONE } from './days.ts'

export type Season = 'daily' | 'weekly'

const DAY_HOURS = 24
const WEEK_HOURS = 168
/** Numbers of pairs of hours, one period apart, that a season must be seen in. */
const MINIMUM_PAIRS_OF_DAY = 3 * DAY_HOURS
const MINIMUM_PAIRS_OF_WEEK = 5 * DAY_HOURS
const MINIMUM_CORRELATION = 0.5
/** By how much the correlation at a week must exceed that at a day for the season to be weekly. */
const MINIMUM_GAIN_OF_WEEK = 0.15
/** Standard deviation, in buckets of 5 %, below which usage hardly moves and has no season. */
const MINIMUM_DEVIATION = 2

/**
 * The season of CPU usage: the autocorrelation of its busy hours (the 80th percentile, on a logarithmic scale) over 14 days, at a lag
 * of a day and of a week. Undefined if there is none.
 */
export function seasonOf(usage: HourlyUsage): Season | undefined {
  const daily = autocorrelation(usage, DAY_HOURS, MINIMUM_PAIRS_OF_DAY)
  const weekly = autocorrelation(usage, WEEK_HOURS, MINIMUM_PAIRS_OF_WEEK)
  if (weekly >= MINIMUM_CORRELATION && weekly - daily >= MINIMUM_GAIN_OF_WEEK) return 'weekly'
  return daily >= MINIMUM_CORRELATION ? 'daily' : undefined
}

/**
 * Pearson's correlation between each hour and the one `lag` hours before it; 0 where there are too few pairs or they
 * hardly differ.
 */
function autocorrelation(usage: HourlyUsage, lag: number, minimumPairs: number): number {
  let n = 0
  const sums = { x: 0, y: 0, xx: 0, yy: 0, xy: 0 }
  for (let hour = Math.max(lag, usage.hours - HOURS_KEPT + lag); hour < usage.hours; hour++) {
    const x = usage.cpu(hour - lag, RANKS - 2)
    const y = usage.cpu(hour, RANKS - 2)
    if (x === NONE || y === NONE) continue
    n++
    sums.x += x
    sums.y += y
    sums.xx += x * x
    sums.yy += y * y
    sums.xy += x * y
  }
  if (n < minimumPairs) return 0
  const varianceX = sums.xx / n - (sums.x / n) ** 2
  const varianceY = sums.yy / n - (sums.y / n) ** 2
  if (Math.min(varianceX, varianceY) < MINIMUM_DEVIATION ** 2) return 0
  return (sums.xy / n - (sums.x / n) * (sums.y / n)) / Math.sqrt(varianceX * varianceY)
}
