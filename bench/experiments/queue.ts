/** Time spent in one stage. */
export interface Stage {
  readonly meanSeconds: number
  readonly variance: number
}

/**
 * Time in an M/G/c queue: waiting and service. A fractional number of servers above 1 is allowed; less than one CPU is one slow
 * server.
 *
 * Sources: Sakasegawa, An approximation formula L_q ≈ αρ^β/(1−ρ), 1977, for the mean wait; Whitt, Approximations for the GI/G/m
 * queue, 1993, for the variance from the probability of waiting.
 *
 * @returns undefined where more arrives than can be served
 */
export function queueingTime(
  arrivalsPerSecond: number,
  serviceSeconds: number,
  squaredVariation: number,
  servers: number,
): Stage | undefined {
  const count = Math.max(1, servers)
  const service = servers < 1 ? serviceSeconds / servers : serviceSeconds
  const utilization = (arrivalsPerSecond * service) / count
  if (utilization >= 1) return undefined
  const waits = utilization ** (Math.sqrt(2 * (count + 1)) - 1)
  const wait = (((1 + squaredVariation) / 2) * waits * service) / (count * (1 - utilization))
  return {
    meanSeconds: service + wait,
    variance: squaredVariation * service ** 2 + (wait ** 2 * (2 - waits)) / waits,
  }
}

/** The 95th percentile of a sum of stages: of the gamma distribution with its mean and variance (Wilson and Hilferty, 1931). */
export function percentile95(stages: readonly Stage[]): number {
  const mean = stages.reduce((sum, { meanSeconds }) => sum + meanSeconds, 0)
  const variance = stages.reduce((sum, stage) => sum + stage.variance, 0)
  const shape = mean ** 2 / variance
  return mean * Math.max(0, 1 - 1 / (9 * shape) + 1.6449 / (3 * Math.sqrt(shape))) ** 3
}
