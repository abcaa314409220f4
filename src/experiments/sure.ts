import type { Goal } from '../api/index.ts'

/**
 * How probable it must be that a configuration meets the limits, and how many standard deviations below a limit that is (quantile of
 * the normal distribution).
 */
export const SURE: Readonly<Record<Goal, { readonly probability: number; readonly deviations: number }>> = {
  savings: { probability: 0.9, deviations: 1.282 },
  balanced: { probability: 0.95, deviations: 1.645 },
  reliability: { probability: 0.99, deviations: 2.326 },
}
