import type { CpuHistograms } from './cpu-histograms.ts'
import { NONE } from './days.ts'
import { cpuHeldDays, DAYS_LOOKED_AT, shareAbove } from './held-days.ts'
import { cpuBefore } from './hour-statistics.ts'
import { LOG_STEP } from './log-buckets.ts'
import type { MemoryRisk } from './memory-risk.ts'
import { logit } from './online-logistic.ts'
import type { UsageWindow } from './usage-window.ts'

/** Number of features of a CPU request, and of a memory limit. */
export const CPU_FEATURES = 15
export const MEMORY_FEATURES = 6

/** Indices of the CPU features whose weight depends on how often the request would have held. */
const DEPENDING = [2, 4, 7, 8, 9, 10, 11, 13]
/** Prior variances of the weights, one for each term of the models: how far they may move from their first values. */
export const CPU_VARIANCES = [...Array<number>(CPU_FEATURES).fill(0.3), ...DEPENDING.map(() => 0.05)]
export const MEMORY_VARIANCES = Array<number>(MEMORY_FEATURES).fill(0.05)

/**
 * Features that tell whether a CPU request will hold for the next day, which is that at most 1 / `shortfallPrice` of the
 * samples are above it: how often it would have held in the last fortnight, above all lately, and how near usage is to it.
 *
 * @param request bucket of the CPU request
 * @param shortfallPrice price of a core above the request
 * @param days of history
 * @param into `CPU_FEATURES` numbers, which are filled
 */
export function cpuFeatures(
  usage: UsageWindow,
  histograms: CpuHistograms,
  request: number,
  shortfallPrice: number,
  days: number,
  into: Float32Array,
): void {
  const now = usage.hours
  const held = cpuHeldDays(usage, request, shortfallPrice)
  const ofPast = logit((held.slow.held + 0.7) / (held.slow.days + 1))
  const ofLately = held.quick.days > 0 ? logit((held.quick.held + 0.5) / (held.quick.days + 0.8)) : 0
  const ofAll = logit((held.all.held + 0.7) / (held.all.days + 1))
  const sixHours = cpuBefore(usage, now, 6, 0.95)
  const day = cpuBefore(usage, now, 24, 0.95)
  const distance = (bucket: number, low: number, high: number) =>
    bucket === NONE ? 0 : clamp((bucket - request) * LOG_STEP, low, high)
  into.set([
    held.slow.days > 0 ? ofPast : 0,
    1,
    (held.newest ? 1 : 0) - 0.5,
    shareAbove(usage, now - 6, now, request),
    distance(sixHours, -3, 3),
    youth(days),
    ofLately,
    distance(day, -2, 2),
    clamp((busiestDay(usage) - request) * LOG_STEP, -1, 3),
    Math.min((request - medianOfDay(histograms)) * LOG_STEP, 3),
    Math.min(held.newestAbove * shortfallPrice, 4),
    Math.min(weekAbove(histograms, request) * shortfallPrice, 4),
    ofAll,
    distance(cpuBefore(usage, now, 1, 0.6), -3, 2),
    Math.max((ofPast + ofLately + ofAll) / 3 - 1.2, 0),
  ])
}

/**
 * The terms of the CPU model: the features, and products of some of them with how often the request would have held. While
 * a decision is watched, only the features are kept.
 *
 * @returns valid until the next call
 */
export function cpuTerms(features: Float32Array): Float64Array {
  terms.set(features)
  const held = (features[0]! + features[6]! + features[12]!) / 3
  for (const [i, feature] of DEPENDING.entries()) terms[CPU_FEATURES + i] = held * features[feature]!
  return terms
}

const terms = new Float64Array(CPU_VARIANCES.length)

/**
 * Features that tell whether the next day's memory will stay at or below a limit.
 *
 * @param limit bucket of the memory limit
 * @param days of history
 * @param into `MEMORY_FEATURES` numbers, which are filled
 */
export function memoryFeatures(
  { chance, newestPeak, highestPeak }: MemoryRisk,
  limit: number,
  days: number,
  into: Float32Array,
): void {
  into.set([
    logit(1 - chance[limit]!),
    1,
    newestPeak > limit ? 1 : 0,
    clamp((highestPeak - limit) * LOG_STEP, -2, 1),
    clamp((newestPeak - limit) * LOG_STEP, -2, 1),
    youth(days),
  ])
}

/** How young a container is: 1 after a week, at most 3, and falling as it gets older. */
function youth(days: number): number {
  return Math.min(7 / Math.max(days, 1 / 24), 3)
}

/** The highest 95th percentile of any of the last 14 days; a bucket of CPU. */
function busiestDay(usage: UsageWindow): number {
  let highest = 0
  for (let back = 0; back < DAYS_LOOKED_AT && usage.hours - 24 * back >= 1; back++) {
    const bucket = cpuBefore(usage, usage.hours - 24 * back, 24, 0.95)
    if (bucket !== NONE) highest = Math.max(highest, bucket)
  }
  return highest
}

/** Share of the last week's CPU above a request (bucket). */
function weekAbove({ week, highest }: CpuHistograms, request: number): number {
  let above = 0
  for (let i = request + 1; i <= highest; i++) above += week[i]!
  return above
}

/** The bucket below the median of the last day's CPU, or 0. */
function medianOfDay({ day, highest }: CpuHistograms): number {
  let cumulated = 0
  let median = 0
  for (let i = 0; i <= highest; i++) {
    cumulated += day[i]!
    if (cumulated >= 0.5) break
    median = i
  }
  return median
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
