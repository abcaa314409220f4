/** How often and how patiently a request is made again. */
export interface Retry {
  /** Requests in all, the first one counted. */
  readonly attempts: number
  readonly baseMilliseconds: number
  /** The longest wait, also where the server asks for one. */
  readonly longestMilliseconds: number
}

export const DEFAULT_RETRY: Retry = { attempts: 6, baseMilliseconds: 500, longestMilliseconds: 60_000 }

/**
 * How long to wait before the next attempt: exponential backoff with full jitter, so that many clients that failed
 * together do not come back together. A wait that the server asked for is kept to, and spread behind its end.
 *
 * @param attempt how many were made, from 1
 * @param random evenly in [0, 1)
 * @param askedMilliseconds what `Retry-After` said
 * @returns undefined where waiting is of no use: attempts are used up, or the server wants to be left alone for longer
 */
export function waitMilliseconds(
  retry: Retry,
  attempt: number,
  random: number,
  askedMilliseconds?: number,
): number | undefined {
  if (attempt >= retry.attempts) return undefined
  const wait = random * Math.min(retry.longestMilliseconds, retry.baseMilliseconds * 2 ** (attempt - 1))
  if (askedMilliseconds === undefined) return wait
  return askedMilliseconds > retry.longestMilliseconds ? undefined : askedMilliseconds + wait
}

/** `Retry-After` as milliseconds from now: seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfterMilliseconds(header: string | null, nowMilliseconds: number): number | undefined {
  if (!header) return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000
  const date = /^[A-Z][a-z]+, /.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMilliseconds)
}
