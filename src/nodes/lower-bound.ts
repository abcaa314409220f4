import type { LinearPrograms } from './linear-programs.ts'
import type { NodeRow } from './node-rows.ts'
import type { Problem } from './problem.ts'
import { type Duals, leftOutCost, priced } from './relaxation.ts'

/** Relative error of the solver, and of floating point. */
const TOLERANCE = 1e-7

/**
 * The least that any packing costs: the sum of the prices of its nodes, and `leftOutCost` for each Pod that it places nowhere. It is
 * computed from the solver's prices by weak duality, so that it holds for any prices: a wrong answer of the solver makes it lower,
 * never too high.
 */
export function lowerBound(programs: LinearPrograms): number {
  const { problem, tight } = programs
  const relaxed = programs.tightest()
  return roundedUp(problem, relaxed ? certified(problem, tight, relaxed) : trivial(problem))
}

/**
 * Value of the dual at these prices: each Pod pays what it costs on its cheapest kind, and each kind gets back what its nodes would
 * earn above their price.
 */
function certified(problem: Problem, rows: readonly NodeRow[], duals: Duals): number {
  const { kinds, classes } = problem
  const costOn = priced(problem, rows, duals)
  const leftOut = leftOutCost(problem)
  let bound = 0
  for (const pod of classes) {
    let least = leftOut(pod)
    for (const kind of pod.kinds) least = Math.min(least, costOn(pod, kind))
    bound += least * pod.count
  }
  const earned = new Float64Array(kinds.length)
  for (const [index, { kind }] of rows.entries()) earned[kind]! += duals.rows[index]!
  for (const [k, { price, count, fixed }] of kinds.entries()) {
    const missing = price - earned[k]!
    bound += missing * (missing < 0 ? count : fixed)
  }
  return Math.max(bound, trivial(problem))
}

function trivial({ kinds }: Problem): number {
  return kinds.reduce((sum, { price, fixed }) => sum + price * fixed, 0)
}

/** Rounds the bound up to whole nodes if all nodes have the same price. */
function roundedUp({ kinds, classes }: Problem, bound: number): number {
  const price = kinds[0]?.price ?? 0
  if (price <= 0 || kinds.some((one) => one.price !== price) || classes.some((pod) => pod.kinds.length === 0))
    return bound
  return Math.ceil((bound / price) * (1 - TOLERANCE) - TOLERANCE) * price
}
