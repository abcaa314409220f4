import { type Estimate, LatencyModel } from './latency-model.ts'

/** What one load test showed at a load and an amount of CPU. */
export interface ServedTrial {
  /** Requests per second, of all Pods together. */
  readonly load: number
  /** CPU of all Pods together, in cores. */
  readonly cores: number
  readonly requests: number
  /** Latency in milliseconds by the share of the requests that were faster, rising. */
  readonly percentiles: readonly (readonly [share: number, milliseconds: number])[]
}

/** Load per core must differ by this factor between trials for them to say how latency depends on it. */
const LEAST_SPREAD = 1.2
/** How much the slope in production may differ from that in pre-production: standard deviation. */
const ELSEWHERE = 1

/**
 * The power of load per core with which the odds of a request slower than a limit rise, as load tests of the same program show it. How
 * many requests are slow at one load is no part of it: hardware, data and neighbours of production differ.
 *
 * @returns undefined if the trials do not show it
 */
export function slopeOfTrials(trials: readonly ServedTrial[], belowSeconds: number): Estimate | undefined {
  const perCore = trials.map(({ load, cores }) => load / cores)
  if (trials.length < 3 || Math.max(...perCore) < LEAST_SPREAD * Math.min(...perCore)) return undefined
  const model = new LatencyModel()
  for (const { load, cores, requests, percentiles } of trials)
    model.observe({ load, cores, bad: requests * slowShare(percentiles, belowSeconds * 1000), total: requests })
  const { mean, sd } = model.slope
  return { mean, sd: Math.hypot(sd, ELSEWHERE) }
}

/** Share of the requests that were slower: the logarithm of latency is interpolated between the percentiles. */
function slowShare(percentiles: ServedTrial['percentiles'], milliseconds: number): number {
  const [first, ...others] = percentiles
  let [share, below] = first!
  // Nothing is known of what is faster.
  if (milliseconds <= below) return 1 - share
  for (const [nextShare, above] of others) {
    if (milliseconds < above) {
      const part = Math.log(milliseconds / below) / Math.log(above / below)
      return 1 - share - part * (nextShare - share)
    }
    ;[share, below] = [nextShare, above]
  }
  return 0
}
