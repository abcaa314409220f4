import type { Requests, SloReading } from './reading.ts'

/**
 * Bad requests from which a share is taken to say something. One bad request of three is a share of 33 %, but no evidence: with a
 * budget of 5 %, a service with three requests an hour has one like that every seven hours. Three are rare by chance at a low rate, and
 * come within seconds where a busy service breaks.
 */
const LEAST_BAD = 3
/** Share of the budget to which a burning objective must come down before it counts as met again, so that it does not flap. */
const MET_AGAIN = 0.9
/** Burn rate of a page in one hour: 2 % of a budget of 30 days (SRE workbook, "Alerting on SLOs", table 5-8). */
const FAST_RATE = 14.4

/** Share of the requests that were bad, 0..1; undefined if there were none, or the numbers cannot be used. */
export function shareOf({ bad, total }: Requests): number | undefined {
  if (!(Number.isFinite(bad) && Number.isFinite(total) && bad >= 0 && total > 0)) return undefined
  // Both are extrapolated, so that a few more may be bad than there were.
  return Math.min(1, bad / total)
}

/** Requests of several Pods together. */
export function sumOf(all: readonly Requests[]): Requests {
  return all.reduce((sum, { bad, total }) => ({ bad: sum.bad + bad, total: sum.total + total }), { bad: 0, total: 0 })
}

/** Whether a share above the budget is bad, of enough requests to say so. */
export function isAboveBudget(requests: Requests, budget: number): boolean {
  return requests.bad >= LEAST_BAD && (shareOf(requests) ?? 0) > budget
}

/** Whether numbers of requests can be used: a store that lacks a sample may answer NaN. */
function isUsable({ bad, total }: Requests): boolean {
  return Number.isFinite(bad) && Number.isFinite(total) && bad >= 0 && total >= 0
}

/** Longest time for which a reading counts: after it, nobody reads any more, or the store does not answer. */
const FRESH_SECONDS = 600

/** Whether the objective was found, with numbers that can be used, and not long ago. */
export function isKnown({ state, burn, readAtSeconds }: SloReading, nowSeconds: number): boolean {
  if (state !== 'Found' || nowSeconds - readAtSeconds > FRESH_SECONDS) return false
  return burn === undefined || (isUsable(burn.long) && isUsable(burn.short))
}

/**
 * Whether the error budget burns: the share of bad requests is above the budget. In the long burn window, at least three must be
 * bad; where there were fewer, the window of the objective decides by the same rule.
 *
 * @param wasBurning then it burns until the share is at most 0.9 of the budget
 */
export function isBurning({ objective: { budget }, burn, overWindow }: SloReading, wasBurning = false): boolean {
  if (!burn) return false
  const least = wasBurning ? budget * MET_AGAIN : budget
  if ((shareOf(burn.long) ?? 0) <= least) return false
  return isAboveBudget(burn.long, least) || (overWindow !== undefined && isAboveBudget(overWindow, least))
}

/**
 * Share of bad requests from which a budget burns fast. 14.4 times the budget is more than everything for a p90, and 72 % for a p95:
 * half of what is left is enough.
 */
export function fastBurnShare(budget: number): number {
  return Math.min(FAST_RATE * budget, budget + (1 - budget) / 2)
}

/** Whether the requests of both windows burn the budget fast. */
export function isFastBurn({ long, short }: { readonly long: Requests; readonly short: Requests }, budget: number) {
  const isFast = (requests: Requests) => {
    const share = shareOf(requests)
    return share !== undefined && share > budget && share >= fastBurnShare(budget)
  }
  return long.bad >= LEAST_BAD && isFast(long) && isFast(short)
}

/** Share of the error budget of the objective's window that is left: 1 if nothing was bad, below 0 if it is exceeded. */
export function budgetLeft({ objective: { budget }, overWindow }: SloReading): number | undefined {
  const share = overWindow && shareOf(overWindow)
  return share === undefined || budget <= 0 ? undefined : 1 - share / budget
}

/** How often worse the long window must be than the objective's window where a workload has degraded just now. */
const DEGRADED = 2

/**
 * Whether a workload has degraded just now: its budget burns in both windows, and is not always burnt like that. Others of its
 * namespace that degrade at the same time have a common cause.
 */
export function isDegraded(reading: SloReading): boolean {
  const { objective, burn, overWindow } = reading
  if (!burn || !isBurning(reading) || (shareOf(burn.short) ?? 0) <= objective.budget) return false
  const usual = overWindow && shareOf(overWindow)
  return usual === undefined || shareOf(burn.long)! >= DEGRADED * usual
}
