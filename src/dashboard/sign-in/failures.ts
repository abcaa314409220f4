import { LRUCache } from 'lru-cache'
import { Refusal } from '../refusal.ts'

const WINDOW_MILLISECONDS = 60_000
const OF_ONE_ADDRESS = 10
/** Failures of all addresses together that are allowed in a minute. Each costs the API server a TokenReview. */
const OF_ALL = 100
const ADDRESSES = 10_000

interface Counted {
  since: number
  count: number
}

/** Counts the failed attempts to sign in, by the minute: an address with too many must wait. */
export class Failures {
  readonly #now: () => number
  readonly #byAddress = new LRUCache<string, Counted>({ max: ADDRESSES })
  readonly #all: Counted = { since: Number.NEGATIVE_INFINITY, count: 0 }

  /** @param now monotonic clock in milliseconds */
  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * Checks whether an address may try to sign in.
   *
   * @throws Refusal TooManyFailures
   */
  check(address: string): void {
    const wait = Math.max(
      this.#wait(this.#all, OF_ALL),
      this.#wait(this.#byAddress.get(address) ?? { since: 0, count: 0 }, OF_ONE_ADDRESS),
    )
    if (wait <= 0) return
    const retryAfterSeconds = Math.ceil(wait / 1000)
    throw new Refusal('TooManyFailures', `too many attempts failed: try again in ${retryAfterSeconds} s`, {
      retryAfterSeconds,
    })
  }

  count(address: string): void {
    const own = this.#byAddress.get(address) ?? { since: Number.NEGATIVE_INFINITY, count: 0 }
    this.#byAddress.set(address, own)
    for (const counted of [own, this.#all]) {
      if (this.#now() - counted.since >= WINDOW_MILLISECONDS) {
        counted.since = this.#now()
        counted.count = 0
      }
      counted.count++
    }
  }

  #wait({ since, count }: Counted, most: number): number {
    return count < most ? 0 : since + WINDOW_MILLISECONDS - this.#now()
  }
}
