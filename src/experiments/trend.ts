import type { Demand } from './demand.ts'
import type { SizedContainer } from './shapes.ts'

/** From here on, the trend grows as a straight line: a queue without end has no latency to speak of. */
const OVERLOADED = 0.95

/**
 * The logarithm of how much longer requests take than on idle CPUs, if each container were a single queue: where each takes time
 * in proportion to the CPU that it uses, the mean is Σ usage / (1 − utilization), over Σ usage.
 *
 * Source: Kleinrock, Queueing Systems, volume 1, 1975, equation 3.26 (M/M/1). It only guides: the Gaussian process learns the slope
 * and everything that differs.
 *
 * @param demands what the containers use; those without one play no part
 * @returns 0 for infinitely many CPUs
 */
export function queueingTrend(demands: readonly Demand[], containers: readonly SizedContainer[]): number {
  let total = 0
  let stretched = 0
  for (const { container, cpuCores } of demands) {
    const { replicas, cpuCores: each } = containers.find(({ key }) => key === container)!
    total += cpuCores
    stretched += cpuCores * stretch(cpuCores / (each * replicas))
  }
  return total === 0 ? 0 : Math.log(stretched / total)
}

/**
 * The same for each container alone. Requests may wait for one of them more than its share of the CPU says, such as where its bursts are
 * larger: then another split of the CPU is better.
 */
export function trendsOfContainers(demands: readonly Demand[], containers: readonly SizedContainer[]): number[] {
  return demands.map((demand) => queueingTrend([demand], containers))
}

function stretch(utilization: number): number {
  if (utilization <= OVERLOADED) return 1 / (1 - utilization)
  const slope = 1 / (1 - OVERLOADED) ** 2
  return 1 / (1 - OVERLOADED) + slope * (utilization - OVERLOADED)
}
