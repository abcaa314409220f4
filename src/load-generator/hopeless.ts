import type { GeneratorSpec } from '../load/index.ts'

/**
 * Notices when a load is far beyond a limit, no matter how fast the rest of its requests are: then as many requests have been slow, or have
 * failed, as may be in the whole load.
 */
export class HopelessCheck {
  readonly #milliseconds: number
  readonly #mostSlow: number
  readonly #mostFailed: number
  #slow = 0
  #failed = 0

  constructor({ hopeless, durationSeconds, requestsPerSecond }: GeneratorSpec) {
    const requests = durationSeconds * requestsPerSecond
    this.#milliseconds = hopeless?.milliseconds ?? Number.POSITIVE_INFINITY
    this.#mostSlow = hopeless ? (1 - hopeless.percentile / 100) * requests : Number.POSITIVE_INFINITY
    this.#mostFailed = hopeless ? hopeless.errorShare * requests : Number.POSITIVE_INFINITY
  }

  /** Takes in a request that counts and has ended. */
  note(milliseconds: number, hasFailed: boolean): void {
    if (milliseconds > this.#milliseconds) this.#slow += 1
    if (hasFailed) this.#failed += 1
  }

  /** Why the load can stop early; undefined while it must continue. */
  get reason(): string | undefined {
    if (this.#failed > this.#mostFailed)
      return `${this.#failed} requests failed; the limit allows ${Math.floor(this.#mostFailed)}`
    if (this.#slow > this.#mostSlow)
      return `${this.#slow} requests took more than ${Math.round(this.#milliseconds)} ms; the limit allows ${Math.floor(this.#mostSlow)}`
    return undefined
  }
}
