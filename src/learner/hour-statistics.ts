import { HOURS_KEPT, type HourlyUsage, MEMORY_MASSES, RANKS } from './closed-hours.ts'
import { NONE } from './days.ts'
import { CPU_BUCKETS, MEMORY_BUCKETS } from './log-buckets.ts'
import { quantileOfCounts } from './quantiles.ts'

const cpuCounts = new Float64Array(CPU_BUCKETS.count)
const memoryCounts = new Float64Array(MEMORY_BUCKETS.count)

/** Number of hours with samples of either resource, from hour `from` up to but not including `until`. */
export function hoursWithSamples(usage: HourlyUsage, from: number, until: number): number {
  let count = 0
  for (let hour = Math.max(0, from); hour < until; hour++) if (hasSamples(usage, hour)) count++
  return count
}

/** Whether none of the kept closed hours has any samples. */
export function isEmpty(usage: HourlyUsage): boolean {
  for (let hour = usage.hours - 1; hour >= oldestHour(usage); hour--) if (hasSamples(usage, hour)) return false
  return true
}

/** The oldest closed hour that is kept. */
export function oldestHour(usage: HourlyUsage): number {
  return Math.max(0, usage.hours - HOURS_KEPT)
}

/**
 * Days of history in the last 14 days. Hours with samples add up to days; short runs on different days, such as those of a CronJob,
 * count as a day each, less one.
 */
export function daysOfHistory(usage: HourlyUsage): number {
  const hours = hoursWithSamples(usage, usage.hours - HOURS_KEPT, usage.hours)
  let days = 0
  for (let end = usage.hours; end > oldestHour(usage); end -= 24) if (hoursWithSamples(usage, end - 24, end) > 0) days++
  return Math.max(hours / 24, days - 1)
}

/**
 * Quantile of the CPU ranks of the `length` hours before `hour`; if these have no samples, of the last earlier hour that has some.
 *
 * @param share which quantile, 0..1
 * @returns a bucket of CPU, or NONE if no kept hour has samples
 */
export function cpuBefore(usage: HourlyUsage, hour: number, length: number, share: number): number {
  let total = countRanks(usage, hour - length, hour)
  for (let last = hour - length - 1; total === 0 && last >= oldestHour(usage); last--)
    total = countRanks(usage, last, last + 1)
  return total === 0 ? NONE : quantileOfCounts(cpuCounts, total, share)
}

/** The memory of 24 hours. */
export interface MemoryDay {
  /** Bucket of the highest usage. */
  readonly peak: number
  /** Bucket of the 95th percentile. */
  readonly p95: number
  /** Number of hours with samples. */
  readonly hours: number
}

/** The memory of the 24 hours before `hour`; undefined where they have no samples. */
export function memoryBefore(usage: HourlyUsage, hour: number): MemoryDay | undefined {
  memoryCounts.fill(0)
  let peak = -1
  let hours = 0
  for (let h = Math.max(0, hour - 24); h < hour; h++) {
    if (usage.memory(h, 0) === NONE) continue
    hours++
    peak = Math.max(peak, usage.memory(h, 2))
    for (let rank = 0; rank < MEMORY_MASSES.length; rank++) memoryCounts[usage.memory(h, rank)]! += MEMORY_MASSES[rank]!
  }
  if (hours === 0) return undefined
  return { peak, p95: quantileOfCounts(memoryCounts, hours, 0.95), hours }
}

/** Fills `cpuCounts` with the CPU ranks of the hours from `from` up to but not including `until`. @returns how many */
function countRanks(usage: HourlyUsage, from: number, until: number): number {
  cpuCounts.fill(0)
  let total = 0
  for (let hour = Math.max(0, from); hour < until; hour++) {
    if (usage.cpu(hour, 0) === NONE) continue
    for (let rank = 0; rank < RANKS; rank++) cpuCounts[usage.cpu(hour, rank)]!++
    total += RANKS
  }
  return total
}

function hasSamples(usage: HourlyUsage, hour: number): boolean {
  return usage.cpu(hour, 0) !== NONE || usage.memory(hour, 0) !== NONE
}
