/** The Pods of a workload that have, or should have, the same revision. */
export interface Batch {
  /** Since when each Pod that carries it has been carrying it and ready, Unix time in milliseconds. */
  readonly carryingSince: number[]
  /** The same for Pods that were looked at and have the values that the revision gives them now. */
  readonly reviewedSince: number[]
  /** Number of Pods that carry it, but not the values that it gives them now. */
  outdated: number
  total: number
  underWay: number
}

export function newBatch(): Batch {
  return { carryingSince: [], reviewedSince: [], outdated: 0, total: 0, underWay: 0 }
}

/** Number of Pods of the workload that may be changed now, besides those in progress. */
export function mayStartMore(batch: Batch, now: Date, betweenBatchesMilliseconds: number): number {
  const { outdated, reviewedSince, total, underWay } = batch
  // If some Pods of the revision have outdated values, only the reviewed ones count.
  const carryingSince = outdated > 0 ? reviewedSince : [...batch.carryingSince, ...reviewedSince]
  const proven = carryingSince.filter((since) => now.getTime() - since >= betweenBatchesMilliseconds).length
  const quarter = Math.ceil(total / 4)
  const allowed = proven >= quarter ? total : proven > 0 ? quarter : 1
  return allowed - carryingSince.length - underWay
}
