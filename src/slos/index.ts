export {
  budgetLeft,
  fastBurnShare,
  isAboveBudget,
  isBurning,
  isDegraded,
  isFastBurn,
  isKnown,
  shareOf,
  sumOf,
} from './burn.ts'
export { differenceOfShares, type Group, type ShareDifference } from './compare.ts'
export { type Answers, countRequests } from './count.ts'
export { CpuForSlo, type CpuState } from './cpu-for-slo.ts'
export { newestReceived, type Received } from './newest.ts'
export { SloObjects } from './objects/objects.ts'
export { sloObjectOf } from './objects/of-file.ts'
export type { FindSloObject, SloObject } from './objects/read.ts'
export {
  type Catalog,
  type Counted,
  EDGES_AT_FIRST,
  type Part,
  Parts,
  partsOf,
  type Sought,
  soughtBy,
} from './parts.ts'
export { planSlo, type SloSurroundings } from './plan.ts'
export { countsOf, equal, filledIn, sumBy } from './promql.ts'
export { readObjective } from './read.ts'
export type { BurnWindows, Objective, Requests, SloReading, SloState } from './reading.ts'
export { type KnownPods, type Row, RowIndex, type Whose } from './rows.ts'
export { type ServedTrial, slopeOfTrials } from './slope-of-trials.ts'
export { ANYWHERE, type SloPlan, type SloSource, type Where } from './source.ts'
