/** Ratio of neighbouring edges, and so how far a request may be off. Kubernetes' VPA uses the same ratio. */
const GROWTH = 1.05

/** Distance of two neighbouring buckets in natural logarithms. The first few, of whole grains, are further apart. */
export const LOG_STEP = Math.log(GROWTH)

/**
 * A fixed partition of [0, ∞) into buckets, each represented by its upper edge. Edges are 5 % apart and whole grains, as
 * requests are written, so that the decided value is the published value. Values below the first edge count as that edge,
 * because there is nothing to save below it. Values above the last edge are clamped.
 */
export class LogBuckets {
  readonly count: number
  /** Upper edges, ascending: bucket i holds edges[i − 1] < value ≤ edges[i]. */
  readonly edges: Float64Array

  /**
   * @param first the first edge, in grains
   * @param grain the amount that requests are whole multiples of, in cores or bytes
   * @param count number of buckets; at most 255, so that an index fits a byte and one byte is left for `NONE`
   */
  constructor(first: number, grain: number, count: number) {
    this.count = count
    this.edges = new Float64Array(count)
    let last = 0
    for (let i = 0, exact = first; i < count; exact *= GROWTH) {
      const whole = Math.ceil(exact)
      if (whole > last) this.edges[i++] = whole * grain
      last = whole
    }
  }

  /** Index of the bucket that holds a value. @param value in the unit of the edges; ≥ 0 and finite */
  indexOf(value: number): number {
    let low = 0
    let high = this.count - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (value <= this.edges[middle]!) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Buckets of CPU, in cores: from 10m, which is VPA's first bucket too, to 630 cores. */
export const CPU_BUCKETS = new LogBuckets(10, 0.001, 224)

/** Buckets of memory, in bytes: from 10Mi to 3Ti. */
export const MEMORY_BUCKETS = new LogBuckets(10, 2 ** 20, 255)
