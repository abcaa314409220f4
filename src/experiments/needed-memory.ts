/** The peak of a container in one trial, and the memory that it had. */
export interface Peak {
  readonly memoryBytes: number
  readonly peakBytes: number
}

/** Highest share of additional memory that a heap uses. */
const STEEPEST = 0.9
/** Changes of memory below this share say little about how the peak depends on it. */
const LITTLE = 0.1
/** A line through scattered peaks may end below 0. */
const LEAST_BYTES = 2 ** 20

/**
 * The memory at which a container would be full. Heaps and caches use more memory if there is more, so a straight line through the
 * peaks is followed down to the point where peak and memory are equal. If memory was never changed, it is the mean peak.
 *
 * @param peaks at least one
 */
export function neededMemory(peaks: readonly Peak[]): number {
  const mean = (of: (peak: Peak) => number) => peaks.reduce((sum, peak) => sum + of(peak), 0) / peaks.length
  const memory = mean(({ memoryBytes }) => memoryBytes)
  const peak = mean(({ peakBytes }) => peakBytes)
  const together = mean(({ memoryBytes, peakBytes }) => (memoryBytes - memory) * (peakBytes - peak))
  const spread = mean(({ memoryBytes }) => (memoryBytes - memory) ** 2)
  const slope = Math.min(STEEPEST, Math.max(0, together / (spread + (LITTLE * memory) ** 2)))
  return Math.max(LEAST_BYTES, (peak - slope * memory) / (1 - slope))
}
