import { nextTrial } from '../../src/experiments/index.ts'
import type { Player } from './play.ts'

/** Plimsoll's own, which also decides when to stop. */
export const OPTIMISER: Player = {
  next: (experiment, trials) => {
    const next = nextTrial(experiment, trials)
    return 'trial' in next ? next.trial : undefined
  },
}
