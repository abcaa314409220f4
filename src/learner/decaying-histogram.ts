import type { ByteReader, ByteWriter } from './bytes.ts'
import type { LogBuckets } from './log-buckets.ts'

const DAY_SECONDS = 86_400

/**
 * A sample counts half as much as one that is three days younger. VPA forgets in one day; on the public Bitbrains trace
 * (163 VMs, two months, decided daily) half-lives of 1, 3, 7, 14 days cost 0.945, 0.925, 0.935, 0.948 of the hindsight
 * optimum's CPU under the balanced goal, and three days were the cheapest under the other two as well. A weekend then
 * takes less than 40 % of the weight, so that Monday is not sized by Sunday.
 */
export const HALF_LIFE_SECONDS = 3 * DAY_SECONDS

/** Weights are kept below 2⁶⁴ times that of a sample at the reference time: far from a float's largest, 2¹²⁸. */
const MAX_EXPONENT = 64

/** From this share of a bucket's weight on, a single-precision sum is rounded with dither. */
const DITHER_BELOW = 2 ** -12
/** Sums are good to this share: where the cumulated weight meets a quantile within it, they are equal. */
const TIE = 1e-5
const GOLDEN_RATIO = 0.6180339887498949

const scratchFloat = new Float32Array(1)
const scratchBits = new Int32Array(scratchFloat.buffer)

/** Distance from `value` (normal, > 0) to the next single-precision number. */
function singleUlp(value: number): number {
  scratchFloat[0] = value
  scratchBits[0] = (scratchBits[0]! & 0x7f80_0000) - (23 << 23)
  return scratchFloat[0]
}

/**
 * Histogram in which a sample's weight halves with every half-life. Nothing is aged in place: a sample weighs
 * 2^((time − reference) / half-life), so samples may come in any order of time, and the reference moves on by whole
 * half-lives (an exact scaling) before weights grow too large. The scheme is that of VPA's recommender
 * (kubernetes/autoscaler, pkg/recommender/util/decaying_histogram.go).
 *
 * Weights are single-precision, so that two histograms fit in the 4 KiB a container may take. A plain single-precision
 * sum stops growing at 2²⁴ samples, which a DaemonSet on thousands of nodes reaches; here rounding is dithered
 * (deterministically, by the golden-ratio sequence), which makes the sum right on average.
 */
export class DecayingHistogram {
  readonly #buckets: LogBuckets
  readonly #weights: Float32Array
  #referenceSeconds = 0
  #samples = 0

  constructor(buckets: LogBuckets) {
    this.#buckets = buckets
    this.#weights = new Float32Array(buckets.count)
  }

  /** Samples ever added, not decayed. */
  get samples(): number {
    return this.#samples
  }

  /** @param value ≥ 0, finite */
  add(value: number, timestampSeconds: number): void {
    let exponent = (timestampSeconds - this.#referenceSeconds) / HALF_LIFE_SECONDS
    if (exponent > MAX_EXPONENT) {
      this.#moveReference(wholeHalfLives(timestampSeconds))
      exponent = (timestampSeconds - this.#referenceSeconds) / HALF_LIFE_SECONDS
    }
    this.#samples++
    const weight = 2 ** exponent
    const index = this.#buckets.indexOf(value)
    let sum = this.#weights[index]! + weight
    if (weight < sum * DITHER_BELOW) sum += singleUlp(sum) * (((this.#samples * GOLDEN_RATIO) % 1) - 0.5)
    this.#weights[index] = sum
  }

  /**
   * The value that a share `q` of the decayed weight does not exceed: the upper edge of its bucket, so never too low
   * and less than one bucket too high.
   *
   * @param q 0 < q ≤ 1
   * @returns undefined while the histogram is empty
   */
  quantile(q: number): number | undefined {
    let total = 0
    for (const weight of this.#weights) total += weight
    if (total === 0) return undefined
    const target = q * total * (1 - TIE)
    let cumulated = 0
    let last = 0
    for (let i = 0; i < this.#weights.length; i++) {
      if (this.#weights[i] === 0) continue
      cumulated += this.#weights[i]!
      last = i
      if (cumulated >= target) break
    }
    return this.#buckets.upperEdge(last)
  }

  write(to: ByteWriter): void {
    to.float64(this.#referenceSeconds)
    to.float64(this.#samples)
    to.float32s(this.#weights)
  }

  read(from: ByteReader): void {
    this.#referenceSeconds = from.float64()
    this.#samples = from.float64()
    from.float32s(this.#weights)
  }

  #moveReference(toSeconds: number): void {
    const scale = 2 ** ((this.#referenceSeconds - toSeconds) / HALF_LIFE_SECONDS)
    for (let i = 0; i < this.#weights.length; i++) this.#weights[i]! *= scale
    this.#referenceSeconds = toSeconds
  }
}

function wholeHalfLives(seconds: number): number {
  return Math.floor(seconds / HALF_LIFE_SECONDS) * HALF_LIFE_SECONDS
}
