/** A point as the Gaussian process reads it. */
export interface Point {
  /** One coordinate for each parameter. */
  readonly coordinates: Float64Array
  /** Latency that queueing predicts for the point: see `trend.ts`. */
  readonly trend: number
  /** The same of each container alone. */
  readonly trends: readonly number[]
}

export interface Hyperparameters {
  /** One for each coordinate (automatic relevance determination): how far a change must go to matter. */
  readonly lengths: readonly number[]
  /** Standard deviation that neither the level nor the trend explains. */
  readonly deviation: number
  /** Standard deviation between two runs of one configuration. */
  readonly noise: number
}

/** Standard deviation of the level, which is unknown before the first trial. */
const LEVEL = 2
/** Standard deviation of the slope of each container's own trend: how much longer or shorter requests wait for it than its CPU suggests. */
const OWN_SLOPE = 0.2
/** The slope of the trend: 1 where all latency is CPU time that waits in a queue, less where requests wait for something else. */
export const SLOPE = { mean: 0.8, deviation: 0.4 }

/**
 * Covariance of two points: level, slope of the trend and of each container's own trend, and a Matérn 5/2 kernel for the rest.
 *
 * Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, equation 4.17, and section 2.7 for the basis.
 */
export function covariance(a: Point, b: Point, { lengths, deviation }: Hyperparameters): number {
  let squared = 0
  for (let i = 0; i < lengths.length; i++) {
    const difference = (a.coordinates[i]! - b.coordinates[i]!) / lengths[i]!
    squared += difference * difference
  }
  const distance = Math.sqrt(5 * squared)
  const rest = deviation * deviation * (1 + distance + (distance * distance) / 3) * Math.exp(-distance)
  let own = 0
  for (let i = 0; i < a.trends.length; i++) own += a.trends[i]! * b.trends[i]!
  const slopes = SLOPE.deviation * SLOPE.deviation * a.trend * b.trend + OWN_SLOPE * OWN_SLOPE * own
  return LEVEL * LEVEL + slopes + rest
}
