import type { Cadence } from '../learner/index.ts'

const SECONDS: Readonly<Record<Cadence, number>> = { '1h': 3600, '24h': 86_400 }
/** Ages at which a young container is decided on in addition to the cadence. */
const EARLY_AGES_SECONDS = [3600, 6 * 3600]

/** Seconds between two decisions for a container. */
export function cadenceSeconds(cadence: Cadence): number {
  return SECONDS[cadence]
}

/** Unix time at which a container is decided on next after `atSeconds`, which may be the time of its first sample. */
export function turnAfter(atSeconds: number, firstSeconds: number, cadence: Cadence): number {
  const every = cadenceSeconds(cadence)
  const age = atSeconds - firstSeconds
  const regular = (Math.floor(age / every) + 1) * every
  return firstSeconds + Math.min(regular, ...EARLY_AGES_SECONDS.filter((early) => early > age))
}
