import type { ByteReader, ByteWriter } from './bytes.ts'

/** Keeps the model from getting so sure that it no longer learns. */
const INFLATION = 2e-7
const LEAST_VARIANCE = 0.01
const FARTHEST = 30
const LEAST_CHANCE = 0.002

export function logit(chance: number): number {
  const p = Math.min(Math.max(chance, LEAST_CHANCE), 1 - LEAST_CHANCE)
  return Math.log(p / (1 - p))
}

/**
 * Logistic regression that learns from one outcome at a time: a Kalman filter on the weights (an online Newton step;
 * Fahrmeir 1992). It begins by trusting the first feature, a logit, as it is.
 */
export class OnlineLogistic {
  readonly #size: number
  readonly #weights: Float64Array
  readonly #covariance: Float64Array
  readonly #gain: Float64Array

  /** @param variances how far each weight may be from where it begins */
  constructor(variances: readonly number[]) {
    const size = variances.length
    this.#size = size
    this.#weights = new Float64Array(size)
    this.#weights[0] = 1
    this.#covariance = new Float64Array(size * size)
    this.#gain = new Float64Array(size)
    for (const [i, variance] of variances.entries()) this.#covariance[i * size + i] = variance
  }

  chance(features: ArrayLike<number>): number {
    let z = 0
    for (let i = 0; i < this.#size; i++) z += this.#weights[i]! * features[i]!
    return 1 / (1 + Math.exp(-Math.min(Math.max(z, -FARTHEST), FARTHEST)))
  }

  learn(features: ArrayLike<number>, held: boolean): void {
    const n = this.#size
    const chance = this.chance(features)
    const variance = Math.max(chance * (1 - chance), LEAST_VARIANCE)
    let spread = 1
    for (let i = 0; i < n; i++) {
      let gain = 0
      for (let j = 0; j < n; j++) gain += this.#covariance[i * n + j]! * features[j]!
      this.#gain[i] = gain
      spread += variance * gain * features[i]!
    }
    const error = (held ? 1 : 0) - chance
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

  /** @param size of the model that was saved: where it had fewer terms, the others begin anew */
  read(from: ByteReader, size: number): void {
    from.float64s(this.#weights.subarray(0, size))
    for (let i = 0; i < size; i++) from.float64s(this.#covariance.subarray(i * this.#size, i * this.#size + size))
  }
}
