import type { Cadence } from '../learner/index.ts'

const SECONDS: Readonly<Record<Cadence, number>> = { '1h': 3600, '24h': 86_400 }

/** How often decisions may change. */
export function cadenceSeconds(cadence: Cadence): number {
  return SECONDS[cadence]
}
