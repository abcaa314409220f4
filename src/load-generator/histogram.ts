/** Values below count as this. */
const LEAST_MILLISECONDS = 0.01
/** Values above count in the last bucket, which is an hour. */
const MOST_MILLISECONDS = 3_600_000
/** Ratio of neighbouring edges. */
const GROWTH = 1.01
const BUCKETS = Math.ceil(Math.log(MOST_MILLISECONDS / LEAST_MILLISECONDS) / Math.log(GROWTH)) + 1

/**
 * Latencies, counted in buckets that grow by 1 %: a percentile is within 0.5 % of the exact one, between 0.01 ms and an hour, however many
 * values were counted. The highest is exact.
 */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS)
  #count = 0
  #max = 0

  get count(): number {
    return this.#count
  }

  /** Highest value; 0 where there is none. */
  get max(): number {
    return this.#max
  }

  add(milliseconds: number): void {
    const exponent = Math.log(milliseconds / LEAST_MILLISECONDS) / Math.log(GROWTH)
    this.#counts[Math.min(BUCKETS - 1, Math.max(0, Math.floor(exponent)))]! += 1
    this.#count += 1
    this.#max = Math.max(this.#max, milliseconds)
  }

  /**
   * The value that a share of all values is at most, by nearest rank; 0 where there are no values.
   *
   * @param share 0..1
   */
  quantile(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.#count))
    let below = 0
    for (const [index, count] of this.#counts.entries()) {
      below += count
      if (count > 0 && below >= rank)
        return Math.min(this.#max, LEAST_MILLISECONDS * GROWTH ** index * Math.sqrt(GROWTH))
    }
    return 0
  }
}
