import { Refusal } from '../refusal.ts'

/** Runs at most `atOnce` pieces of work at the same time, lets `waitingAtMost` others wait, and refuses the rest. */
export class Turnstile {
  readonly #atOnce: number
  readonly #waitingAtMost: number
  readonly #waiting: (() => void)[] = []
  #inside = 0

  constructor(atOnce: number, waitingAtMost: number) {
    this.#atOnce = atOnce
    this.#waitingAtMost = waitingAtMost
  }

  /**
   * Runs a piece of work when it is its turn.
   *
   * @throws Refusal Busy if too many wait; the signal's reason if it aborted while this waited
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#inside >= this.#atOnce) {
      if (this.#waiting.length >= this.#waitingAtMost) throw new Refusal('Busy')
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else {
      this.#inside++
    }
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#inside--
    }
  }
}
