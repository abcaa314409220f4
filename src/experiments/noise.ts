/** Prior for the noise: load tests differ by 6 %, with the weight of three repeats. */
const BEFORE = { deviation: 0.06, weight: 3 }

export interface Repeatable {
  readonly key: string
  /** Logarithm of the measured value. */
  readonly value: number
}

/**
 * Standard deviation of the logarithm of a measure between runs of one configuration: pooled over all repeats, and shrunk towards
 * that of usual load tests, because two runs alone say little.
 */
export function noiseOf(runs: readonly Repeatable[]): number {
  let squares = 0
  let freedom = 0
  for (const group of Map.groupBy(runs, ({ key }) => key).values()) {
    const mean = group.reduce((sum, { value }) => sum + value, 0) / group.length
    squares += group.reduce((sum, { value }) => sum + (value - mean) ** 2, 0)
    freedom += group.length - 1
  }
  return Math.sqrt((BEFORE.weight * BEFORE.deviation ** 2 + squares) / (BEFORE.weight + freedom))
}
