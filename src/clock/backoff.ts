/** How the waits between attempts increase. */
export interface Backoff {
  /** Bound of the first wait; it doubles with each failure. */
  readonly baseMilliseconds: number
  /** Largest bound of a wait. */
  readonly longestMilliseconds: number
  /** Random share of the bound, 0..1: 1 is "full jitter", 0.5 is "equal jitter". */
  readonly jitter: number
}

/**
 * How long to wait before the next attempt: exponential backoff with jitter. Full jitter spreads clients that failed together
 * best; equal jitter guarantees half of each wait.
 *
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @param failures failed attempts in a row before the last one, from 0
 * @param random evenly distributed over [0, 1)
 */
export function backoffMilliseconds(
  { baseMilliseconds, longestMilliseconds, jitter }: Backoff,
  failures: number,
  random: number,
): number {
  const bound = Math.min(longestMilliseconds, baseMilliseconds * 2 ** failures)
  return bound * (1 - jitter + jitter * random)
}
