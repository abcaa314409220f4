import type { ResourceEvidence } from '../api/index.ts'
import type { UsageColumns } from '../history/index.ts'
import { numberOf, parseQuantity, type ResourceName, toNumber } from '../resources/index.ts'
import type { Change, Uses } from './model.ts'

const WEEK_SECONDS = 7 * 86_400
/** A window of two weeks is read in whole steps, and the first of them may be missing. */
const NEARLY = 0.98

/** Samples of one resource of a container: the values sorted, and sums over the last weeks. */
export interface Samples {
  readonly sorted: Float64Array
  readonly mean: number
  /** Sums over the last seven days, and over the seven before; undefined if the window is shorter than two weeks. */
  readonly weeks: { readonly now: number; readonly before: number } | undefined
}

/**
 * @param fleet when the usage of the whole fleet begins and ends: a container that appeared in the last week was not there before
 * @returns undefined if there are no samples of this resource
 */
export function samplesOf(
  usage: UsageColumns,
  resource: ResourceName,
  fleet: { readonly fromSeconds: number; readonly toSeconds: number },
): Samples | undefined {
  const values = new Float64Array(usage.length)
  const middle = fleet.toSeconds - WEEK_SECONDS
  const start = middle - WEEK_SECONDS
  let count = 0
  let sum = 0
  let [now, before] = [0, 0]
  for (let i = 0; i < usage.length; i++) {
    const { timestampSeconds, cpuCores, memoryBytes } = usage.sampleAt(i)
    const value = resource === 'cpu' ? cpuCores : memoryBytes
    if (Number.isNaN(value)) continue
    values[count++] = value
    sum += value
    if (timestampSeconds > middle) now += value
    else if (timestampSeconds > start) before += value
  }
  if (count === 0) return undefined
  const isFortnight = fleet.toSeconds - fleet.fromSeconds >= 2 * WEEK_SECONDS * NEARLY
  const weeks = isFortnight ? { now, before } : undefined
  return { sorted: values.subarray(0, count).sort(), mean: sum / count, weeks }
}

export function usesOf({ sorted, mean }: Samples): Uses {
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!
  return { mean, p50: at(0.5), p95: at(0.95), p99: at(0.99), peak: sorted.at(-1)! }
}

/** Computes usage figures from what the learner kept of samples that are not available here. */
export function usesOfEvidence(evidence: ResourceEvidence | undefined): Uses | undefined {
  if (!evidence) return undefined
  const [p50, p95, p99, peak] = [evidence.p50, evidence.p95, evidence.p99, evidence.peak].map((text) => {
    const nanos = parseQuantity(text)
    return nanos === undefined ? undefined : toNumber(nanos)
  })
  if (p50 === undefined || p95 === undefined || p99 === undefined || peak === undefined) return undefined
  return { p50, p95, p99, peak }
}

/** Usage figures for a single value, which are all equal. */
export function usesOfMoment(value: number | undefined): Uses | undefined {
  return value === undefined ? undefined : { mean: value, p50: value, p95: value, p99: value, peak: value }
}

/** Share of the samples (0..1) above a value. */
export function shareAbove({ sorted }: Samples, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! <= value) low = middle + 1
    else high = middle
  }
  return (sorted.length - low) / sorted.length
}

/**
 * Least share of the usage (0..1) above a value, by the percentiles that the learner kept of samples that are not available here; 0 if
 * they do not tell.
 */
export function leastShareAbove(evidence: ResourceEvidence | undefined, value: number): number {
  const percentiles = [
    [evidence?.p50, 0.5],
    [evidence?.p95, 0.05],
    [evidence?.p99, 0.01],
  ] as const
  return percentiles.find(([text]) => (numberOf(text) ?? 0) > value)?.[1] ?? 0
}

/** Mean usage of all Pods together in each of the two weeks; undefined if the window is shorter than two weeks. */
export function weeklyChange({ weeks }: Samples, stepSeconds: number): Change | undefined {
  if (!weeks) return undefined
  const mean = (sum: number) => (sum * stepSeconds) / WEEK_SECONDS
  return { now: mean(weeks.now), before: mean(weeks.before) }
}
