import type { Goal } from '../../src/api/index.ts'

/**
 * The lowest regret that any open recommender reaches on the public trace with daily decisions (Bitbrains, fastStorage and Rnd,
 * July and August 2013): VPA, VPA without its memory minimum, KRR, Autopilot's moving window and ensemble, peaks of 7 and 14 days.
 */
export const BEST_PEER: Readonly<Record<'cpu' | 'memory', Readonly<Record<Goal, number>>>> = {
  cpu: { savings: 0.821, balanced: 0.947, reliability: 1.467 },
  memory: { savings: 2.209, balanced: 2.785, reliability: 3.946 },
}
