import type { Goal } from '../api/index.ts'

export const HOUR_SECONDS = 3600
export const DAY_SECONDS = 86_400
/** Time after its first sample in which a container's decisions are not judged, because the learner still collects data. */
export const WARM_UP_SECONDS = 7 * DAY_SECONDS

/** Smallest amounts that are priced; smaller reservations cost as much, because they save nothing. */
export const LEAST_PRICED = { cores: 0.01, bytes: 10e6 }

/**
 * Cost of a shortage, in units of reserving the same amount for the same time. It is independent of the learner's own prices: the judge
 * does not use the figures of the judged.
 */
export const PRICES: Readonly<Record<Goal, { readonly use: number; readonly oomDay: number }>> = {
  savings: { use: 10, oomDay: 10 },
  balanced: { use: 20, oomDay: 30 },
  reliability: { use: 100, oomDay: 100 },
}

/** Price of a day with usage above the memory request but not the limit, as a share of an OOM day's price. */
export const ABOVE_REQUEST = 1 / 3
/** Price of a byte between memory request and limit, and the maximum that counts: a missing limit counts as this many times the request. */
export const ROOM = { price: 0.05, times: 8 }
