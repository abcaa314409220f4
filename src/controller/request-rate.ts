import type { RequestRate } from '../experiments/index.ts'
import type { SloReading } from '../slos/index.ts'

/** Quantile of the normal distribution for an interval of 95 %. */
const DEVIATIONS = 1.96

/**
 * Requests per second and replica of a workload, from the SLO of it that counts most. The interval is that of a Poisson process.
 *
 * @param windowSeconds the long window of the readings
 * @returns undefined where no SLO counts its requests
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
