/** How often values may change. */
export interface ChangeRules {
  /** Changes of a container per day that the price of a change aims at. Raises after an OOM kill do not count. */
  readonly aDay: number
  /** Hours that must pass between two decreases of a resource; it may rise at any time. */
  readonly lowerEveryHours: number
}

/**
 * The default rules. On the public trace, hourly decisions at 0.3 changes a day cost less CPU than daily ones at about as many
 * (docs/concepts/learning.md).
 */
export const CHANGE_RULES: ChangeRules = { aDay: 0.3, lowerEveryHours: 6 }
