import type { Packing } from './packing.ts'
import type { Waiting } from './waiting.ts'

/**
 * Which Pod is placed next: the one with the highest score, which is linear in the free shares of the node. Writes the slope of each
 * resource to `slopes` from `at` on, and returns the constant.
 *
 * Source: Panigrahy, Talwar, Uyeda, Wieder: Heuristics for Vector Bin Packing (2011), the norm-based and the dot-product greedy
 * algorithms (bin-centric).
 */
export type Choice = (
  shares: Float64Array,
  from: number,
  weights: Float64Array,
  slopes: Float64Array,
  at: number,
) => number

/** The Pod that leaves the least room: good if a few Pods fill a node. Weighted squares of the room left, without their common part. */
export const leastRoom: Choice = (shares, from, weights, slopes, at) => {
  let square = 0
  for (let r = 0; r < weights.length; r++) {
    const share = shares[from + r]!
    slopes[at + r] = 2 * weights[r]! * share
    square += weights[r]! * share * share
  }
  return -square
}

/** The Pod that demands resources in the proportion in which they are free: good where many Pods fill a node. */
export const mostAligned: Choice = (shares, from, weights, slopes, at) => {
  const square = -leastRoom(shares, from, weights, slopes, at)
  const length = square > 0 ? 2 * Math.sqrt(square) : 1
  for (let r = 0; r < weights.length; r++) slopes[at + r]! /= length
  return 0
}

/**
 * Fills a node with Pods of the groups, one after another. Each resource has a weight by how scarce it is among the Pods that are
 * left, so that nodes get a mixture, and none is full of CPU while its memory is empty.
 *
 * @param left number of Pods of each group that may still be placed; what is placed is taken off
 * @returns number of Pods placed
 */
export function fillNode(
  packing: Packing,
  node: number,
  waiting: Waiting,
  groups: readonly number[],
  left: Float64Array,
  choice: Choice,
): number {
  const width = packing.problem.resources.length
  const shares = waiting.sharesOn(packing.kindOf[node]!)
  const candidates = Int32Array.from(groups.filter((group) => left[group]! > 0))
  const weights = scarcity(shares, candidates, left, width)
  const slopes = new Float64Array(candidates.length * width)
  const constants = new Float64Array(candidates.length)
  for (const [i, group] of candidates.entries())
    constants[i] = choice(shares, group * width, weights, slopes, i * width)
  const those = Int32Array.from(candidates.keys())
  const free = new Float64Array(width)
  for (let placed = 0, size = those.length; ; ) {
    packing.freeShares(node, free)
    let best = -1
    let next = -1
    let highest = Number.NEGATIVE_INFINITY
    let still = 0
    for (let at = 0; at < size; at++) {
      const i = those[at]!
      const group = candidates[i]!
      const fitting = left[group]! > 0 ? waiting.fitting(group, packing, node) : undefined
      if (fitting === undefined) continue
      those[still++] = i
      let score = constants[i]!
      for (let r = 0; r < width; r++) score += slopes[i * width + r]! * free[r]!
      if (score > highest) {
        highest = score
        best = group
        next = fitting
      }
    }
    if (best < 0) return placed
    for (let more = atOnce(free, shares, best * width); more > 0; more--) {
      packing.place(next, node)
      waiting.missing[next]!--
      left[best]!--
      placed++
      const after = left[best]! > 0 ? waiting.fitting(best, packing, node) : undefined
      if (after === undefined) break
      next = after
    }
    size = still
  }
}

/** Share of a node's room that one choice may fill. It is small, because the last Pods decide how well the node is filled. */
const SHARE_AT_ONCE = 1 / 8

/** Number of Pods that are placed before the next choice. */
function atOnce(free: Float64Array, shares: Float64Array, from: number): number {
  let most = Number.POSITIVE_INFINITY
  for (let r = 0; r < free.length; r++) {
    const share = shares[from + r]!
    if (share > 0) most = Math.min(most, (SHARE_AT_ONCE * free[r]!) / share)
  }
  return Math.max(1, Math.floor(most))
}

/** Demand of the remaining Pods for each resource, in nodes. */
function scarcity(shares: Float64Array, groups: Int32Array, left: Float64Array, width: number): Float64Array {
  const weights = new Float64Array(width)
  for (const group of groups) for (let r = 0; r < width; r++) weights[r]! += left[group]! * shares[group * width + r]!
  return weights
}
