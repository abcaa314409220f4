export type { LinearProgram, LpSolution, LpSolver, RowBounds } from './linear-program.ts'
export { type Packed, pack } from './pack.ts'
export { hasRoomWhenEmpty, type Problem } from './problem.ts'
