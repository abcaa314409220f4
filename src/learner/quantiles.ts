/** Rounding error of sums of masses: a sum this close below a quantile counts as having reached it. */
const TIE = 1e-9

/**
 * Quantile of a histogram: the first bucket up to which a share of the counts is.
 *
 * @param counts by bucket; fractions are allowed
 * @param total sum of all counts
 * @param share which quantile, 0..1
 */
export function quantileOfCounts(counts: Float64Array, total: number, share: number): number {
  let cumulated = 0
  for (let bucket = 0; bucket < counts.length; bucket++) {
    cumulated += counts[bucket]!
    if (cumulated >= share * total - TIE) return bucket
  }
  return counts.length - 1
}

/**
 * Quantile of sorted values: the least that a share of them does not exceed (the inverse of the empirical distribution).
 *
 * @param sorted ascending; at least one
 * @param share which quantile, 0..1
 */
export function atShare(sorted: Uint8Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length - TIE) - 1)]!
}

/** Turns the median absolute deviation of a normal distribution into its standard deviation. */
export const DEVIATION_OF_MEDIAN = 1.4826

/** Median of numbers, in any order; at least one. Of an even number of them, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
