/** Each bucket is this much wider than the one before: what a quantile may be off by. As in Kubernetes' VPA. */
const GROWTH = 1.05

/**
 * A fixed partition of [0, ∞) into buckets: the first is `firstWidth` wide, each next one 5 % wider. So the grain is
 * absolute near zero, where a finer one would tell nothing (requests are written in whole millicores and mebibytes),
 * and 5 % of the value further up. What lies beyond the last bucket is clamped into it.
 */
export class LogBuckets {
  readonly count: number
  /** edges[i] ≤ value < edges[i + 1] for bucket i; edges[0] = 0. */
  readonly #edges: Float64Array
  readonly #origin: number

  constructor(firstWidth: number, count: number) {
    this.count = count
    this.#origin = firstWidth / (GROWTH - 1)
    this.#edges = Float64Array.from({ length: count + 1 }, (_, i) => this.#origin * (GROWTH ** i - 1))
  }

  /** @param value ≥ 0, finite */
  indexOf(value: number): number {
    const guess = Math.floor(Math.log1p(value / this.#origin) / Math.log(GROWTH))
    if (guess >= this.count) return this.count - 1
    // The logarithm may land one bucket off at an edge; the edges decide, so that a bucket means the same everywhere.
    if (value < this.#edges[guess]!) return guess - 1
    if (value >= this.#edges[guess + 1]! && guess + 1 < this.count) return guess + 1
    return guess
  }

  lowerEdge(index: number): number {
    return this.#edges[index]!
  }

  upperEdge(index: number): number {
    return this.#edges[index + 1]!
  }
}

/** Cores: 0..1m first, up to 1,115 cores. */
export const CPU_BUCKETS = new LogBuckets(0.001, 224)

/** Bytes: 0..1Mi first, up to 2.3Ti. */
export const MEMORY_BUCKETS = new LogBuckets(2 ** 20, 240)
