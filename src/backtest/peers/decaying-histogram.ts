const COUNT = 176
/** Each bucket is wider than the one before by this share. */
const GROWTH = 0.05
/** Weights beyond 2^100 are scaled down, exactly: only their ratios count. */
const RESCALE_FROM_LOG2 = 100

/**
 * Histogram of weights in which each bucket is 5 % wider than the one before. A value weighs twice as much as one that is a
 * half-life older: the weights of new values grow, instead of the old ones fading (as in the VPA's recommender).
 */
export class DecayingHistogram {
  /** Edges of the buckets in cores or bytes: one more than there are buckets. */
  readonly edges: Float64Array
  readonly #weights = new Float64Array(COUNT)
  #scaledLog2 = 0

  /** @param first width of the first bucket, cores or bytes */
  constructor(first: number) {
    this.edges = Float64Array.from({ length: COUNT + 1 }, (_, i) => (first * ((1 + GROWTH) ** i - 1)) / GROWTH)
  }

  /**
   * Adds a value.
   *
   * @param ageLog2 half-lives from the beginning to the value: one more doubles its weight
   */
  add(value: number, ageLog2: number): void {
    while (ageLog2 - this.#scaledLog2 > RESCALE_FROM_LOG2) {
      for (let i = 0; i < COUNT; i++) this.#weights[i]! *= 2 ** -RESCALE_FROM_LOG2
      this.#scaledLog2 += RESCALE_FROM_LOG2
    }
    this.#weights[this.#bucketOf(value)]! += 2 ** (ageLog2 - this.#scaledLog2)
  }

  /**
   * Upper edge of the bucket in which the cumulative weight reaches this share (0..1), with `more` counted as well; NaN if
   * there are no values.
   */
  quantile(share: number, more?: { readonly value: number; readonly ageLog2: number }): number {
    const extra = more ? 2 ** (more.ageLog2 - this.#scaledLog2) : 0
    const extraBucket = more ? this.#bucketOf(more.value) : -1
    let total = extra
    for (const weight of this.#weights) total += weight
    if (total === 0) return Number.NaN
    let below = 0
    for (let i = 0; i < COUNT; i++) {
      below += this.#weights[i]! + (i === extraBucket ? extra : 0)
      if (below >= share * total) return this.edges[i + 1]!
    }
    return this.edges[COUNT]!
  }

  #bucketOf(value: number): number {
    let low = 0
    let high = COUNT
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.edges[middle]! <= value) low = middle + 1
      else high = middle
    }
    return Math.min(COUNT - 1, Math.max(0, low - 1))
  }
}
