import { cholesky, dot, type LowerTriangle, logDeterminant, solveLower, solveUpper } from './cholesky.ts'
import { covariance, type Hyperparameters, type Point, SLOPE } from './kernel.ts'

export interface Observation {
  readonly point: Point
  readonly value: number
}

export interface Posterior {
  readonly mean: number
  /** Standard deviation of the estimated mean of many runs, without noise. */
  readonly deviation: number
}

/** A Gaussian process given some observations. Source: Rasmussen and Williams, 2006, algorithm 2.1. */
export class GaussianProcess {
  readonly #observations: readonly Observation[]
  readonly #hyperparameters: Hyperparameters
  readonly #factor: LowerTriangle
  readonly #weights: Float64Array
  readonly logLikelihood: number

  /** @throws Error where the noise is 0 and a point was observed twice */
  constructor(observations: readonly Observation[], hyperparameters: Hyperparameters) {
    this.#observations = observations
    this.#hyperparameters = hyperparameters
    const factor = cholesky(covariances(observations, hyperparameters))
    if (!factor) throw new Error('the covariance matrix is not positive definite: expected noise above 0')
    this.#factor = factor
    const residuals = observations.map(({ point, value }) => value - priorMean(point))
    const halfway = solveLower(factor, residuals)
    this.#weights = solveUpper(factor, halfway)
    this.logLikelihood = -(dot(halfway, halfway) + logDeterminant(factor)) / 2
  }

  at(point: Point): Posterior {
    const between = Float64Array.from(this.#observations, (observation) =>
      covariance(point, observation.point, this.#hyperparameters),
    )
    const halfway = solveLower(this.#factor, between)
    const variance = covariance(point, point, this.#hyperparameters) - dot(halfway, halfway)
    return {
      mean: priorMean(point) + dot(between, this.#weights),
      deviation: Math.sqrt(Math.max(variance, 1e-12)),
    }
  }
}

function priorMean({ trend }: Point): number {
  return SLOPE.mean * trend
}

function covariances(observations: readonly Observation[], hyperparameters: Hyperparameters): Float64Array[] {
  return observations.map(({ point }, i) => {
    const row = Float64Array.from({ length: i + 1 }, (_, j) =>
      covariance(point, observations[j]!.point, hyperparameters),
    )
    row[i] = row[i]! + hyperparameters.noise ** 2
    return row
  })
}
