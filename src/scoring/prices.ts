import type { Goal } from '../api/index.ts'

export const HOUR_SECONDS = 3600
export const DAY_SECONDS = 86_400
/** So long a container is only learned from. */
export const WARM_UP_SECONDS = 7 * DAY_SECONDS

/** Reserving less is priced as this much: there is nothing to win below. */
export const LEAST_PRICED = { cores: 0.01, bytes: 10e6 }

/**
 * What falling short costs, in units of reserving as much for as long. Written down apart from the learner's own prices:
 * who judges does not ask whom he judges.
 */
export const PRICES: Readonly<Record<Goal, { readonly use: number; readonly oomDay: number }>> = {
  savings: { use: 10, oomDay: 10 },
  balanced: { use: 20, oomDay: 30 },
  reliability: { use: 100, oomDay: 100 },
}

/** Share of an OOM-day's price for a day above the memory request that is none. */
export const ABOVE_REQUEST = 1 / 3
/** What a byte between memory request and limit costs, and the most that counts: no limit is so many times the request. */
export const ROOM = { price: 0.05, times: 8 }
