import { drain } from './drain.ts'
import { fillNode } from './fill.ts'
import { type Guide, guideOf, largestShare } from './guide.ts'
import type { LpSolver } from './linear-program.ts'
import { lowerBound } from './lower-bound.ts'
import { OpenNodes } from './open-nodes.ts'
import { costOf, nodesNeeded, Packing } from './packing.ts'
import { type Problem, podsOf } from './problem.ts'
import { leftOutCost } from './relaxation.ts'

export interface Packed {
  readonly packing: Packing
  /** Number of nodes of each kind that are needed. */
  readonly needed: readonly number[]
  /** Sum of the prices of the nodes that are needed. */
  readonly cost: number
  /** The least that any packing costs. */
  readonly bound: number
  /** Number of Pods of each class that fit nowhere. */
  readonly leftOut: readonly number[]
}

/** Where Pods are now: for each node, in the order of `Packing`, the classes of its Pods. */
export type Present = readonly (readonly number[])[]

/** Distance from the bound at which nothing better is looked for. */
const GOOD_ENOUGH = 0.002
/** Shares of a node that the relaxation may fill: with less, it leaves room for what does not fit together. */
const FILLS = [1, 0.9, 0.8]
/** Number of Pods times classes from which only the first attempts are made. */
const MUCH_WORK = 5_000_000

/**
 * Packs Pods onto as few and cheap nodes as it finds. Several attempts are made, from the relaxation, from the largest Pods and from
 * the present placement; after each, nodes are emptied one by one as long as their Pods fit elsewhere. The same problem always has
 * the same result.
 */
export function pack(problem: Problem, solve: LpSolver, present?: Present): Packed {
  const bound = lowerBound(problem, solve)
  const fills = podsOf(problem) * problem.classes.length > MUCH_WORK ? FILLS.slice(0, 1) : FILLS
  const guides = new Map<number, Guide>()
  const guide = (fill: number) => {
    const its = guides.get(fill) ?? guideOf(problem, solve, fill)
    guides.set(fill, its)
    return its
  }
  const attempts = [
    ...(present ? [() => fromPresent(problem, guide(1), present)] : []),
    () => planned(problem, guide(1)),
    () => largestFirst(problem, guide(1)),
    ...fills.slice(1).map((fill) => () => planned(problem, guide(fill))),
  ]
  const worth = ({ cost, leftOut }: Attempt) =>
    problem.classes.reduce((sum, pod, c) => sum + leftOut[c]! * leftOutCost(problem, pod), cost)
  let best: Attempt | undefined
  for (const attempt of attempts) {
    const made = attempt()
    if (!best || worth(made) < worth(best)) best = made
    if (total(best.leftOut) === 0 && best.cost <= bound * (1 + GOOD_ENOUGH)) break
  }
  return { ...best!, bound: total(best!.leftOut) === 0 ? Math.min(bound, best!.cost) : bound }
}

type Attempt = Omit<Packed, 'bound'>

/** Fills nodes of each kind with the mixture of Pods that the relaxation has there. */
function planned(problem: Problem, guide: Guide): Attempt {
  const packing = new Packing(problem)
  const open = new OpenNodes(packing, guide.nodes)
  const missing = problem.classes.map(({ count }) => count)
  for (const k of problem.kinds.keys()) {
    const left = new Float64Array(problem.classes.length)
    const its: number[] = []
    for (const c of problem.classes.keys()) {
      const i = guide.kindsOf[c]!.indexOf(k)
      if (i >= 0) left[c] = Math.min(missing[c]!, Math.round(guide.plan[c]![i]!))
      if (left[c] === 0) continue
      its.push(c)
      missing[c]! -= left[c]!
    }
    for (let node = packing.first[k]!; node < packing.first[k + 1]! && fillNode(packing, node, its, left) > 0; node++)
      open.openUpTo(k, node)
    for (const c of its) missing[c]! += left[c]!
  }
  return finished(packing, guide, placeAll(packing, guide, open, guide.sizes, missing))
}

/** First-fit decreasing, by the largest share that a Pod takes of any resource. */
function largestFirst(problem: Problem, guide: Guide): Attempt {
  const packing = new Packing(problem)
  const sizes = problem.classes.map((pod, c) => {
    const [kind] = guide.kindsOf[c]!
    return kind === undefined ? 0 : largestShare(problem, pod, kind)
  })
  const missing = problem.classes.map(({ count }) => count)
  return finished(packing, guide, placeAll(packing, guide, new OpenNodes(packing, guide.nodes), sizes, missing))
}

/** Leaves Pods where they are, as far as they still fit there. */
function fromPresent(problem: Problem, guide: Guide, present: Present): Attempt {
  const packing = new Packing(problem)
  const missing = problem.classes.map(({ count }) => count)
  for (const [node, classes] of present.entries()) {
    for (const c of classes) {
      if (!problem.classes[c]!.kinds.includes(packing.kindOf[node]!) || !packing.fits(c, node)) continue
      packing.place(c, node)
      missing[c]!--
    }
  }
  return finished(packing, guide, placeAll(packing, guide, new OpenNodes(packing, []), guide.sizes, missing))
}

function finished(packing: Packing, guide: Guide, leftOut: readonly number[]): Attempt {
  drain(packing, guide)
  const needed = nodesNeeded(packing)
  return { packing, needed, cost: costOf(packing.problem, needed), leftOut }
}

/**
 * Places Pods, the largest classes first. A class that needs the company of another may have to wait for it, so that what fits
 * nowhere is tried again as long as this helps.
 *
 * @returns number of Pods of each class that fit nowhere
 */
function placeAll(
  packing: Packing,
  guide: Guide,
  open: OpenNodes,
  sizes: readonly number[],
  counts: readonly number[],
): number[] {
  const { problem } = packing
  const left = [...counts]
  const order = [...problem.classes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b)
  for (let before = -1, waiting = total(left); waiting > 0 && waiting !== before; waiting = total(left)) {
    before = waiting
    for (const c of order) if (left[c]! > 0) left[c] = open.place(c, left[c]!, guide.kindsOf[c]!)
    if (problem.rules.length === 0) break
  }
  return left
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
