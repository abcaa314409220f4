/** Minimize `cost · x` where `rowLower ≤ A x ≤ rowUpper` and `lower ≤ x ≤ upper`; A is stored by columns (CSC). */
export interface LinearProgram {
  readonly cost: Float64Array
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly rowLower: Float64Array
  readonly rowUpper: Float64Array
  readonly starts: Int32Array
  readonly indices: Int32Array
  readonly values: Float64Array
}

export interface LpSolution {
  readonly x: Float64Array
  /** By how much the objective changes if the bound of a row rises by 1. */
  readonly rowDuals: Float64Array
}

/** Another set of bounds on the rows of the same program. */
export type RowBounds = Pick<LinearProgram, 'rowLower' | 'rowUpper'>

/**
 * Solves linear programs. What it returns is not trusted: see `certified` in lower-bound.ts.
 *
 * @param others bounds to solve the same program with afterwards, each from the last basis
 * @returns one solution for the program and for each of `others`; undefined for one that was not solved
 */
export type LpSolver = (program: LinearProgram, others?: readonly RowBounds[]) => (LpSolution | undefined)[]

/** Columns of a program, added one after another. */
export class Columns {
  readonly #cost: number[] = []
  readonly #lower: number[] = []
  readonly #upper: number[] = []
  readonly #starts: number[] = [0]
  readonly #indices: number[] = []
  readonly #values: number[] = []

  get length(): number {
    return this.#cost.length
  }

  add(cost: number, lower: number, upper: number, entries: Iterable<readonly [row: number, value: number]>): number {
    this.#cost.push(cost)
    this.#lower.push(lower)
    this.#upper.push(upper)
    for (const [row, value] of entries) {
      if (value === 0) continue
      this.#indices.push(row)
      this.#values.push(value)
    }
    this.#starts.push(this.#indices.length)
    return this.#cost.length - 1
  }

  program(rows: RowBounds): LinearProgram {
    return {
      ...rows,
      cost: Float64Array.from(this.#cost),
      lower: Float64Array.from(this.#lower),
      upper: Float64Array.from(this.#upper),
      starts: Int32Array.from(this.#starts),
      indices: Int32Array.from(this.#indices),
      values: Float64Array.from(this.#values),
    }
  }
}
