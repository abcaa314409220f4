// The cheapest configuration of an application as a sweep shows it: what experiments are held against.

/** What was measured with so much CPU in all, which services share in one proportion. */
export interface Measured {
  readonly cores: number
  readonly p95Milliseconds: number
}

/**
 * The least CPU at which the p95 meets a limit: where a falling line through the measurements crosses it. More CPU is never slower, but
 * for noise: measurements in the wrong order are averaged.
 *
 * @param measured of one proportion, in any order
 * @returns undefined where all measurements are above the limit, or all are below it
 * Source: isotonic regression by pooling adjacent violators, Barlow et al., Statistical Inference under Order Restrictions, 1972.
 */
export function leastCores(measured: readonly Measured[], limitMilliseconds: number): number | undefined {
  const points = falling(measured)
  for (const [i, above] of points.entries()) {
    const below = points[i + 1]
    if (!below || above.log <= Math.log(limitMilliseconds) || below.log > Math.log(limitMilliseconds)) continue
    const share = (above.log - Math.log(limitMilliseconds)) / (above.log - below.log)
    return above.cores * (below.cores / above.cores) ** share
  }
  return undefined
}

/** Measurements by CPU, with logarithms of latencies that never rise. */
function falling(measured: readonly Measured[]): { readonly cores: number; readonly log: number }[] {
  const pools: { log: number; cores: number[] }[] = []
  for (const { cores, p95Milliseconds } of measured.toSorted((a, b) => a.cores - b.cores)) {
    pools.push({ log: Math.log(p95Milliseconds), cores: [cores] })
    for (let last = pools.at(-1)!, before = pools.at(-2); before && before.log < last.log; before = pools.at(-2)) {
      const count = before.cores.length + last.cores.length
      const log = (before.log * before.cores.length + last.log * last.cores.length) / count
      pools.splice(-2, 2, { log, cores: [...before.cores, ...last.cores] })
      last = pools.at(-1)!
    }
  }
  return pools.flatMap(({ log, cores }) => cores.map((each) => ({ cores: each, log })))
}
