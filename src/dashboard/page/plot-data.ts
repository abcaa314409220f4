import type { ContainerPlot, Detail, UsageAnswer } from '../wire.ts'

type Line = (number | null)[]

/** Everything on one row of times, as it is drawn. */
export interface PlotData {
  readonly seconds: readonly number[]
  readonly low: Line
  readonly mean: Line
  readonly high: Line
  readonly savings: Line
  readonly advised: Line
  readonly reliability: Line
  readonly request: Line
  readonly limit: Line
  readonly marks: readonly { readonly seconds: number; readonly text: string; readonly isKill: boolean }[]
}

/** Brings together what comes at times of its own: usage by spans, advice now and then, values from a time on. */
export function plotData(
  { seconds, adviceSeconds, toSeconds }: UsageAnswer,
  { name, cpuCores, memoryBytes, advice }: ContainerPlot,
  resource: 'cpu' | 'memory',
  { steps, insight, changelog, oomKills }: Pick<Detail, 'steps' | 'insight' | 'changelog' | 'oomKills'>,
): PlotData {
  const usage = resource === 'cpu' ? cpuCores : memoryBytes
  const { request } = resource === 'cpu' ? advice.cpuCores : advice.memoryBytes
  const advised = (values: readonly (number | null)[]) => seconds.map((at) => lastBefore(adviceSeconds, values, at))
  const own = steps.find((one) => one.container === name && one.resource === resource)?.steps ?? []
  const standing = (field: 'request' | 'limit') =>
    seconds.map((at) => own.findLast((step) => step.seconds <= at)?.[field] ?? null)
  const from = seconds[0] ?? 0
  const changes = changelog
    .filter(({ changes = [] }) => changes.some((change) => change.container === name && change.resource === resource))
    .map(({ time, reason, by }) => ({ seconds: Date.parse(time) / 1000, text: `${reason} by ${by}`, isKill: false }))
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
    request: standing('request'),
    limit: standing('limit'),
    marks: [...changes, ...killed].filter(({ seconds: at }) => at >= from && at <= toSeconds),
  }
}

/** The value that was the last to be told at a time. */
function lastBefore(times: readonly number[], values: readonly (number | null)[], at: number): number | null {
  let found: number | null = null
  for (const [i, time] of times.entries()) {
    if (time > at) break
    found = values[i] ?? null
  }
  return found
}

/** What is far above all else would leave nothing to be seen of the rest: it is told, and not drawn. */
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
