import { systemTime, type Time } from '../clock/index.ts'

/**
 * A signal that follows another signal, and that may also be aborted separately or after some time. `end` removes all listeners and
 * timers: with AbortSignal.any and AbortSignal.timeout, each request would leave something on a signal that lives as long as the
 * process.
 */
export class Scope {
  readonly #controller = new AbortController()
  readonly #parent: AbortSignal | undefined
  readonly #time: Time
  readonly #follow = () => this.abort(this.#parent?.reason)
  #cancel = () => {}

  constructor(parent: AbortSignal | undefined, time: Time = systemTime) {
    this.#parent = parent
    this.#time = time
    if (parent?.aborted) this.#follow()
    else parent?.addEventListener('abort', this.#follow, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason)
  }

  /**
   * Aborts the signal after some time; replaces the deadline that was set before. Returns a function that cancels it.
   */
  expire(milliseconds: number, reason: () => Error): () => void {
    this.#cancel()
    this.#cancel = this.#time.after(milliseconds, () => this.abort(reason()))
    return this.#cancel
  }

  end(): void {
    this.#cancel()
    this.#parent?.removeEventListener('abort', this.#follow)
  }
}
