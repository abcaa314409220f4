import { type HourlyUsage, MEMORY_MASSES, RANKS } from './closed-hours.ts'
import { NONE } from './days.ts'
import { oldestHour } from './hour-statistics.ts'
import { MEMORY_BUCKETS } from './log-buckets.ts'

/** Usage with a histogram of CPU over the buckets of `CPU_BUCKETS`, in which the mass of an hour halves in a week. */
export interface WeeklyUsage extends HourlyUsage {
  readonly week: Float32Array
}

/** Buckets of percentiles and of the peak of usage. The upper edge of a bucket is up to 5 % above the usage in it. */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly peak: number
}

/**
 * CPU percentiles of all samples, where an hour's weight halves in a week, and the peak of the last 14 days.
 *
 * @returns indices of `CPU_BUCKETS`; undefined if the 14 days have no CPU samples
 */
export function cpuPercentiles(usage: WeeklyUsage): Percentiles | undefined {
  const peak = peakOf(usage, (hour) => usage.cpu(hour, RANKS - 1))
  return peak < 0 ? undefined : percentiles(usage.week, peak)
}

/**
 * Memory percentiles and peak of the last 14 days.
 *
 * @returns indices of `MEMORY_BUCKETS`; undefined if the 14 days have no memory samples
 */
export function memoryPercentiles(usage: HourlyUsage): Percentiles | undefined {
  const peak = peakOf(usage, (hour) => usage.memory(hour, MEMORY_MASSES.length - 1))
  if (peak < 0) return undefined
  counts.fill(0)
  for (let hour = oldestHour(usage); hour < usage.hours; hour++) {
    if (usage.memory(hour, 0) === NONE) continue
    for (let rank = 0; rank < MEMORY_MASSES.length; rank++) counts[usage.memory(hour, rank)]! += MEMORY_MASSES[rank]!
  }
  return percentiles(counts, peak)
}

const counts = new Float64Array(MEMORY_BUCKETS.count)

/** The highest bucket of the last 14 days; −1 if there is none. */
function peakOf(usage: HourlyUsage, bucketOf: (hour: number) => number): number {
  let peak = -1
  for (let hour = oldestHour(usage); hour < usage.hours; hour++) {
    const bucket = bucketOf(hour)
    if (bucket !== NONE) peak = Math.max(peak, bucket)
  }
  return peak
}

function percentiles(masses: Float32Array | Float64Array, peak: number): Percentiles {
  let total = 0
  for (let bucket = 0; bucket <= peak; bucket++) total += masses[bucket]!
  const quantile = (share: number) => {
    let cumulated = 0
    let bucket = 0
    for (; bucket < peak; bucket++) {
      cumulated += masses[bucket]!
      if (cumulated >= (share - 1e-6) * total) break
    }
    return bucket
  }
  return { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), peak }
}
