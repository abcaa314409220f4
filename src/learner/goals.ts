import type { Goal } from '../api/index.ts'
import type { Prices } from './prices.ts'

/**
 * The prices that each goal stands for. Callers look them up here and pass them in; the learner itself knows no goals.
 *
 * With a price of K per core above the request, the cheapest request is the 1 − 1/K quantile of usage (the newsvendor's
 * critical ratio: Arrow, Harris, Marschak 1951): the 90th, 95th and 99th percentile. The price of an OOM day says how
 * rare it should be: with a margin of 15 % to pay for it, 1.5 %, 0.5 % and 0.15 % of days. CPU limits get a wide
 * margin because samples are averages over minutes while throttling happens within tenths of a second.
 */
export const GOAL_PRICES: Readonly<Record<Goal, Prices>> = {
  savings: {
    cpu: { shortfall: 10, limitMargin: 0.25 },
    memory: { shortfall: 10, oomDay: 10 },
  },
  balanced: {
    cpu: { shortfall: 20, limitMargin: 0.5 },
    memory: { shortfall: 20, oomDay: 30 },
  },
  reliability: {
    cpu: { shortfall: 100, limitMargin: 1 },
    memory: { shortfall: 100, oomDay: 100 },
  },
}
