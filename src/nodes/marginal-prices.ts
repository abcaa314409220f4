import type { LinearPrograms } from './linear-programs.ts'
import type { Duals } from './relaxation.ts'

/** Number of demands that are averaged, and how far they differ from those of the Pods. */
const PERTURBATIONS = 8
const SPREAD = 0.02

/**
 * What the room of a node is worth, by `LinearPrograms.capacity`: how much less the nodes cost if Pods demand 1 less of a row. These
 * are the duals of the LP relaxation. They are degenerate where several resources are full at once, so they are averaged over slightly
 * different numbers of Pods, which are the same every time. A resource that binds nowhere has the price 0.
 *
 * Where Pods have no place, the duals are what a place is worth to them, far more than a node costs. They are scaled down, so that
 * the room of one node is never worth more than the most expensive node.
 */
export function marginalPrices(programs: LinearPrograms): Duals {
  const { problem, capacity: rows } = programs
  const counts = Array.from({ length: PERTURBATIONS }, (_, i) =>
    programs.small.problem.classes.map(
      ({ count }, c) => count * (1 + SPREAD * (2 * fraction(i * 7919 + c * 104_729) - 1)),
    ),
  )
  const solved = programs.withCounts(counts).filter((one) => one !== undefined)
  const means = Float64Array.from(
    rows,
    (_, index) => solved.reduce((sum, { rows: duals }) => sum + duals[index]!, 0) / Math.max(1, solved.length),
  )
  const earned = new Float64Array(problem.kinds.length)
  for (const [index, { kind }] of rows.entries()) earned[kind]! += means[index]!
  const highest = problem.kinds.reduce((most, { price }) => Math.max(most, price), 0)
  return { rows: means.map((mean, index) => mean * Math.min(1, highest / (earned[rows[index]!.kind]! || 1))) }
}

/** A number in 0..1 that looks drawn at random and is always the same for the same seed. */
function fraction(seed: number): number {
  let value = (seed + 0x6d2b79f5) | 0
  value = Math.imul(value ^ (value >>> 15), value | 1)
  value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
  return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
}
