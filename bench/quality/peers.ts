import type { Goal } from '../../src/api/index.ts'
import type { Cadence } from '../../src/learner/index.ts'

/**
 * The lowest regret that any open recommender reaches on the public trace (Bitbrains, fastStorage and Rnd, July and
 * August 2013): VPA, VPA without its memory minimum, KRR, Autopilot's moving window and ensemble, peaks of 7 and 14 days.
 */
export const BEST_PEER: Readonly<Record<Cadence, Readonly<Record<'cpu' | 'memory', Readonly<Record<Goal, number>>>>>> =
  {
    '24h': {
      cpu: { savings: 0.821, balanced: 0.947, reliability: 1.467 },
      memory: { savings: 2.209, balanced: 2.785, reliability: 3.946 },
    },
    '1h': {
      cpu: { savings: 1.922, balanced: 2.191, reliability: 2.991 },
      memory: { savings: 5.257, balanced: 6.583, reliability: 9.092 },
    },
  }
