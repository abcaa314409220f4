import { DAYS_FOR_SECOND_WORST, type KnownDays } from './known-days.ts'
import { LOG_STEP } from './log-buckets.ts'
import type { MemoryRisk } from './memory-risk.ts'
import { logit } from './online-logistic.ts'

/**
 * The models of confidence at the beginning: their first weights, and how far each may move from it (prior variance). The
 * weights of CPU are those of a logistic regression on the public trace, all goals together, rounded; that of the conformal
 * coverage is far below 1 because no decision needs to announce a share up to 2 / `shortfallPrice`, which most days keep to.
 */
export const CPU_MODEL = {
  weights: [0.3, 2.9, -2, -2, -0.5],
  variances: [0.05, 0.3, 0.1, 0.1, 0.1],
}
export const MEMORY_MODEL = { weights: [1, 0, 0, 0, 0, 0], variances: Array<number>(6).fill(0.05) }

/** Number of features of a CPU request, and of a memory limit. */
export const CPU_FEATURES = CPU_MODEL.weights.length
export const MEMORY_FEATURES = MEMORY_MODEL.weights.length

/** A day that exceeds the stated share by more than this factor says no more than one that exceeds it by this factor. */
const MOST_OF_STATED = 1.5

/**
 * Probability that the next day stays at or below the worst, or the second worst, of n days, if days are exchangeable: the
 * coverage of a conformal predictor (Vovk, Gammerman, Shafer 2005).
 */
export function coverage(days: number): number {
  return (days >= DAYS_FOR_SECOND_WORST ? days - 1 : days) / (days + 1)
}

/**
 * Features that tell whether a CPU request will hold for the next day, which is that no larger share of samples is above it
 * than is stated: how many days are known, how near the newest came to what is stated, and how busy the last hours were.
 *
 * @param lately share of the last six hours above the request
 * @param into `CPU_FEATURES` numbers, which are filled
 */
export function cpuFeatures(known: KnownDays, lately: number, into: Float32Array): void {
  into.set([
    logit(coverage(known.days)),
    1,
    Math.min(known.newest / known.statedShare, MOST_OF_STATED),
    lately,
    known.hasBroken ? 1 : 0,
  ])
}

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

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
