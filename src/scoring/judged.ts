import type { WorkloadContainer } from '../workloads/index.ts'
import { type ContainerUsage, firstFrom, type Series } from './container-usage.ts'
import { DAY_SECONDS, LEAST_PRICED, WARM_UP_SECONDS } from './prices.ts'

/** Readings of one resource of one container, in the time in which decisions are judged. */
export interface JudgedSeries extends Series {
  /** Index of the first sample of each day with samples, followed by the number of samples. */
  readonly dayStarts: readonly number[]
  /** 95th percentile of each of these days, in cores or bytes. */
  readonly p95: readonly number[]
  /**
   * Reservation with hindsight: the peak of each period between decisions, summed over the samples; at least the smallest amount that
   * is worth pricing.
   */
  readonly oracle: number
}

/** A container's usage from a week after its first sample; before that, every learner still collects data. */
export interface Judged {
  readonly usage: ContainerUsage
  readonly container: WorkloadContainer
  readonly fromSeconds: number
  readonly cpu: JudgedSeries
  readonly memory: JudgedSeries
  /** Days with samples, as numbers counted from `fromSeconds`, ascending. */
  readonly days: readonly number[]
}

/**
 * Prepares a container's usage for judging decisions.
 *
 * @param cadenceSeconds how often decisions may change, in seconds
 * @param stepSeconds seconds between two samples of a Pod
 * @returns undefined if less than a day of samples is left to judge
 */
export function judge(usage: ContainerUsage, cadenceSeconds: number, stepSeconds: number): Judged | undefined {
  const fromSeconds = usage.firstSeconds + WARM_UP_SECONDS
  const cpu = judgeSeries(usage.cpu, fromSeconds, cadenceSeconds, LEAST_PRICED.cores)
  const memory = judgeSeries(usage.memory, fromSeconds, cadenceSeconds, LEAST_PRICED.bytes)
  const least = DAY_SECONDS / stepSeconds
  if (cpu.values.length < least || memory.values.length < least) return undefined
  const days = new Set([cpu, memory].flatMap((series) => daysOf(series, fromSeconds)))
  return { usage, container: usage.container, fromSeconds, cpu, memory, days: [...days].sort((a, b) => a - b) }
}

function judgeSeries(whole: Series, fromSeconds: number, cadenceSeconds: number, least: number): JudgedSeries {
  const from = firstFrom(whole.seconds, fromSeconds)
  const seconds = whole.seconds.subarray(from)
  const values = whole.values.subarray(from)
  const dayStarts = startsOf(seconds, fromSeconds, DAY_SECONDS)
  const p95 = pairs(dayStarts).map(([start, end]) => percentile(values.slice(start, end), 0.95))
  let oracle = 0
  for (const [start, end] of pairs(startsOf(seconds, fromSeconds, cadenceSeconds))) {
    let peak = least
    for (let i = start; i < end; i++) peak = Math.max(peak, values[i]!)
    oracle += peak * (end - start)
  }
  return { seconds, values, dayStarts, p95, oracle }
}

/** Index at which each period of `lengthSeconds` with samples begins, followed by the number of samples. */
function startsOf(seconds: Float64Array, fromSeconds: number, lengthSeconds: number): number[] {
  const starts: number[] = []
  let last = Number.NaN
  for (let i = 0; i < seconds.length; i++) {
    const stretch = Math.floor((seconds[i]! - fromSeconds) / lengthSeconds)
    if (stretch !== last) starts.push(i)
    last = stretch
  }
  starts.push(seconds.length)
  return starts
}

/** Turns the starts of periods into pairs of indices `[start, end)`. */
export function pairs(starts: readonly number[]): (readonly [start: number, end: number])[] {
  return starts.slice(0, -1).map((start, i) => [start, starts[i + 1]!])
}

function daysOf({ seconds, dayStarts }: JudgedSeries, fromSeconds: number): number[] {
  return dayStarts.slice(0, -1).map((start) => Math.floor((seconds[start]! - fromSeconds) / DAY_SECONDS))
}

/**
 * Percentile by linear interpolation between the two nearest values.
 *
 * @param values at least one value; sorted in place
 */
function percentile(values: Float64Array, share: number): number {
  values.sort()
  const place = share * (values.length - 1)
  const low = values[Math.floor(place)]!
  return low + (values[Math.ceil(place)]! - low) * (place % 1)
}
