/** What reserving costs, in dollars an hour. */
export interface Prices {
  readonly perCoreHour: number
  readonly perGibibyteHour: number
}

/**
 * Of the order of what public clouds list for on-demand machines (2025: 0.02 to 0.05 a core and hour, 0.003 to 0.006 a GiB and hour). For
 * a first idea only: nobody pays exactly this.
 */
export const DEFAULT_PRICES: Prices = { perCoreHour: 0.03, perGibibyteHour: 0.004 }

/** 365 days / 12. */
export const HOURS_PER_MONTH = 730

const GIBIBYTE = 2 ** 30

/** @returns dollars */
export function costPerMonth(cores: number, bytes: number, { perCoreHour, perGibibyteHour }: Prices): number {
  return (cores * perCoreHour + (bytes / GIBIBYTE) * perGibibyteHour) * HOURS_PER_MONTH
}
