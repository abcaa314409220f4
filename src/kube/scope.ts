import { systemTime, type Time } from '../clock/index.ts'

/**
 * A signal that follows another one and may be aborted on its own, also after a while. `end` takes everything back: with
 * AbortSignal.any and .timeout each request would leave something on a signal that lives as long as the process.
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

  /** Aborts after a while; replaces the deadline that was set before. Returns what lifts it. */
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
