import type { ContainerRecord } from './container-record.ts'
import { hoursWithSamples } from './hour-statistics.ts'
import type { Prices } from './prices.ts'

/** Number of days with samples after which a version is known as well as the earlier ones. */
const PROVEN_DAYS = 7
/** Initial probability that a new version behaves unlike the previous one; shortfalls are priced by it. */
const FIRST_DOUBT = 0.5
/**
 * Initial share by which a request is less likely to hold, because the new version may be unlike the previous one. It falls with the
 * square of the days: if usage has changed, the days since then are among the known ones (bench/quality/spliced.ts).
 */
const FIRST_SURPRISE = 0.3
/** A new version of a well-known container is known as well as a container with two days of history. */
const DAYS_TAKEN_OVER = 2
/** By how much the prices of shortfalls rise with doubt: initially, balanced prices are three times as high. */
const CAUTION = 4

/** How far the history of a container can be trusted to tell about the version that it runs. */
export interface VersionAge {
  /** Days with samples since its image changed; infinite where it never changed or the version is proven. */
  readonly days: number
  /** Probability that its usage is unlike the usage of earlier versions; 0 where the version is proven. */
  readonly doubt: number
  /** Share by which a request is less likely to hold than without the new version; 0 where the version is proven. */
  readonly surprise: number
}

const PROVEN: VersionAge = { days: Number.POSITIVE_INFINITY, doubt: 0, surprise: 0 }

/**
 * How far the running version has proved itself. After n days without trouble, the probability of trouble on the next day
 * falls as 1 / (n + 1), as in Laplace's rule of succession.
 */
export function versionAge(record: ContainerRecord): VersionAge {
  const { usage, versionSeconds } = record
  const sinceHours = versionSeconds < 0 ? Number.POSITIVE_INFINITY : usage.hours - record.hourOf(versionSeconds)
  // A version that is twice as old but has few samples runs rarely; it is not unproven.
  if (sinceHours >= 2 * PROVEN_DAYS * 24) return PROVEN
  const days = hoursWithSamples(usage, usage.hours - sinceHours, usage.hours) / 24
  if (days >= PROVEN_DAYS) return PROVEN
  return { days, doubt: FIRST_DOUBT / (days + 1), surprise: FIRST_SURPRISE / (days + 1) ** 2 }
}

/** Days of history that count for the running version. @param days of history of all versions */
export function trustedDays(days: number, version: VersionAge): number {
  return Math.min(days, DAYS_TAKEN_OVER + version.days)
}

/** The prices for a version, which widen its margins while it is not proven: shortfalls and OOM days cost more. */
export function cautiousPrices({ cpu, memory }: Prices, { doubt }: VersionAge): Prices {
  const factor = 1 + CAUTION * doubt
  return {
    cpu: { ...cpu, shortfall: cpu.shortfall * factor },
    memory: { shortfall: memory.shortfall * factor, oomDay: memory.oomDay * factor },
  }
}
