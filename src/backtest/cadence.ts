import type { Cadence } from '../learner/index.ts'

const SECONDS: Readonly<Record<Cadence, number>> = { '1h': 3600, '24h': 86_400 }
/** A young container is decided on at these ages, too. */
const EARLY_AGES_SECONDS = [3600, 6 * 3600]

/** How often decisions may change. */
export function cadenceSeconds(cadence: Cadence): number {
  return SECONDS[cadence]
}

/** When a container is next decided on after `atSeconds`, which may be that of its first sample. */
export function turnAfter(atSeconds: number, firstSeconds: number, cadence: Cadence): number {
  const every = cadenceSeconds(cadence)
  const age = atSeconds - firstSeconds
  const regular = (Math.floor(age / every) + 1) * every
  return firstSeconds + Math.min(regular, ...EARLY_AGES_SECONDS.filter((early) => early > age))
}
