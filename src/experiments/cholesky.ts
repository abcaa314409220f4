/** A lower triangular matrix, row by row. */
export interface LowerTriangle {
  readonly size: number
  readonly rows: readonly Float64Array[]
}

/**
 * The Cholesky factor L of a symmetric positive definite matrix A = LLᵀ, of which only the lower half is read.
 *
 * @returns undefined where the matrix is not positive definite
 */
export function cholesky(matrix: readonly Float64Array[]): LowerTriangle | undefined {
  const rows: Float64Array[] = []
  for (const [i, source] of matrix.entries()) {
    const row = new Float64Array(i + 1)
    for (let j = 0; j <= i; j++) {
      const other = j === i ? row : rows[j]!
      let rest = source[j]!
      for (let k = 0; k < j; k++) rest -= row[k]! * other[k]!
      if (j < i) row[j] = rest / other[j]!
      else if (rest > 0) row[i] = Math.sqrt(rest)
      else return undefined
    }
    rows.push(row)
  }
  return { size: rows.length, rows }
}

/** Solves Lx = b. */
export function solveLower({ size, rows }: LowerTriangle, b: ArrayLike<number>): Float64Array {
  const x = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    const row = rows[i]!
    let rest = b[i]!
    for (let k = 0; k < i; k++) rest -= row[k]! * x[k]!
    x[i] = rest / row[i]!
  }
  return x
}

/** Solves Lᵀx = b. */
export function solveUpper({ size, rows }: LowerTriangle, b: ArrayLike<number>): Float64Array {
  const x = Float64Array.from({ length: size }, (_, i) => b[i]!)
  for (let i = size - 1; i >= 0; i--) {
    const row = rows[i]!
    x[i] = x[i]! / row[i]!
    for (let k = 0; k < i; k++) x[k] = x[k]! - row[k]! * x[i]!
  }
  return x
}

/** The logarithm of the determinant of LLᵀ. */
export function logDeterminant({ rows }: LowerTriangle): number {
  return rows.reduce((sum, row, i) => sum + 2 * Math.log(row[i]!), 0)
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
