import type { ContainerRecord } from './container-record.ts'
import type { GoalPrices } from './goals.ts'

/** After so many days with samples a version is as good as any before it. */
const PROVEN_DAYS = 7
/** One new version in two is taken to behave unlike the one before. */
const FIRST_DOUBT = 0.5
/** A new version of a well-known container is known as well as a container of two days. */
const DAYS_TAKEN_OVER = 2
/** How much more falling short is feared while nothing is known: balanced asks for what lies between it and reliability. */
const CAUTION = 4

/** What a container runs, as far as it bears on how much its history can be trusted. */
export interface VersionAge {
  /** Days with samples since its image changed; infinite where it has not, or is proven. */
  readonly days: number
  /** The chance that its usage is unlike what was seen before: 0 when it is proven. */
  readonly doubt: number
}

/**
 * How far the running version has proved itself. After n days without trouble the chance of trouble on the next falls as
 * 1 / (n + 1), as in Laplace's rule of succession.
 */
export function versionAge(record: ContainerRecord): VersionAge {
  const { memory, versionSeconds } = record
  const sinceHours = versionSeconds < 0 ? Number.POSITIVE_INFINITY : memory.hours - record.hourOf(versionSeconds)
  // Twice as long without samples says that it runs seldom, not that it is unproven.
  if (sinceHours >= 2 * PROVEN_DAYS * 24) return { days: Number.POSITIVE_INFINITY, doubt: 0 }
  const days = memory.hoursWithSamples(memory.hours - sinceHours, memory.hours) / 24
  return days >= PROVEN_DAYS ? { days: Number.POSITIVE_INFINITY, doubt: 0 } : { days, doubt: FIRST_DOUBT / (days + 1) }
}

/** Days of history that speak for the running version. */
export function trustedDays(days: number, version: VersionAge): number {
  return Math.min(days, DAYS_TAKEN_OVER + version.days)
}

/** A version that is not proven gets wider margins: falling short is priced higher. */
export function cautiousPrices(prices: GoalPrices, { doubt }: VersionAge): GoalPrices {
  const factor = 1 + CAUTION * doubt
  return { ...prices, use: prices.use * factor, oomDay: prices.oomDay * factor }
}
