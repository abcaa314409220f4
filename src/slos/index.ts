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
export type { BurnWindows, Objective, Requests, SloReading, SloState } from './reading.ts'
