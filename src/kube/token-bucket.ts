import { pause, systemTime, type Time } from '../clock/index.ts'

export interface Rate {
  readonly perSecond: number
  /** Number of tokens that may be taken immediately after a quiet period. */
  readonly burst: number
}

/** Limits how often something happens. Callers are served in the order of their calls. */
export class TokenBucket {
  readonly #rate: Rate
  readonly #time: Time
  /** Tokens that are left; when it is negative, the number of waiters. */
  #tokens: number
  #countedAt: number

  constructor(rate: Rate, time: Time = systemTime) {
    this.#rate = rate
    this.#time = time
    this.#tokens = rate.burst
    this.#countedAt = time.elapsed()
  }

  /** Takes a token if one is available and no call is waiting for one. */
  tryTake(): boolean {
    this.#refill()
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }

  /**
   * Waits for a token and takes it.
   *
   * @throws the signal's reason if it aborts meanwhile
   */
  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.#refill()
    this.#tokens--
    if (this.#tokens >= 0) return
    await pause(this.#time, (-this.#tokens / this.#rate.perSecond) * 1000, signal)
    if (signal?.aborted) {
      this.#tokens++
      throw signal.reason
    }
  }

  #refill(): void {
    const now = this.#time.elapsed()
    const earned = ((now - this.#countedAt) / 1000) * this.#rate.perSecond
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + earned)
    this.#countedAt = now
  }
}
