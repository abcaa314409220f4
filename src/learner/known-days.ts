import { HOURS_KEPT, type HourlyUsage, RANKS } from './closed-hours.ts'
import { DAYS_KEPT, type Days, NONE, SKETCH_QUANTILES } from './days.ts'
import { RECENT_SAMPLES } from './recent-samples.ts'

/** Minimum number of hours with CPU samples in a known day, unless all days are shorter. */
const MINIMUM_HOURS_OF_A_DAY = 12
const DAY_HOURS = 24
/** Number of known days from which the worst one may be an exception, so that the second worst counts. */
export const DAYS_FOR_SECOND_WORST = 21
/** A share of samples above the request up to this multiple of the share that costs least need not be stated. */
export const UNSTATED = 2
/** Number of days after a day that exceeded all earlier ones for which the next day is less certain. */
const DAYS_AFTER_BREAK = 3

/** Usage hour by hour, with the samples of the last hours and sketches of the days before them. */
export interface DailyUsage extends HourlyUsage {
  readonly days: Days
  /** Number of hours for which `recent` has samples. */
  readonly recentHours: number
  /** Bucket of a CPU sample; NONE where the hour has fewer. @param age 1 for the newest hour with CPU samples */
  recent(age: number, sample: number): number
}

/** Results of the known days for a CPU request. Shares are 0..1. */
export interface KnownDays {
  /** Number of days that are known, at most 42. */
  readonly days: number
  /** Number of them on which more samples were above the request than costs least. */
  readonly shortDays: number
  /**
   * Share of samples above the request that a day may reach: that of the worst known day, or of the second worst of 21 or
   * more, and at least twice the share that costs least. A request holds for a day that stays at or below it.
   */
  readonly statedShare: number
  /** Share of the newest known day's samples above the request. */
  readonly newest: number
  /** Whether one of the three newest known days went beyond what could have been stated before it. */
  readonly hasBroken: boolean
}

const shares = new Float64Array(DAYS_KEPT)

/**
 * Results of the known days for a request: the 24 hours before now, the 24 hours before these and so on. The newest is exact for up to
 * 12 samples an hour, those of the last 14 days are estimated from the ranks of their hours, and earlier ones from the sketch of the
 * nearest whole day.
 *
 * @param request bucket of the CPU request
 * @param shortfallPrice price of a core above the request; 1 / `shortfallPrice` is the share that costs least
 */
export function knownDays(usage: DailyUsage, request: number, shortfallPrice: number): KnownDays {
  const known = knownDaysFrom(usage, request, shortfallPrice, MINIMUM_HOURS_OF_A_DAY)
  if (known.days > 0) return known
  // A CronJob never runs for half a day: it has short days. A single short day may be the beginning of a whole one.
  const short = knownDaysFrom(usage, request, shortfallPrice, 1)
  return short.days > 1 ? short : known
}

function knownDaysFrom(usage: DailyUsage, request: number, shortfallPrice: number, minimumHours: number): KnownDays {
  const unstated = UNSTATED / shortfallPrice
  let days = 0
  let shortDays = 0
  let older = unstated
  let lately = 0
  for (let back = 0; back < DAYS_KEPT; back++) {
    const end = usage.hours - DAY_HOURS * back
    if (end < 1) break
    const share = back === 0 ? newestShare(usage, request, minimumHours) : shareOfDay(usage, end, request, minimumHours)
    if (share === undefined) continue
    if (share > 1 / shortfallPrice) shortDays++
    if (days < DAYS_AFTER_BREAK) lately = Math.max(lately, share)
    else older = Math.max(older, share)
    shares[days++] = share
  }
  const newest = days > 0 ? shares[0]! : 0
  const sorted = shares.subarray(0, days).sort()
  const worst = sorted[days - (days >= DAYS_FOR_SECOND_WORST ? 2 : 1)] ?? 0
  const hasBroken = days > DAYS_AFTER_BREAK && lately > older
  return { days, shortDays, statedShare: Math.max(unstated, worst), newest, hasBroken }
}

/** Bucket of the highest CPU of the known days; −1 where none is known. */
export function highestKnown(usage: DailyUsage): number {
  let highest = -1
  const oldest = Math.max(0, usage.hours - HOURS_KEPT)
  for (let hour = oldest; hour < usage.hours; hour++) {
    const bucket = usage.cpu(hour, RANKS - 1)
    if (bucket !== NONE && bucket > highest) highest = bucket
  }
  const last = SKETCH_QUANTILES.length - 1
  for (let day = Math.floor(oldest / DAY_HOURS) - 1; usage.days.has(day); day--) {
    const bucket = usage.days.sketch(day, last)
    if (bucket !== NONE && bucket > highest) highest = bucket
  }
  return highest
}

/** Share above a request in the last 24 hours, sample by sample; undefined where too few hours have any. */
function newestShare(usage: DailyUsage, request: number, minimumHours: number): number | undefined {
  let hours = 0
  for (let hour = Math.max(0, usage.hours - DAY_HOURS); hour < usage.hours; hour++)
    if (usage.cpu(hour, 0) !== NONE) hours++
  if (hours < minimumHours) return undefined
  let samples = 0
  let above = 0
  for (let age = 1; age <= Math.min(hours, usage.recentHours); age++) {
    for (let sample = 0; sample < RECENT_SAMPLES; sample++) {
      const bucket = usage.recent(age, sample)
      if (bucket === NONE) break
      samples++
      if (bucket > request) above++
    }
  }
  return above / Math.max(samples, 1)
}

/** Share above a request in the 24 hours before `end`; undefined where too few of them have samples. */
function shareOfDay(usage: DailyUsage, end: number, request: number, minimumHours: number): number | undefined {
  if (end - DAY_HOURS < usage.hours - HOURS_KEPT)
    return sketchedShare(usage.days, Math.round(end / DAY_HOURS) - 1, request, minimumHours)
  let hours = 0
  let above = 0
  for (let hour = Math.max(0, end - DAY_HOURS); hour < end; hour++) {
    if (usage.cpu(hour, 0) === NONE) continue
    hours++
    let ranks = 0
    while (ranks < RANKS && usage.cpu(hour, RANKS - 1 - ranks) > request) ranks++
    // The lowest rank above the request represents a fifth of the hour, of which between one sample and all may be above it.
    above += ranks === 0 || ranks === RANKS ? ranks : ranks - 0.5
  }
  return hours < minimumHours ? undefined : above / (hours * RANKS)
}

/** Share above a request on a day that is kept only as a sketch. */
function sketchedShare(days: Days, day: number, request: number, minimumHours: number): number | undefined {
  if (!days.has(day) || days.hours(day) < minimumHours || days.sketch(day, 0) === NONE) return undefined
  return shareAboveSketch((quantile) => days.sketch(day, quantile), request)
}

/**
 * Share of usage above a request, of which only a sketch is known: linear between its quantiles.
 *
 * @param sketch bucket at one of `SKETCH_QUANTILES`, given by its index
 */
export function shareAboveSketch(sketch: (quantile: number) => number, request: number): number {
  const last = SKETCH_QUANTILES.length - 1
  if (request >= sketch(last)) return 0
  if (request < sketch(0)) return 1
  let below = 0
  while (sketch(below + 1) <= request) below++
  const [from, to] = [sketch(below), sketch(below + 1)]
  const [low, high] = [SKETCH_QUANTILES[below]!, SKETCH_QUANTILES[below + 1]!]
  return 1 - (low + ((high - low) * (request - from + 0.5)) / (to - from))
}
