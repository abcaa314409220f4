import { NONE } from './days.ts'
import { HOURS_KEPT, RANKS, type UsageMemory } from './usage-memory.ts'

export type Season = 'daily' | 'weekly'

const DAY_HOURS = 24
const WEEK_HOURS = 168
/** Share of hours that must have a fellow a period earlier, of those that could. */
const LEAST_PAIRS_OF_DAY = 3 * DAY_HOURS
const LEAST_PAIRS_OF_WEEK = 5 * DAY_HOURS
const LEAST_CORRELATION = 0.5
/** A week must tell more than a day does. */
const LEAST_GAIN_OF_WEEK = 0.15
/** In buckets of 5 %: what moves less has no season worth the name. */
const LEAST_SPREAD = 2

/**
 * The season that CPU follows, by the autocorrelation of its busy hours (the share of four fifths, on a logarithmic
 * scale) over a fortnight at a lag of a day and of a week.
 */
export function seasonOf(memory: UsageMemory): Season | undefined {
  const daily = autocorrelation(memory, DAY_HOURS, LEAST_PAIRS_OF_DAY)
  const weekly = autocorrelation(memory, WEEK_HOURS, LEAST_PAIRS_OF_WEEK)
  if (weekly >= LEAST_CORRELATION && weekly - daily >= LEAST_GAIN_OF_WEEK) return 'weekly'
  return daily >= LEAST_CORRELATION ? 'daily' : undefined
}

/** Pearson's, between each hour and the one `lag` hours before; 0 where there are too few or they hardly differ. */
function autocorrelation(memory: UsageMemory, lag: number, leastPairs: number): number {
  let n = 0
  const sums = { x: 0, y: 0, xx: 0, yy: 0, xy: 0 }
  for (let hour = Math.max(lag, memory.hours - HOURS_KEPT + lag); hour < memory.hours; hour++) {
    const x = memory.cpu(hour - lag, RANKS - 2)
    const y = memory.cpu(hour, RANKS - 2)
    if (x === NONE || y === NONE) continue
    n++
    sums.x += x
    sums.y += y
    sums.xx += x * x
    sums.yy += y * y
    sums.xy += x * y
  }
  if (n < leastPairs) return 0
  const varianceX = sums.xx / n - (sums.x / n) ** 2
  const varianceY = sums.yy / n - (sums.y / n) ** 2
  if (Math.min(varianceX, varianceY) < LEAST_SPREAD ** 2) return 0
  return (sums.xy / n - (sums.x / n) * (sums.y / n)) / Math.sqrt(varianceX * varianceY)
}
