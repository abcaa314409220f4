const FIRST_WAIT_MILLISECONDS = 1_000

/** How long after each outcome a Pod is looked at again if it has not changed: the first wait, and the longest. */
const WAITS = {
  /** The kubelet is working on it. */
  soon: { first: FIRST_WAIT_MILLISECONDS, most: 15_000 },
  /** Something has to change that no watch reports: room on a node, usage, a quota. */
  later: { first: 15_000, most: 10 * 60_000 },
  /** There is nothing to do. */
  rarely: { first: 30 * 60_000, most: 30 * 60_000 },
} as const
export type Patience = keyof typeof WAITS

interface Look {
  readonly state: string
  readonly patience: Patience
  readonly times: number
  readonly notBeforeMilliseconds: number
}

/**
 * Remembers when each Pod is worth another look, so that a Pod that cannot be changed now costs no requests. A Pod whose state has
 * changed is looked at immediately. Times are from a monotonic clock.
 */
export class LookAgain {
  readonly #looks = new Map<string, Look>()

  /** @param state what is known of the Pod without a request: its target and its values */
  isDue(uid: string, state: string, nowMilliseconds: number): boolean {
    const look = this.#looks.get(uid)
    return !look || look.state !== state || nowMilliseconds >= look.notBeforeMilliseconds
  }

  /** Whether the last look has found that the Pod cannot be changed now. */
  isStuck(uid: string, state: string, nowMilliseconds: number): boolean {
    const look = this.#looks.get(uid)
    return look !== undefined && look.patience !== 'soon' && !this.isDue(uid, state, nowMilliseconds)
  }

  note(uid: string, state: string, patience: Patience, nowMilliseconds: number): void {
    const last = this.#looks.get(uid)
    const times = last && last.state === state && last.patience === patience ? last.times + 1 : 0
    const { first, most } = WAITS[patience]
    const notBeforeMilliseconds = nowMilliseconds + Math.min(most, first * 2 ** Math.min(times, 20))
    this.#looks.set(uid, { state, patience, times, notBeforeMilliseconds })
  }

  /** Forgets all Pods but these. */
  keep(uids: ReadonlySet<string>): void {
    for (const uid of this.#looks.keys()) if (!uids.has(uid)) this.#looks.delete(uid)
  }
}
