/** Each edge is this much above the one before: what a request may be off by. As in Kubernetes' VPA. */
const GROWTH = 1.05

/** How far two neighbouring buckets are apart in natural logarithms, beyond the first few. */
export const LOG_STEP = Math.log(GROWTH)

/**
 * A fixed partition of [0, ∞) into buckets that are named by their upper edges: 5 % apart, and in whole grains, as
 * requests are written, so that what is decided is what is published. What lies below the first edge counts as that
 * much: there is nothing to win below it. What lies above the last is clamped.
 */
export class LogBuckets {
  readonly count: number
  /** Bucket i holds edges[i − 1] < value ≤ edges[i]. */
  readonly edges: Float64Array

  /**
   * @param first edge, in grains @param grain what requests are whole multiples of
   * @param count at most 255: an index fits a byte, and leaves one byte that is none
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

  /** @param value ≥ 0, finite */
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

/** Cores: 10m first (VPA's first bucket, too), up to 630. */
export const CPU_BUCKETS = new LogBuckets(10, 0.001, 224)

/** Bytes: 10Mi first, up to 3Ti. */
export const MEMORY_BUCKETS = new LogBuckets(10, 2 ** 20, 255)
