import { firstFrom, type Series } from './container-usage.ts'
import { DAY_SECONDS } from './prices.ts'

/** How many days back a request is looked at, and from how many known days on the second worst of them counts. */
const DAYS = 42
const DAYS_FOR_SECOND_WORST = 21
/** Share of samples above the request that no decision needs to announce, as a multiple of the share that costs least. */
const UNANNOUNCED = 2

/**
 * The largest share of samples above a CPU request that the days known at a time let one expect: that of the worst of them, or of the
 * second worst of 21 or more; never less than twice the share that costs least. Days are the spans of 24 hours that end then.
 *
 * @param use price of a core above the request, so that 1 / use of the samples above it costs least
 * @param leastSamples a day with fewer is not known
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
