import type { Merged } from './merge.ts'
import type { Packing } from './packing.ts'
import type { Problem } from './problem.ts'

/** Pods that wait for a node, in groups of similar classes. Pods of a group count as equal, so there are few to choose from. */
export class Waiting {
  /** Number of Pods of each class that wait. */
  readonly missing: number[]
  /** The problem whose classes are the groups. */
  readonly groups: Problem
  /** The classes of each group that may have Pods that wait, the largest first. */
  readonly #members: number[][]
  readonly #shares: Float64Array[] = []

  constructor({ classes }: Problem, { problem: groups, of }: Merged) {
    this.groups = groups
    this.missing = classes.map(({ count }) => count)
    this.#members = groups.classes.map(() => [])
    for (const c of classes.keys()) this.#members[of[c]!]!.push(c)
    const size = (c: number) => classes[c]!.demand.reduce((sum, amount) => sum + Math.log2(1 + amount), 0)
    for (const its of this.#members) if (its.length > 1) its.sort((a, b) => size(b) - size(a) || a - b)
  }

  /** A class of the group that waits and fits on the node: the largest, or else the smallest. */
  fitting(group: number, packing: Packing, node: number): number | undefined {
    const its = this.#members[group]!
    while (its.length > 0 && this.missing[its[0]!] === 0) its.shift()
    while (its.length > 0 && this.missing[its.at(-1)!] === 0) its.pop()
    if (its.length === 0) return undefined
    if (packing.fits(its[0]!, node)) return its[0]
    const last = its.at(-1)!
    return its.length > 1 && packing.fits(last, node) ? last : undefined
  }

  /** Share of an empty node of the kind that a Pod demands, by group and then by resource; 0 of what such nodes have not. */
  sharesOn(kind: number): Float64Array {
    const { classes, kinds } = this.groups
    const { capacity } = kinds[kind]!
    this.#shares[kind] ??= Float64Array.from(
      classes.flatMap(({ demand }) => Array.from(demand, (it, r) => (capacity[r]! > 0 ? it / capacity[r]! : 0))),
    )
    return this.#shares[kind]
  }
}
