import { Columns, type LpSolution, type LpSolver, type RowBounds } from './linear-program.ts'
import type { NodeRow } from './node-rows.ts'
import { DEVICE_MILLI, type PodClass, type Problem } from './problem.ts'

/** Prices of what is scarce, from the dual of the LP relaxation. */
export interface Duals {
  /** Price of each row, ≥ 0, in the order of the rows. */
  readonly rows: Float64Array
}

export interface Relaxed extends Duals {
  /** Number of nodes of each kind, and not whole. */
  readonly nodes: Float64Array
  /** Number of Pods of each class on each of its kinds, in the order of `PodClass.kinds`, and not whole. */
  readonly pods: readonly Float64Array[]
}

/** Cost of a Pod that is left out, as a multiple of the most expensive node: no saved node is worth a Pod. */
const LEFT_OUT = 100

/** Cost of a Pod that is placed nowhere; one with GPUs is worth more than one without. */
export function leftOutCost({ kinds }: Problem, { devices }: PodClass): number {
  const gpus = devices ? (devices.count * devices.milli) / DEVICE_MILLI : 0
  return LEFT_OUT * (1 + gpus) * Math.max(1, ...kinds.map(({ price }) => price))
}

/** Resources of which Pods take any amount; of others, such as GPUs, they take whole pieces, which fill a node to the last. */
const DIVISIBLE: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage'])

/**
 * Solves the relaxation in which Pods and nodes may be split: a row for each class (all Pods are placed or left out), and `rows` for
 * every kind of node.
 *
 * @param others other numbers of Pods of each class, to solve it with as well
 * @param fill share of each resource of a node that may be used
 */
export function relax(
  problem: Problem,
  rows: readonly NodeRow[],
  solve: LpSolver,
  others: readonly (readonly number[])[] = [],
  fill = 1,
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
  for (const [c, pod] of classes.entries())
    columns.add(leftOutCost(problem, pod), 0, Number.POSITIVE_INFINITY, [[c, 1]])
  const bounds = (counts: readonly number[]): RowBounds => ({
    rowLower: Float64Array.from([...counts, ...rows.map(() => Number.NEGATIVE_INFINITY)]),
    rowUpper: Float64Array.from([...counts, ...rows.map(() => 0)]),
  })
  const program = columns.program(bounds(classes.map(({ count }) => count)))
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
