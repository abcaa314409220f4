import type { Goal } from '../api/index.ts'

/** What falling short costs, in units of reserving as much for as long. */
export interface GoalPrices {
  /** A core or byte used above the request, for as long as it is. */
  readonly use: number
  /** A day with an OOM kill, times the 95th percentile of that day's memory; a third of it for a day above the request. */
  readonly oomDay: number
  /** By how much more than the least a CPU request may cost for the day if that makes it surer; a share. */
  readonly surety: number
  /** The CPU limit, where there is one: the trailing peak and this share more. */
  readonly cpuLimitMargin: number
}

/**
 * With a price of K per core above the request the cheapest request is the 1 − 1/K quantile of usage (the newsvendor's
 * critical ratio: Arrow, Harris, Marschak 1951): the 90th, 95th and 99th percentile. An OOM-day's price says how
 * rare it should be: with a margin of 15 % to pay for it, 1.5 %, 0.5 % and 0.15 % of days. CPU limits get a wide
 * margin: samples are averages over minutes, and throttling happens in tenths of a second. What reliability may spend to be
 * surer: near its least, cost hardly depends on the request, but whether it holds does.
 */
export const GOAL_PRICES: Readonly<Record<Goal, GoalPrices>> = {
  savings: { use: 10, oomDay: 10, surety: 0, cpuLimitMargin: 0.25 },
  balanced: { use: 20, oomDay: 30, surety: 0, cpuLimitMargin: 0.5 },
  reliability: { use: 100, oomDay: 100, surety: 0.05, cpuLimitMargin: 1 },
}

/** Share of an OOM-day's price for a day above the memory request that is none: the Pod is first in line for eviction. */
export const ABOVE_REQUEST = 1 / 3
/** What each byte between memory request and limit costs, the node's loan. */
export const ROOM_PRICE = 0.05
