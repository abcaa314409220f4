/** Budget of the writes for one purpose. */
export interface WriteBudget {
  /** Writes per second that this purpose always gets, no matter how many others wait. */
  readonly perSecond: number
  /** Number of writes that may follow each other immediately after a quiet period. */
  readonly burst: number
  /** Whether it may also use the part of the client's 5 writes per second that other purposes do not use. */
  readonly mayBorrow: boolean
}

/**
 * The purposes of writes, the most important first. With the Events (1 per second, `EventRecorder`), they add up to the 5 writes per
 * second that all of Plimsoll may use (DESIGN, "etcd budget"). At this rate, checkpoints save 4,500 workloads in an hour.
 */
export const WRITE_BUDGETS = {
  /** Statuses that somebody waits for, or until which a container continues to be killed. */
  urgent: { perSecond: 1.5, burst: 10, mayBorrow: true },
  /** All other statuses of Recommendations. */
  status: { perSecond: 0.75, burst: 5, mayBorrow: true },
  /** Conditions of SizingPolicies. */
  condition: { perSecond: 0.2, burst: 5, mayBorrow: false },
  /** The running workloads, for the dashboard: one Secret. */
  fleet: { perSecond: 0.05, burst: 2, mayBorrow: false },
  /** Checkpoints are not urgent: they are spread out rather than written as fast as possible. */
  checkpoint: { perSecond: 1.25, burst: 5, mayBorrow: false },
  /** Deletions of objects of deleted workloads. */
  deletion: { perSecond: 0.25, burst: 5, mayBorrow: false },
} as const satisfies Readonly<Record<string, WriteBudget>>

export type Purpose = keyof typeof WRITE_BUDGETS

export const PURPOSES = Object.keys(WRITE_BUDGETS) as Purpose[]

/** Remaining budget of one purpose. Times are milliseconds of a monotonic clock. */
export class Allowance {
  readonly #budget: WriteBudget
  /** Number of writes that are left; negative after a write that needed more than was left. */
  #writes: number
  #countedAtMilliseconds: number | undefined

  constructor(budget: WriteBudget) {
    this.#budget = budget
    this.#writes = budget.burst
  }

  has(nowMilliseconds: number): boolean {
    const { perSecond, burst } = this.#budget
    const earned = ((nowMilliseconds - (this.#countedAtMilliseconds ?? nowMilliseconds)) / 1000) * perSecond
    this.#writes = Math.min(burst, this.#writes + earned)
    this.#countedAtMilliseconds = nowMilliseconds
    return this.#writes >= 1
  }

  spend(writes: number): void {
    this.#writes -= writes
  }

  giveBack(writes: number): void {
    this.#writes += writes
  }
}
