import type { Packing } from './packing.ts'

/**
 * Fills a node with Pods of the classes, one after another: each time the Pod that leaves the least room, weighted by how scarce each
 * resource is among the Pods that are left. So nodes get a mixture, and none is full of CPU while its memory is empty.
 *
 * Source: Panigrahy, Talwar, Uyeda, Wieder: Heuristics for Vector Bin Packing (2011), the norm-based greedy algorithm (bin-centric).
 *
 * @param left number of Pods of each class that may still be placed; what is placed is taken off
 * @returns number of Pods placed
 */
export function fillNode(packing: Packing, node: number, classes: readonly number[], left: Float64Array): number {
  const { problem } = packing
  const { capacity } = problem.kinds[packing.kindOf[node]!]!
  const weights = scarcity(packing, classes, left, capacity)
  let candidates = classes.filter((c) => left[c]! > 0)
  const free = new Float64Array(capacity.length)
  for (let placed = 0; ; placed++) {
    for (let r = 0; r < free.length; r++) free[r] = packing.free(node, r)
    let best = -1
    let least = Number.POSITIVE_INFINITY
    const still: number[] = []
    for (const c of candidates) {
      if (left[c]! <= 0 || !packing.fits(c, node)) continue
      still.push(c)
      const { demand } = problem.classes[c]!
      let rest = 0
      for (let r = 0; r < demand.length; r++) {
        if (weights[r] === 0) continue
        const share = (free[r]! - demand[r]!) / capacity[r]!
        rest += weights[r]! * share * share
      }
      if (rest < least) {
        least = rest
        best = c
      }
    }
    if (best < 0) return placed
    packing.place(best, node)
    left[best]!--
    candidates = still
  }
}

/** Share of all nodes' worth of each resource that the Pods that are left demand; 0 where they demand nothing. */
function scarcity(
  { problem }: Packing,
  classes: readonly number[],
  left: Float64Array,
  capacity: Float64Array,
): Float64Array {
  const weights = new Float64Array(capacity.length)
  for (const c of classes) {
    if (left[c]! <= 0) continue
    const { demand } = problem.classes[c]!
    for (let r = 0; r < demand.length; r++) if (capacity[r]! > 0) weights[r]! += (left[c]! * demand[r]!) / capacity[r]!
  }
  return weights
}
