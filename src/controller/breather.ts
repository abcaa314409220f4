import { setImmediate } from 'node:timers/promises'
import type { Time } from '../clock/index.ts'

/** So long nothing else is answered at a stretch. */
const STRETCH_MILLISECONDS = 50

/** Lets long work pause now and then, so that the Lease is renewed, and watches are read, while it goes on. */
export class Breather {
  readonly #time: Pick<Time, 'elapsed'>
  #since: number

  constructor(time: Pick<Time, 'elapsed'>) {
    this.#time = time
    this.#since = time.elapsed()
  }

  /** Returns at once, or, when there was no pause for a while, after whatever has been waiting. */
  async pause(): Promise<void> {
    if (this.#time.elapsed() - this.#since < STRETCH_MILLISECONDS) return
    await setImmediate()
    this.#since = this.#time.elapsed()
  }
}
