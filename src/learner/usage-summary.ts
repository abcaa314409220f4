import { daysOfHistory } from './hour-statistics.ts'
import { leakBytesPerDay } from './leak.ts'
import { cpuPercentiles, memoryPercentiles, type Percentiles, type WeeklyUsage } from './percentiles.ts'
import { type Season, seasonOf } from './season.ts'

/**
 * Summary of the closed hours. It is needed every minute and costs a pass over 14 days, so a usage window keeps it until an hour closes
 * or a late sample arrives: about 250 bytes for a container.
 */
export interface UsageSummary {
  /** Indices of `CPU_BUCKETS`; undefined if the 14 days have no CPU samples. */
  readonly cpu: Percentiles | undefined
  /** Indices of `MEMORY_BUCKETS`; undefined if the 14 days have no memory samples. */
  readonly memory: Percentiles | undefined
  /** Days of history, as `daysOfHistory` counts them. */
  readonly days: number
  readonly season: Season | undefined
  /** Slope of a memory leak, in bytes per day; undefined where memory does not grow steadily. */
  readonly leakBytesPerDay: number | undefined
}

export function summarizeUsage(usage: WeeklyUsage): UsageSummary {
  return {
    cpu: cpuPercentiles(usage),
    memory: memoryPercentiles(usage),
    days: daysOfHistory(usage),
    season: seasonOf(usage),
    leakBytesPerDay: leakBytesPerDay(usage),
  }
}
