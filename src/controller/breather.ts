import { setImmediate } from 'node:timers/promises'
import type { Time } from '../clock/index.ts'

/** Longest stretch of work in which nothing else is processed. */
const STRETCH_MILLISECONDS = 50

/** Pauses long work regularly, so that the Lease is renewed and watches are read meanwhile. */
export class Breather {
  readonly #time: Pick<Time, 'elapsed'>
  #since: number

  constructor(time: Pick<Time, 'elapsed'>) {
    this.#time = time
    this.#since = time.elapsed()
  }

  /** Returns immediately or, if there was no pause for a while, after pending work has been processed. */
  async pause(): Promise<void> {
    if (this.#time.elapsed() - this.#since < STRETCH_MILLISECONDS) return
    await setImmediate()
    this.#since = this.#time.elapsed()
  }
}
