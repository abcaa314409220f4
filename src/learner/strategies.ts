/**
 * A way to predict the CPU of the next hours: masses of past usage that are mixed into one histogram for each hour ahead. They need not
 * add up to 1.
 */
export interface Strategy {
  /** Mass of the last minutes for the first hour ahead, and the factor by which it fades with each further hour. */
  readonly minutes: number
  readonly minutesFade: number
  /** Mass of the last hours for the first hour ahead, and the factor by which it fades with each further hour. */
  readonly hours: number
  readonly hoursFade: number
  /** Mass of the last day. */
  readonly day: number
  /** Mass of the last week. */
  readonly week: number
  /** Mass of the same hour of past days. */
  readonly daily: number
  /** Mass of the same hour of past weeks. */
  readonly weekly: number
  /** Mass of the usage that followed on past hours like the last one. */
  readonly alike: number
}

const EVEN: Strategy = {
  minutes: 20,
  minutesFade: 0.8,
  hours: 2,
  hoursFade: 0.9,
  day: 0.3,
  week: 0.03,
  daily: 0.1,
  weekly: 0.1,
  alike: 20,
}

/**
 * The strategies that plan the next hours: even, seasonal and cautious. All of them plan side by side, and each container
 * follows the one that has cost it least.
 */
export const STRATEGIES: readonly Strategy[] = [
  EVEN,
  { ...EVEN, daily: 1.5, weekly: 1.5 },
  { ...EVEN, minutes: 4, day: 0.9, daily: 0, weekly: 0 },
]
