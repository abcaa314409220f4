/** Sums of masses are good to this: where they meet a quantile within it, they are equal. */
const TIE = 1e-9

/** The first bucket up to which a share of the counts lies. @param total of all counts, which may be fractions */
export function quantileOfCounts(counts: Float64Array, total: number, share: number): number {
  let cumulated = 0
  for (let bucket = 0; bucket < counts.length; bucket++) {
    cumulated += counts[bucket]!
    if (cumulated >= share * total - TIE) return bucket
  }
  return counts.length - 1
}

/** The least of `sorted` that a share of them does not exceed. */
export function atShare(sorted: Uint8Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length - TIE) - 1)]!
}
