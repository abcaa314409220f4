/** Each edge is this much above the one before: what a request may be off by. As in Kubernetes' VPA. */
const GROWTH = 1.05
const LOG_GROWTH = Math.log(GROWTH)
/** Keeps a value that was computed from an edge in the bucket of that edge. */
const DUST = 1e-9

/** The natural logarithm of the ratio of two neighbouring edges: distances between buckets times this are log distances. */
export const LOG_STEP = LOG_GROWTH

/**
 * A fixed partition of [0, ∞) into buckets that are named by their upper edges, each 5 % above the one before. What lies
 * below the first edge counts as that much: there is nothing to win below it. What lies above the last is clamped.
 */
export class LogBuckets {
  readonly count: number
  /** Bucket i holds edges[i − 1] < value ≤ edges[i]. */
  readonly edges: Float64Array

  /** @param count at most 255: an index fits a byte, and leaves one byte that is none */
  constructor(first: number, count: number) {
    this.count = count
    this.edges = Float64Array.from({ length: count }, (_, i) => first * GROWTH ** i)
  }

  /** @param value ≥ 0, finite */
  indexOf(value: number): number {
    const first = this.edges[0]!
    if (value <= first) return 0
    return Math.min(this.count - 1, Math.ceil(Math.log(value / first) / LOG_GROWTH - DUST))
  }
}

/** Cores: 10m first (VPA's first bucket, too), up to 530. */
export const CPU_BUCKETS = new LogBuckets(0.01, 224)

/** Bytes: 10 MB first (VPA's first bucket, too), up to 2.4 TB. */
export const MEMORY_BUCKETS = new LogBuckets(10e6, 255)
