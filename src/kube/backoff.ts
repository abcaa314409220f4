const BASE_MILLISECONDS = 500
const CAP_MILLISECONDS = 30_000

/**
 * How long to wait before the next attempt, after `failures` failed ones in a row (from 0): anything between nothing
 * and a bound that doubles up to 30 s. "Full jitter" spreads clients that failed together better than a jittered
 * exponential does: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function backoffMilliseconds(failures: number, random: () => number): number {
  return random() * Math.min(CAP_MILLISECONDS, BASE_MILLISECONDS * 2 ** failures)
}
