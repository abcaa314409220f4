import type { FinishedLoad } from './result.ts'

/** Share of the requests that may be dropped without changing a p95 or p99 much. */
const DROPPED_SHARE = 0.005

/**
 * Why a result says nothing about the configuration; undefined where it does.
 *
 * @param exceedsLimit whether what was measured is above a limit. Where requests were dropped, the service is then too slow all the same
 */
export function whyVoid({ throttled, dropped = 0, requests }: FinishedLoad, exceedsLimit: boolean): string | undefined {
  if (throttled !== undefined) return `the load generator was throttled: ${throttled}`
  if (dropped <= DROPPED_SHARE * (requests + dropped) || exceedsLimit) return undefined
  return `the load generator dropped ${dropped} of ${requests + dropped} requests: raise maxVUs, or lower the rate`
}
