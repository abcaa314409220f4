import type { Decision } from './decision.ts'
import { type Judged, type JudgedSeries, pairs } from './judged.ts'
import { DAY_SECONDS, HOUR_SECONDS, LEAST_PRICED, ROOM } from './prices.ts'

/** Results of one container's decisions for one resource. Sums are over samples: times the step, they are core-seconds or byte-seconds. */
export interface Fared {
  readonly samples: number
  readonly used: number
  readonly reserved: number
  /** Sum of the reserved amounts, for each sample at least the smallest amount that is worth pricing. */
  readonly priced: number
  /** Sum of the reservation with hindsight. */
  readonly oracle: number
  /** Sum of the usage above the request. */
  readonly short: number
  readonly samplesAbove: number
  readonly days: number
  /** Days with more than 5 % of the samples above the request. */
  readonly shortDays: number
  /** Days with a sample above the request. */
  readonly daysAboveRequest: number
}

export interface MemoryFared extends Fared {
  /** Days with a sample above the limit. */
  readonly oomDays: number
  /** OOM kills, estimated as samples above the limit that are at least an hour apart: a kill and its restart. */
  readonly oomKills: number
  /** Sum over the OOM days of their 95th percentile times their samples; and the same sum over the other days above the request. */
  readonly oomDayBytes: number
  readonly riskDayBytes: number
  /** Sum of the room between request and limit; a limit counts at most as `ROOM.times` the request. */
  readonly room: number
}

/** Results of the decisions for one container. */
export interface Measured {
  readonly judged: Judged
  readonly cpu: Fared
  readonly memory: MemoryFared
  /** Changes that move any value by more than 1 % since the last change that counted, over all days with samples. */
  readonly changes: number
}

/**
 * Measures the results of the decisions for one container.
 *
 * @param decisions decisions in order of time
 * @returns undefined if no decision was in force at the start of judging
 */
export function measure(judged: Judged, decisions: readonly Decision[]): Measured | undefined {
  if (decisions.length === 0 || decisions[0]!.fromSeconds > judged.fromSeconds) return undefined
  return {
    judged,
    cpu: fare(judged.cpu, decisions, (decision) => decision.cpuRequestCores, LEAST_PRICED.cores),
    memory: fareInMemory(judged.memory, decisions),
    changes: changesOf(judged, decisions),
  }
}

type FigureOf = (decision: Decision) => number

/** The value in force at each sample, in the unit of `figureOf`. */
function inForce(seconds: Float64Array, decisions: readonly Decision[], figureOf: FigureOf): Float64Array {
  const values = new Float64Array(seconds.length)
  let next = 0
  for (let i = 0; i < seconds.length; i++) {
    while (next < decisions.length && decisions[next]!.fromSeconds <= seconds[i]!) next++
    values[i] = figureOf(decisions[next - 1]!)
  }
  return values
}

function fare(series: JudgedSeries, decisions: readonly Decision[], requestOf: FigureOf, least: number): Fared {
  const { seconds, values, dayStarts, oracle } = series
  const requests = inForce(seconds, decisions, requestOf)
  const sums = { used: 0, reserved: 0, priced: 0, short: 0, samplesAbove: 0, shortDays: 0, daysAboveRequest: 0 }
  for (const [start, end] of pairs(dayStarts)) {
    let above = 0
    for (let i = start; i < end; i++) {
      const value = values[i]!
      const request = requests[i]!
      sums.used += value
      sums.reserved += request
      sums.priced += Math.max(request, least)
      if (value > request) {
        above++
        sums.short += value - request
      }
    }
    sums.samplesAbove += above
    if (above > 0) sums.daysAboveRequest++
    if (above > 0.05 * (end - start)) sums.shortDays++
  }
  return { ...sums, samples: values.length, oracle, days: dayStarts.length - 1 }
}

function fareInMemory(series: JudgedSeries, decisions: readonly Decision[]): MemoryFared {
  const { seconds, values, dayStarts, p95 } = series
  const requests = inForce(seconds, decisions, (decision) => decision.memoryRequestBytes)
  const limits = inForce(seconds, decisions, (decision) => decision.memoryLimitBytes)
  const sums = { oomDays: 0, oomKills: 0, oomDayBytes: 0, riskDayBytes: 0, room: 0 }
  let killedSeconds = Number.NEGATIVE_INFINITY
  for (const [day, [start, end]] of pairs(dayStarts).entries()) {
    let isAbove = false
    let isKilled = false
    for (let i = start; i < end; i++) {
      sums.room += Math.min(limits[i]!, ROOM.times * requests[i]!) - requests[i]!
      isAbove ||= values[i]! > requests[i]!
      if (values[i]! <= limits[i]!) continue
      isKilled = true
      if (seconds[i]! - killedSeconds >= HOUR_SECONDS) {
        sums.oomKills++
        killedSeconds = seconds[i]!
      }
    }
    if (isKilled) {
      sums.oomDays++
      sums.oomDayBytes += (end - start) * p95[day]!
    } else if (isAbove) sums.riskDayBytes += (end - start) * p95[day]!
  }
  return { ...fare(series, decisions, (decision) => decision.memoryRequestBytes, LEAST_PRICED.bytes), ...sums }
}

function changesOf({ fromSeconds, days }: Judged, decisions: readonly Decision[]): number {
  const withSamples = new Set(days)
  let last: Decision | undefined
  let changes = 0
  for (const [i, decision] of decisions.entries()) {
    // The decision in force at the start is not a change.
    const next = decisions[i + 1]
    if (next && next.fromSeconds <= fromSeconds) continue
    if (last && !isSame(last, decision)) {
      if (withSamples.has(Math.floor((decision.fromSeconds - fromSeconds) / DAY_SECONDS))) changes++
      last = decision
    }
    last ??= decision
  }
  return changes
}

function isSame(a: Decision, b: Decision): boolean {
  const values = [
    [a.cpuRequestCores, b.cpuRequestCores],
    [a.memoryRequestBytes, b.memoryRequestBytes],
    [a.memoryLimitBytes, b.memoryLimitBytes],
  ] as const
  return values.every(([from, to]) => from === to || Math.abs(from - to) <= 0.01 * Math.min(from, to))
}
