/** The larger of two amounts. */
export function max(a: bigint, b: bigint): bigint {
  // Stryker disable next-line EqualityOperator: of equal amounts, either is the larger one
  return a > b ? a : b
}

/** The smaller of two amounts. */
export function min(a: bigint, b: bigint): bigint {
  // Stryker disable next-line EqualityOperator: of equal amounts, either is the smaller one
  return a < b ? a : b
}
