import type { RequestRate } from '../experiments/index.ts'
import type { SloReading } from '../slos/index.ts'

/** Quantile of the normal distribution for an interval of 95 %. */
const DEVIATIONS = 1.96

/**
 * Requests per second and replica of a workload, from its SLO that counts the most requests. The interval is that of a Poisson process.
 *
 * @param windowSeconds the long window of the readings
 * @param replicas mean over that window
 * @returns undefined if no SLO counts its requests
 */
export function requestRate(
  readings: readonly SloReading[],
  windowSeconds: number,
  replicas: number,
): RequestRate | undefined {
  const totals = readings.flatMap(({ state, burn }) => (state === 'Found' && burn ? [burn.long.total] : []))
  if (totals.length === 0 || replicas === 0) return undefined
  const total = Math.max(...totals)
  const scatter = DEVIATIONS * Math.sqrt(total)
  const perReplica = (requests: number) => requests / windowSeconds / replicas
  return { low: perReplica(Math.max(0, total - scatter)), high: perReplica(total + scatter) }
}

/** Share of a window that must have been observed before its mean is known. */
const ENOUGH = 0.9

/** Recent numbers of Pods of workloads: requests of an hour were answered by the Pods of that hour, not by the current ones. */
export class ReplicaCounts {
  readonly #counts = new Map<string, { readonly atSeconds: number; readonly replicas: number }[]>()

  note(key: string, replicas: number, windowSeconds: number, nowSeconds: number): void {
    const counts = this.#counts.get(key) ?? []
    counts.push({ atSeconds: nowSeconds, replicas })
    while (counts[1] && counts[1].atSeconds <= nowSeconds - windowSeconds) counts.shift()
    this.#counts.set(key, counts)
  }

  /** Mean number of Pods; undefined until most of the window was observed. */
  meanOver(key: string, windowSeconds: number, nowSeconds: number): number | undefined {
    const counts = this.#counts.get(key) ?? []
    const [first] = counts
    if (!first || first.atSeconds > nowSeconds - ENOUGH * windowSeconds) return undefined
    let seconds = 0
    let sum = 0
    for (const [i, { atSeconds, replicas }] of counts.entries()) {
      const until = counts[i + 1]?.atSeconds ?? nowSeconds
      seconds += until - atSeconds
      sum += replicas * (until - atSeconds)
    }
    return sum / seconds
  }
}
