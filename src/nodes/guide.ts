import type { LinearPrograms } from './linear-programs.ts'
import type { PodClass, Problem } from './problem.ts'
import { priced } from './relaxation.ts'

/** Hints of the relaxation for a packing: the cheapest kinds for each Pod, the size of Pods, and the number of nodes to start with. */
export interface Guide {
  /** Kinds of each class, the cheapest first. */
  readonly kindsOf: readonly (readonly number[])[]
  /** Size of a Pod of each class: its price on its cheapest kind, or else its largest share of a node. */
  readonly sizes: readonly number[]
  /** Number of nodes of each kind that the relaxation needs; may be a fraction. */
  readonly nodes: readonly number[]
  /** Number of Pods of each merged class that the relaxation places on each kind; may be a fraction. */
  readonly plan: readonly ReadonlyMap<number, number>[]
}

/** @param fill share of each resource of a node that the relaxation may use */
export function guideOf(programs: LinearPrograms, fill: number): Guide {
  const { problem, small, capacity: rows } = programs
  const relaxed = programs.filled(fill)
  const costOn = relaxed ? priced(problem, rows, relaxed) : () => 0
  const { kinds, classes } = problem
  const earned = new Float64Array(kinds.length)
  for (const [index, { kind }] of rows.entries()) earned[kind]! += relaxed?.rows[index] ?? 0
  const kindsOf = classes.map((pod) => {
    // Of kinds with the same price, prefer the one whose nodes earn more of their price.
    const cost = new Map(pod.kinds.map((kind) => [kind, costOn(pod, kind)]))
    const waste = (kind: number) => kinds[kind]!.price - earned[kind]!
    return pod.kinds.toSorted((a, b) => {
      const difference = cost.get(a)! - cost.get(b)!
      return Math.abs(difference) > 1e-9 ? difference : waste(a) - waste(b) || a - b
    })
  })
  return {
    kindsOf,
    sizes: classes.map((pod, c) => {
      const [best] = kindsOf[c]!
      return best === undefined ? 0 : Math.max(costOn(pod, best), largestShare(problem, pod, best) * 1e-6)
    }),
    nodes: kinds.map(({ fixed }, k) => Math.max(fixed, relaxed?.nodes[k] ?? 0)),
    plan: small.problem.classes.map(
      (pod, group) => new Map(pod.kinds.map((kind, i) => [kind, relaxed?.pods[group]?.[i] ?? 0])),
    ),
  }
}

/** Largest share of an empty node that the Pod takes of any resource. */
export function largestShare({ kinds }: Problem, { demand }: PodClass, kind: number): number {
  let most = 0
  for (const [r, capacity] of kinds[kind]!.capacity.entries())
    if (demand[r]! > 0) most = Math.max(most, demand[r]! / capacity)
  return most
}
