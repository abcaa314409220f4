import { backoffMilliseconds } from '../clock/index.ts'

/** How often and how patiently a failed request is repeated. */
export interface Retry {
  /** Number of requests, including the first one. */
  readonly attempts: number
  readonly baseMilliseconds: number
  /** The longest wait, even if the server asks for a longer one. */
  readonly longestMilliseconds: number
}

export const DEFAULT_RETRY: Retry = { attempts: 6, baseMilliseconds: 500, longestMilliseconds: 60_000 }

/**
 * How long to wait before the next attempt: exponential backoff with full jitter. If the server asked for a wait, the backoff is added
 * to it.
 *
 * @param attempt number of attempts so far, from 1
 * @param random uniform over [0, 1)
 * @param askedMilliseconds the wait in `Retry-After`
 * @returns undefined if the attempts are used up, or the server asks for more than the longest wait
 */
export function waitMilliseconds(
  retry: Retry,
  attempt: number,
  random: number,
  askedMilliseconds?: number,
): number | undefined {
  if (attempt >= retry.attempts) return undefined
  const wait = backoffMilliseconds({ ...retry, jitter: 1 }, attempt - 1, random)
  if (askedMilliseconds === undefined) return wait
  return askedMilliseconds > retry.longestMilliseconds ? undefined : askedMilliseconds + wait
}

/** Milliseconds from now in a `Retry-After` header, in seconds or as a date (RFC 9110, 10.2.3); undefined if it is neither. */
export function retryAfterMilliseconds(header: string | null, nowMilliseconds: number): number | undefined {
  if (!header) return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000
  const date = /^[A-Z][a-z]+, /.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMilliseconds)
}
