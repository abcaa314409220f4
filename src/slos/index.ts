export { budgetLeft, fastBurnShare, isBurning, isDegraded, isFastBurn, isKnown, shareOf } from './burn.ts'
export { differenceOfShares, type Group, type ShareDifference } from './compare.ts'
export type { BurnWindows, Objective, Requests, SloReading, SloState } from './reading.ts'
