import { Columns, type LpSolution, type LpSolver, type RowBounds } from './linear-program.ts'
import type { NodeRow } from './node-rows.ts'
import { DEVICE_MILLI, type PodClass, type Problem } from './problem.ts'

/** Prices of what is scarce, from the dual of the LP relaxation. */
export interface Duals {
  /** Price of each row, ≥ 0, in the order of the rows. */
  readonly rows: Float64Array
}

export interface Relaxed extends Duals {
  /** Number of nodes of each kind; may be a fraction. */
  readonly nodes: Float64Array
  /** Number of Pods of each class on each of its kinds, in the order of `PodClass.kinds`; may be a fraction. */
  readonly pods: readonly Float64Array[]
}

/** Cost of a Pod that is left out, as a multiple of the most expensive node: no saved node is worth a Pod. */
const LEFT_OUT = 100

/** Cost of a Pod of a class that is placed nowhere; one with GPUs is worth more than one without. */
export function leftOutCost({ kinds }: Problem): (pod: PodClass) => number {
  const highest = kinds.reduce((most, { price }) => Math.max(most, price), 1)
  return ({ devices }) => LEFT_OUT * highest * (1 + (devices ? (devices.count * devices.milli) / DEVICE_MILLI : 0))
}

/** Resources of which Pods take any amount; of others, such as GPUs, they take whole pieces, which fill a node to the last. */
const DIVISIBLE: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage'])

/** A change of a relaxation. */
export interface Variant {
  /** Number of Pods of each class. */
  readonly counts?: readonly number[]
  /** Number of rows that are in effect, the first ones. */
  readonly rows?: number
}

/**
 * Solves the relaxation in which Pods and nodes may be split: a row for each class (all Pods are placed or left out), and `rows` for
 * every kind of node.
 *
 * @param options variants to solve as well, and the share of each resource of a node that may be used
 * @returns the solution, and those of the variants; undefined for one that was not found
 */
export function relax(
  problem: Problem,
  rows: readonly NodeRow[],
  solve: LpSolver,
  { others = [], fill = 1 }: { readonly others?: readonly Variant[]; readonly fill?: number } = {},
): (Relaxed | undefined)[] {
  const { kinds, classes } = problem
  const byKind = kinds.map((): number[] => [])
  for (const [index, { kind }] of rows.entries()) byKind[kind]!.push(index)
  const rowOf = (index: number) => classes.length + index
  const filled = ({ resource }: NodeRow) =>
    resource !== undefined && DIVISIBLE.has(problem.resources[resource]!) ? fill : 1
  const columns = new Columns()
  for (const [k, { price, fixed, count }] of kinds.entries())
    columns.add(
      price,
      fixed,
      count,
      byKind[k]!.map((index) => [rowOf(index), -filled(rows[index]!)]),
    )
  for (const [c, pod] of classes.entries()) {
    for (const k of pod.kinds) {
      const entries = byKind[k]!.map((index) => [rowOf(index), rows[index]!.weight(pod)] as const)
      columns.add(0, 0, Number.POSITIVE_INFINITY, [[c, 1], ...entries])
    }
  }
  const costOf = leftOutCost(problem)
  for (const [c, pod] of classes.entries()) columns.add(costOf(pod), 0, Number.POSITIVE_INFINITY, [[c, 1]])
  const present = classes.map(({ count }) => count)
  const bounds = ({ counts = present, rows: inEffect = rows.length }: Variant): RowBounds => ({
    rowLower: Float64Array.from([...counts, ...rows.map(() => Number.NEGATIVE_INFINITY)]),
    rowUpper: Float64Array.from([...counts, ...rows.map((_, i) => (i < inEffect ? 0 : Number.POSITIVE_INFINITY))]),
  })
  const program = columns.program(bounds({}))
  const relaxed = (solution: LpSolution | undefined): Relaxed | undefined => {
    if (!solution) return undefined
    let from = kinds.length
    return {
      nodes: solution.x.slice(0, kinds.length),
      pods: classes.map((pod) => {
        const to = from + pod.kinds.length
        const its = solution.x.slice(from, to)
        from = to
        return its
      }),
      rows: solution.rowDuals.slice(classes.length).map((dual) => Math.max(0, -dual)),
    }
  }
  return solve(program, others.map(bounds)).map(relaxed)
}

/** What a Pod of the class costs on each of its kinds at these prices. */
export function priced(
  { kinds }: Problem,
  rows: readonly NodeRow[],
  duals: Duals,
): (pod: PodClass, kind: number) => number {
  const byKind = kinds.map((): { readonly weight: NodeRow['weight']; readonly price: number }[] => [])
  for (const [index, { kind, weight }] of rows.entries())
    if (duals.rows[index]! > 0) byKind[kind]!.push({ weight, price: duals.rows[index]! })
  return (pod, kind) => byKind[kind]!.reduce((sum, { weight, price }) => sum + price * weight(pod), 0)
}
