import type { Cadence } from './cadence.ts'
import { HOURS_KEPT } from './closed-hours.ts'
import { DAYS_KEPT, NONE } from './days.ts'
import { type MemoryDay, memoryBefore } from './hour-statistics.ts'
import { leakBytesPerDay } from './leak.ts'
import { MEMORY_BUCKETS } from './log-buckets.ts'
import type { UsageWindow } from './usage-window.ts'

const { edges } = MEMORY_BUCKETS

/** Weights of past days halve in this time. */
const HALF_LIFE_DAYS = 14
/** Additional weight of the newest day, which halves with each further day back. */
const NEWEST_WEIGHT = { '24h': 3, '1h': 6 } as const
/** Additional weight of the day whose weekday is that of the next day. */
const SAME_WEEKDAY_WEIGHT = 0.5
const WEEKDAY_BACK = 6
/** A day with fewer hours with samples is left out, unless it is the newest or all are shorter. */
const MINIMUM_HOURS_OF_A_DAY = 6

/** The memory of one past day, and how much it counts for the next. */
export interface Peak {
  /** How many days ago the day ended: 0 for the last 24 hours. */
  readonly back: number
  readonly weight: number
  /** Bucket of the day's highest usage. */
  readonly peak: number
  /** 95th percentile of the day's usage, in bytes. */
  readonly p95: number
}

/**
 * Memory of the days that end now, 24 hours ago and so on for six weeks, newest first. The newest counts however short it
 * is, others only from six hours with samples on; where all are shorter, as with a CronJob, all count.
 */
export function recentPeaks(usage: UsageWindow, cadence: Cadence): Peak[] {
  const peaks: (Peak & { readonly counts: boolean })[] = []
  const now = usage.hours
  for (let back = 0; back < DAYS_KEPT; back++) {
    const end = now - 24 * back
    if (end < 1) break
    const recency = 2 ** (-back / HALF_LIFE_DAYS) + NEWEST_WEIGHT[cadence] * 2 ** -back
    const weight = recency + (back === WEEKDAY_BACK ? SAME_WEEKDAY_WEIGHT : 0)
    const day = end - 24 >= now - HOURS_KEPT || back === 0 ? memoryBefore(usage, end) : keptDay(usage, end)
    if (!day) continue
    const { hours, peak, p95 } = day
    peaks.push({ back, weight, peak, p95: edges[p95]!, counts: hours >= MINIMUM_HOURS_OF_A_DAY || back === 0 })
  }
  const hasWholeDays = peaks.some(({ counts }, i) => counts && i > 0)
  const perDay = leakBytesPerDay(usage) ?? 0
  const known = hasWholeDays ? peaks.filter(({ counts }) => counts) : peaks
  return perDay === 0 ? known : followLeak(known, perDay)
}

/**
 * Where memory leaks, moves past peaks forward along the slope, so that what is left of their differences is how far they
 * stray from it. None is moved beyond a day's growth from the newest peak: the limit follows a leak, but does not give it
 * room for weeks.
 *
 * @param perDay slope of the leak, in bytes per day
 */
function followLeak<T extends Peak>(peaks: readonly T[], perDay: number): T[] {
  const tomorrow = MEMORY_BUCKETS.indexOf(edges[peaks[0]!.peak]! + perDay)
  return peaks.map((day) => {
    const growth = perDay * (day.back + 1)
    const peak = Math.min(MEMORY_BUCKETS.indexOf(edges[day.peak]! + growth), tomorrow)
    return peak > day.peak ? { ...day, peak, p95: Math.min(day.p95 + growth, edges[peak]!) } : day
  })
}

/**
 * The memory of the 24 hours before `end` where its hours are no longer kept. Only whole days since the first sample are
 * kept of that time, so the nearest of them is taken.
 */
function keptDay({ days }: UsageWindow, end: number): MemoryDay | undefined {
  const day = Math.round(end / 24) - 1
  if (!days.has(day) || days.peak(day) === NONE) return undefined
  return { peak: days.peak(day), p95: days.p95(day), hours: days.hours(day) }
}
