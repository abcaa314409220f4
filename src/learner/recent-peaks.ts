import { DAYS_KEPT, NONE } from './days.ts'
import { leakBytesPerDay } from './leak.ts'
import { MEMORY_BUCKETS } from './log-buckets.ts'
import { HOURS_KEPT, type UsageMemory } from './usage-memory.ts'

const { edges } = MEMORY_BUCKETS

/** How past days weigh: half as much a fortnight back, the newest much more, that of the same weekday more. */
const HALF_LIFE_DAYS = 14
const NEWEST_WEIGHT = { '24h': 3, '1h': 6 } as const
const SAME_WEEKDAY_WEIGHT = 0.5
const WEEKDAY_BACK = 6
const LEAST_HOURS_OF_A_DAY = 6

/** The memory of one day. */
export interface Peak {
  /** Days ago. */
  readonly back: number
  readonly weight: number
  /** Bucket. */
  readonly peak: number
  /** Bytes. */
  readonly p95: number
}

/**
 * Peaks of the days that end now, 24 hours ago and so on; newest first. The newest counts however short it is, others
 * only from six hours with samples on; but where all are shorter, as with a CronJob, all count.
 */
export function recentPeaks(memory: UsageMemory, cadence: '24h' | '1h'): Peak[] {
  const peaks: (Peak & { readonly counts: boolean })[] = []
  const now = memory.hours
  for (let back = 0; back < DAYS_KEPT; back++) {
    const end = now - 24 * back
    if (end < 1) break
    const recency = 2 ** (-back / HALF_LIFE_DAYS) + NEWEST_WEIGHT[cadence] * 2 ** -back
    const weight = recency + (back === WEEKDAY_BACK ? SAME_WEEKDAY_WEIGHT : 0)
    const window = end - 24 >= now - HOURS_KEPT || back === 0 ? memory.memoryWindow(end) : keptDay(memory, end)
    if (!window) continue
    const { hours, peak, p95 } = window
    peaks.push({ back, weight, peak, p95: edges[p95]!, counts: hours >= LEAST_HOURS_OF_A_DAY || back === 0 })
  }
  const hasWholeDays = peaks.some(({ counts }, i) => counts && i > 0)
  const perDay = leakBytesPerDay(memory) ?? 0
  const known = hasWholeDays ? peaks.filter(({ counts }) => counts) : peaks
  return perDay === 0 ? known : followLeak(known, perDay)
}

/**
 * Where memory leaks, past peaks are brought forward along its slope, so that what is left of their differences is how
 * far they stray from it; but never beyond a day's growth from the newest peak: a leak is followed, not indulged.
 */
function followLeak<T extends Peak>(peaks: readonly T[], perDay: number): T[] {
  const tomorrow = MEMORY_BUCKETS.indexOf(edges[peaks[0]!.peak]! + perDay)
  return peaks.map((day) => {
    const growth = perDay * (day.back + 1)
    const peak = Math.min(MEMORY_BUCKETS.indexOf(edges[day.peak]! + growth), tomorrow)
    return peak > day.peak ? { ...day, peak, p95: Math.min(day.p95 + growth, edges[peak]!) } : day
  })
}

/** Of days that are beyond the hours only those are kept that end on whole days: the nearest stands in. */
function keptDay(memory: UsageMemory, end: number): { peak: number; p95: number; hours: number } | undefined {
  const day = Math.round(end / 24) - 1
  if (!memory.days.has(day) || memory.days.peak(day) === NONE) return undefined
  return { peak: memory.days.peak(day), p95: memory.days.p95(day), hours: memory.days.hours(day) }
}
