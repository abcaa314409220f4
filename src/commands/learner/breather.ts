import { setImmediate } from 'node:timers/promises'

/** So long nothing else is answered at a stretch. */
const STRETCH_MILLISECONDS = 50

/** Lets long work pause now and then, so that the Lease is renewed, and watches are read, while it goes on. */
export class Breather {
  #since = performance.now()

  /** Returns at once, or, when there was no pause for a while, after whatever has been waiting. */
  async pause(): Promise<void> {
    if (performance.now() - this.#since < STRETCH_MILLISECONDS) return
    await setImmediate()
    this.#since = performance.now()
  }
}
