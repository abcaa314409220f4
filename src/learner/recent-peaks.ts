import { HOURS_KEPT } from './closed-hours.ts'
import { weighDays } from './day-weights.ts'
import { DAYS_KEPT, NONE } from './days.ts'
import { type MemoryDay, memoryBefore } from './hour-statistics.ts'
import { leakBytesPerDay } from './leak.ts'
import { MEMORY_BUCKETS } from './log-buckets.ts'
import type { UsageWindow } from './usage-window.ts'

const { edges } = MEMORY_BUCKETS

/** A day with fewer hours with samples is left out, unless it is the newest or all are shorter. */
const MINIMUM_HOURS_OF_A_DAY = 6

/** The memory of one past day. */
interface Day {
  /** How many days ago the day ended: 0 for the last 24 hours. */
  readonly back: number
  /** Bucket of the day's highest usage. */
  readonly peak: number
  /** 95th percentile of the day's usage, in bytes. */
  readonly p95: number
}

/** The memory of one past day, and how much it counts for the next. */
export interface Peak extends Day {
  readonly weight: number
}

/**
 * Memory of the days that end now, 24 hours ago and so on for six weeks, newest first, and how much each counts for the next. The
 * newest day is always used, others only with at least six hours with samples; if all are shorter, as with a CronJob, all are used.
 */
export function recentPeaks(usage: UsageWindow): Peak[] {
  const peaks: (Day & { readonly counts: boolean })[] = []
  const now = usage.hours
  for (let back = 0; back < DAYS_KEPT; back++) {
    const end = now - 24 * back
    if (end < 1) break
    const day = end - 24 >= now - HOURS_KEPT || back === 0 ? memoryBefore(usage, end) : keptDay(usage, end)
    if (!day) continue
    const { hours, peak, p95 } = day
    peaks.push({ back, peak, p95: edges[p95]!, counts: hours >= MINIMUM_HOURS_OF_A_DAY || back === 0 })
  }
  const hasWholeDays = peaks.some(({ counts }, i) => counts && i > 0)
  const perDay = leakBytesPerDay(usage) ?? 0
  const known = hasWholeDays ? peaks.filter(({ counts }) => counts) : peaks
  const days = perDay === 0 ? known : followLeak(known, perDay)
  const weights = weighDays(days)
  return days.map(({ back, peak, p95 }, i) => ({ back, weight: weights[i]!, peak, p95 }))
}

/**
 * If memory leaks, moves past peaks forward along the slope, so that the remaining differences show how far they deviate from it. None
 * is moved beyond a day's growth from the newest peak: the limit follows a leak, but does not give it room for weeks.
 *
 * @param perDay slope of the leak, in bytes per day
 */
function followLeak(peaks: readonly Day[], perDay: number): Day[] {
  const tomorrow = MEMORY_BUCKETS.indexOf(edges[peaks[0]!.peak]! + perDay)
  return peaks.map((day) => {
    const growth = perDay * (day.back + 1)
    const peak = Math.min(MEMORY_BUCKETS.indexOf(edges[day.peak]! + growth), tomorrow)
    return peak > day.peak ? { ...day, peak, p95: Math.min(day.p95 + growth, edges[peak]!) } : day
  })
}

/**
 * The memory of the 24 hours before `end` if its hours are no longer kept. Only whole days since the first sample are kept for that
 * time, so the nearest of them is used.
 */
function keptDay({ days }: UsageWindow, end: number): MemoryDay | undefined {
  const day = Math.round(end / 24) - 1
  if (!days.has(day) || days.peak(day) === NONE) return undefined
  return { peak: days.peak(day), p95: days.p95(day), hours: days.hours(day) }
}
