import type { ByteReader, ByteWriter } from './bytes.ts'

/** Added to each variance with every outcome, so that the model never stops learning. */
const INFLATION = 2e-7
/** Lower bound of the variance of an outcome, which would become zero if the model is certain. */
const MINIMUM_VARIANCE = 0.01
/** Bound of the log-odds, so that their exponential stays finite. */
const MAXIMUM_LOG_ODDS = 30
/** Probabilities are clamped to this much above 0 and below 1 before their logit is taken. */
const MINIMUM_PROBABILITY = 0.002

/** Log-odds of a probability, which is clamped to 0.002..0.998 first. */
export function logit(probability: number): number {
  const p = Math.min(Math.max(probability, MINIMUM_PROBABILITY), 1 - MINIMUM_PROBABILITY)
  return Math.log(p / (1 - p))
}

/**
 * Logistic regression that learns from one outcome at a time: a Kalman filter on the weights (an online Newton step;
 * Fahrmeir 1992).
 */
export class OnlineLogistic {
  readonly #size: number
  readonly #weights: Float64Array
  readonly #covariance: Float64Array
  readonly #gain: Float64Array

  /**
   * @param weights first weights
   * @param variances prior variance of each weight, and so how far it may move from its first value
   */
  constructor({ weights, variances }: { readonly weights: readonly number[]; readonly variances: readonly number[] }) {
    const size = variances.length
    this.#size = size
    this.#weights = Float64Array.from(weights)
    this.#covariance = new Float64Array(size * size)
    this.#gain = new Float64Array(size)
    for (const [i, variance] of variances.entries()) this.#covariance[i * size + i] = variance
  }

  /** Probability that the outcome is true. @param features one for each variance */
  probability(features: ArrayLike<number>): number {
    let z = 0
    for (let i = 0; i < this.#size; i++) z += this.#weights[i]! * features[i]!
    return 1 / (1 + Math.exp(-Math.min(Math.max(z, -MAXIMUM_LOG_ODDS), MAXIMUM_LOG_ODDS)))
  }

  /** Learns from one outcome. @param features those that were known before the outcome */
  learn(features: ArrayLike<number>, outcome: boolean): void {
    const n = this.#size
    const probability = this.probability(features)
    const variance = Math.max(probability * (1 - probability), MINIMUM_VARIANCE)
    let spread = 1
    for (let i = 0; i < n; i++) {
      let gain = 0
      for (let j = 0; j < n; j++) gain += this.#covariance[i * n + j]! * features[j]!
      this.#gain[i] = gain
      spread += variance * gain * features[i]!
    }
    const error = (outcome ? 1 : 0) - probability
    for (let i = 0; i < n; i++) {
      this.#weights[i]! += (this.#gain[i]! * error) / spread
      for (let j = 0; j < n; j++) this.#covariance[i * n + j]! -= (variance * this.#gain[i]! * this.#gain[j]!) / spread
      this.#covariance[i * n + i]! += INFLATION
    }
  }

  write(to: ByteWriter): void {
    to.float64s(this.#weights)
    to.float64s(this.#covariance)
  }

  read(from: ByteReader): void {
    from.float64s(this.#weights)
    from.float64s(this.#covariance)
  }
}
