import { drain } from './drain.ts'
import { type Choice, fillNode, leastRoom, mostAligned } from './fill.ts'
import { type Guide, guideOf, largestShare } from './guide.ts'
import type { LinearPrograms } from './linear-programs.ts'
import { lowerBound } from './lower-bound.ts'
import { OpenNodes } from './open-nodes.ts'
import { costOf, nodesNeeded, Packing } from './packing.ts'
import { type Problem, podsOf } from './problem.ts'
import { leftOutCost } from './relaxation.ts'
import { Waiting } from './waiting.ts'

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

/** Distance from the bound at which the search ends; larger if an attempt takes long. */
const GOOD_ENOUGH = 0.002
const GOOD_ENOUGH_AFTER_MUCH = 0.05
/** Shares of a node that the relaxation may fill: with a smaller share, it leaves room for Pods that do not fit together. */
const FILLS = [0.9, 0.8]
/** Number of Pods times classes from which only the first attempts are made. */
const MUCH_WORK = 5_000_000

/**
 * Packs Pods onto as few and cheap nodes as it finds. Several attempts are made, from the relaxation, from the largest Pods and from
 * the present placement; after each, nodes are emptied one by one as long as their Pods fit elsewhere. The same problem always has
 * the same result.
 */
export function pack(programs: LinearPrograms, present?: Present): Packed {
  const { problem } = programs
  const bound = lowerBound(programs)
  const guide = guideOf(programs, 1)
  const attempts = [
    ...(present ? [() => fromPresent(problem, guide, present)] : []),
    () => aligned(programs, guide),
    () => planned(programs, guide, leastRoom),
    () => planned(programs, guide, mostAligned),
    () => largestFirst(problem, guide),
    ...FILLS.map((fill) => () => planned(programs, guideOf(programs, fill), leastRoom)),
  ]
  const isMuch = podsOf(problem) * problem.classes.length > MUCH_WORK
  const goodEnough = isMuch ? GOOD_ENOUGH_AFTER_MUCH : GOOD_ENOUGH
  const leftOutCosts = problem.classes.map(leftOutCost(problem))
  const worth = ({ cost, leftOut }: Attempt) => leftOutCosts.reduce((sum, its, c) => sum + leftOut[c]! * its, cost)
  let best: Attempt | undefined
  for (const attempt of isMuch ? attempts.slice(0, -FILLS.length) : attempts) {
    const made = attempt()
    if (!best || worth(made) < worth(best)) best = made
    if (total(best.leftOut) === 0 && best.cost <= bound * (1 + goodEnough)) break
  }
  return { ...best!, bound: total(best!.leftOut) === 0 ? Math.min(bound, best!.cost) : bound }
}

type Attempt = Omit<Packed, 'bound'>

/** Fills as many nodes of each kind as the relaxation needs, each with the Pods that go best together. */
function aligned({ problem, small }: LinearPrograms, guide: Guide): Attempt {
  const packing = new Packing(problem)
  const open = new OpenNodes(packing)
  const waiting = new Waiting(problem, small)
  const left = Float64Array.from(small.problem.classes, ({ count }) => count)
  for (const [k, { count }] of problem.kinds.entries()) {
    const most = Math.min(count, Math.ceil(guide.nodes[k]! - 1e-6))
    fillNodes(packing, open, waiting, k, most, left, mostAligned)
  }
  return finished(packing, guide, placeAll(packing, guide, open, guide.sizes, waiting.missing))
}

/** Fills nodes of each kind with the mixture of Pods that the relaxation has there. */
function planned({ problem, small }: LinearPrograms, guide: Guide, choice: Choice): Attempt {
  const packing = new Packing(problem)
  const open = new OpenNodes(packing, guide.nodes)
  const waiting = new Waiting(problem, small)
  const missing = small.problem.classes.map(({ count }) => count)
  for (const [k, { count }] of problem.kinds.entries()) {
    const planned = guide.plan.map((byKind, group) => Math.min(missing[group]!, Math.round(byKind.get(k) ?? 0)))
    const left = Float64Array.from(planned)
    fillNodes(packing, open, waiting, k, count, left, choice)
    for (const group of missing.keys()) missing[group]! -= planned[group]! - left[group]!
  }
  return finished(packing, guide, placeAll(packing, guide, open, guide.sizes, waiting.missing))
}

/** Fills nodes of a kind, the first so many. */
function fillNodes(
  packing: Packing,
  open: OpenNodes,
  waiting: Waiting,
  kind: number,
  most: number,
  left: Float64Array,
  choice: Choice,
): void {
  const { classes } = waiting.groups
  const groups = [...classes.keys()].filter((group) => left[group]! > 0 && classes[group]!.kinds.includes(kind))
  const first = packing.first[kind]!
  for (let node = first; node < first + most; node++) {
    if (fillNode(packing, node, waiting, groups, left, choice) === 0) return
    open.openUpTo(kind, node)
  }
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

/** Keeps Pods on their present nodes if they still fit there. */
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
  return finished(packing, guide, placeAll(packing, guide, new OpenNodes(packing), guide.sizes, missing))
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
