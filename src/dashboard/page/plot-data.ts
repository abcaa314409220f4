import type { ContainerPlot, Detail, UsageAnswer } from '../wire.ts'

type Line = (number | null)[]

/** A moment that a plot marks with a line over its whole height. */
export interface Mark {
  readonly seconds: number
  readonly text: string
  readonly isKill: boolean
  /** A few characters beside the line; none if absent. */
  readonly short?: string
}

/** Data of a plot. Each line has one value for each of `seconds`; null where nothing is known. */
export interface PlotData {
  readonly seconds: readonly number[]
  readonly low: Line
  readonly mean: Line
  readonly high: Line
  readonly savings: Line
  readonly advised: Line
  readonly reliability: Line
  /** What the Pods that run now carried: the highest and the lowest of them. */
  readonly request: Line
  readonly lowestRequest: Line
  readonly limit: Line
  readonly lowestLimit: Line
  readonly marks: readonly Mark[]
}

/**
 * Puts everything on the same times: usage in spans, advice at a few times, and values that Pods have carried since some time.
 */
export function plotData(
  { seconds, adviceSeconds, toSeconds }: UsageAnswer,
  { name, cpuCores, memoryBytes, advice }: ContainerPlot,
  resource: 'cpu' | 'memory',
  { carried, insight, changelog, oomKills }: Pick<Detail, 'carried' | 'insight' | 'changelog' | 'oomKills'>,
): PlotData {
  const usage = resource === 'cpu' ? cpuCores : memoryBytes
  const { request } = resource === 'cpu' ? advice.cpuCores : advice.memoryBytes
  const advised = (values: readonly (number | null)[]) => seconds.map((at) => lastBefore(adviceSeconds, values, at))
  const own = carried.find((one) => one.container === name && one.resource === resource)?.values ?? []
  /** Values of the Pods that had begun before the span ended. */
  const had = (field: 'request' | 'limit', choose: (...values: number[]) => number) =>
    seconds.map((_, i) => {
      const end = seconds[i + 1] ?? toSeconds
      const values = own.flatMap((value) => (value.sinceSeconds <= end ? (value[field] ?? []) : []))
      return values.length > 0 ? choose(...values) : null
    })
  const from = seconds[0] ?? 0
  const changes = changelog
    .filter(({ changes = [] }) => changes.some((change) => change.container === name && change.resource === resource))
    .map(({ time, reason, by }) => ({
      seconds: Date.parse(time) / 1000,
      text: `${reason} by ${by}, for new Pods`,
      isKill: false,
    }))
  const slos = changelog
    .filter(({ reason }) => reason === 'SloBurning' || reason === 'SloMissing')
    .map(({ time, message = '' }) => ({ seconds: Date.parse(time) / 1000, text: message, isKill: false }))
  const kills = resource === 'memory' ? oomKills.filter(({ container }) => container === name) : []
  const killed = kills.map(({ time }) => ({ seconds: Date.parse(time) / 1000, text: 'OOM-killed', isKill: true }))
  return {
    seconds,
    low: [...usage.low],
    mean: [...usage.mean],
    high: [...usage.high],
    savings: advised(request.savings),
    advised: advised(request[insight.goal]),
    reliability: advised(request.reliability),
    request: had('request', Math.max),
    lowestRequest: had('request', Math.min),
    limit: had('limit', Math.max),
    lowestLimit: had('limit', Math.min),
    marks: [...changes, ...slos, ...killed].filter(({ seconds: at }) => at >= from && at <= toSeconds),
  }
}

/** The last value at or before a time; null if there is none. */
function lastBefore(times: readonly number[], values: readonly (number | null)[], at: number): number | null {
  let found: number | null = null
  for (const [i, time] of times.entries()) {
    if (time > at) break
    found = values[i] ?? null
  }
  return found
}

/**
 * Top of the scale. A limit far above all other lines would make them flat, so it is not drawn then (`hidesLimit`), but
 * only named in the legend.
 */
export function ceilingOf({ high, request, reliability, limit }: PlotData): {
  readonly top: number
  readonly hidesLimit: boolean
} {
  const most = (line: Line) => line.reduce<number>((highest, value) => Math.max(highest, value ?? 0), 0)
  const inner = Math.max(most(high), most(request), most(reliability)) || 1e-3
  const limited = most(limit)
  const hidesLimit = limited > 2.5 * inner
  return { top: 1.08 * (hidesLimit ? inner : Math.max(inner, limited)), hidesLimit }
}
