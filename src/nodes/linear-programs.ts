import type { LpSolver } from './linear-program.ts'
import { type Merged, merged } from './merge.ts'
import { capacityRows, type NodeRow, wholePodRows } from './node-rows.ts'
import type { Problem } from './problem.ts'
import { type Relaxed, relax } from './relaxation.ts'

/** The linear programs of one problem. Shared parts are computed once. */
export class LinearPrograms {
  readonly problem: Problem
  /** The problem with similar classes merged, which is what is solved. */
  readonly small: Merged
  /** Rows for the room of each node. */
  readonly capacity: readonly NodeRow[]
  /** `capacity`, and rows for what no packing of whole Pods can do. */
  readonly tight: readonly NodeRow[]
  readonly #solve: LpSolver
  readonly #filled = new Map<number, Relaxed | undefined>()
  #tightest: Relaxed | undefined

  constructor(problem: Problem, solve: LpSolver) {
    this.problem = problem
    this.#solve = solve
    this.small = merged(problem)
    this.capacity = capacityRows(problem)
    this.tight = [...this.capacity, ...wholePodRows(problem)]
  }

  /** The solution with all rows, whose prices give the bound; undefined if it was not found. */
  tightest(): Relaxed | undefined {
    this.#solveFirst()
    return this.#tightest
  }

  /** The solution with the rows of capacity. @param fill share of each resource of a node that may be used */
  filled(fill: number): Relaxed | undefined {
    if (fill === 1) this.#solveFirst()
    if (!this.#filled.has(fill)) {
      const [relaxed] = relax(this.small.problem, this.capacity, this.#solve, { fill })
      this.#filled.set(fill, relaxed)
    }
    return this.#filled.get(fill)
  }

  /** Solutions with the rows of capacity for other numbers of Pods of each merged class. */
  withCounts(counts: readonly (readonly number[])[]): (Relaxed | undefined)[] {
    return relax(this.small.problem, this.capacity, this.#solve, { others: counts.map((its) => ({ counts: its })) })
  }

  /** The two programs that every packing needs are one with fewer rows in effect, which is solved from where the other ended. */
  #solveFirst(): void {
    if (this.#filled.has(1)) return
    const others = [{ rows: this.capacity.length }]
    const [tightest, filled] = relax(this.small.problem, this.tight, this.#solve, { others })
    this.#tightest = tightest
    this.#filled.set(1, filled)
  }
}
