import type { UsageColumns } from '../history/index.ts'
import type { Decision } from '../scoring/index.ts'

/**
 * What an SLO would have been with the requests of some decisions. A history says how many requests missed it with the CPU that the
 * service had then. Where a request covers what was used, the service would have had that CPU again. Where usage was above the
 * request, it depends on limits and neighbours, and no history can tell.
 */
export interface SloUnder {
  /** Containers whose history has such shares. */
  readonly containers: number
  /** Containers that are judged, with or without such shares. */
  readonly ofContainers: number
  /** Share of the time in which the request covers usage, 0..1. */
  readonly covered: number
  /** Mean share of requests that missed the SLO in that time; NaN if there is none. */
  readonly bad: number
  /** The same of all time, if each request above that had missed it. */
  readonly atMost: number
}

/**
 * @param decisions by container, each in order of time
 * @param fromOf Unix time in seconds from which on a container is judged; undefined if it is not
 * @returns undefined if no history has such shares
 */
export function sloUnder(
  decisions: ReadonlyMap<UsageColumns, readonly Decision[]>,
  fromOf: (columns: UsageColumns) => number | undefined,
): SloUnder | undefined {
  let [containers, ofContainers, samples, covered, bad] = [0, 0, 0, 0, 0]
  for (const [columns, its] of decisions) {
    const from = fromOf(columns)
    if (from === undefined) continue
    ofContainers++
    if (!columns.hasBadShares) continue
    containers++
    let next = 0
    for (let i = 0; i < columns.length; i++) {
      const { timestampSeconds, cpuCores, badShare } = columns.sampleAt(i)
      while (next < its.length && its[next]!.fromSeconds <= timestampSeconds) next++
      if (timestampSeconds < from || badShare === undefined || Number.isNaN(cpuCores) || next === 0) continue
      samples++
      if (cpuCores > its[next - 1]!.cpuRequestCores) continue
      covered++
      bad += badShare
    }
  }
  if (samples === 0) return undefined
  return {
    ...{ containers, ofContainers },
    covered: covered / samples,
    bad: covered === 0 ? Number.NaN : bad / covered,
    atMost: (bad + samples - covered) / samples,
  }
}
