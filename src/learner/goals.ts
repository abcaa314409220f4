import type { Goal } from '../recommendations/index.ts'

/** How far a recommendation goes for one goal. Every figure rises from savings to reliability, so the values do too. */
export interface GoalRules {
  /** The CPU request: this quantile of decayed usage. */
  readonly cpuQuantile: number
  /** The CPU limit: the trailing peak and this share more. */
  readonly cpuLimitMargin: number
  /** The memory request: this quantile of the daily peaks, and `memoryMargin` more. */
  readonly memoryPeakQuantile: number
  readonly memoryMargin: number
  /** The memory limit: the trailing peak and this share more. */
  readonly memoryLimitMargin: number
}

/**
 * CPU. With K paid per core used above the request, against 1 per core reserved, the cheapest request is the 1 − 1/K
 * quantile of usage (the newsvendor's critical ratio: Arrow, Harris, Marschak 1951); K is 10, 20 and 100. A margin on top
 * of that only costs (Bitbrains, balanced: 0.925 of the hindsight optimum without, 0.947 with 5 %). Limits get a
 * wide one: samples are averages over minutes, and throttling happens in tenths of a second.
 *
 * Memory. A limit is cheap (the node lends it out) and a kill is dear, so limits stand well above the trailing peak, and
 * requests nearer to it. On the same trace these cost 2.0, 2.5 and 3.1 times the hindsight optimum; the peak
 * of a fortnight + 15 % for both, 2.4, 2.8 and 4.0.
 */
export const GOAL_RULES: Readonly<Record<Goal, GoalRules>> = {
  savings: {
    cpuQuantile: 0.9,
    cpuLimitMargin: 0.25,
    memoryPeakQuantile: 0.9,
    memoryMargin: 0.05,
    memoryLimitMargin: 0.3,
  },
  balanced: {
    cpuQuantile: 0.95,
    cpuLimitMargin: 0.5,
    memoryPeakQuantile: 1,
    memoryMargin: 0.1,
    memoryLimitMargin: 0.45,
  },
  reliability: {
    cpuQuantile: 0.99,
    cpuLimitMargin: 1,
    memoryPeakQuantile: 1,
    memoryMargin: 0.2,
    memoryLimitMargin: 0.6,
  },
}
