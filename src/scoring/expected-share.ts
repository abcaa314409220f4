import { firstFrom, type Series } from './container-usage.ts'
import { DAY_SECONDS } from './prices.ts'

/** Number of past days that are checked, and number of known days from which the second worst day counts. */
const DAYS = 42
const DAYS_FOR_SECOND_WORST = 21
/** Share of samples above the request that no decision needs to state, as a multiple of the share that costs least. */
const UNANNOUNCED = 2

/**
 * The largest share of samples above a CPU request that the known days predict: the share of the worst of them, or of the second worst
 * of 21 or more; at least twice the share that costs least. Days are spans of 24 hours that end at the given time.
 *
 * @param use price of a core above the request; a share of 1 / use of the samples above it costs least
 * @param leastSamples a day with fewer samples is not known
 */
export function expectedShare(
  cpu: Series,
  fromSeconds: number,
  requestCores: number,
  use: number,
  leastSamples: number,
): number {
  const shares: number[] = []
  let end = firstFrom(cpu.seconds, fromSeconds)
  for (let back = 1; back <= DAYS && end > 0; back++) {
    const start = firstFrom(cpu.seconds, fromSeconds - back * DAY_SECONDS)
    if (end - start >= leastSamples) shares.push(shareAbove(cpu.values.subarray(start, end), requestCores))
    end = start
  }
  shares.sort((a, b) => b - a)
  return Math.max(UNANNOUNCED / use, shares[shares.length < DAYS_FOR_SECOND_WORST ? 0 : 1] ?? 0)
}

/** Share of values above a bound, 0..1. @param values at least one */
export function shareAbove(values: Float64Array, bound: number): number {
  let above = 0
  for (const value of values) if (value > bound) above++
  return above / values.length
}
