import { LRUCache } from 'lru-cache'
import { Refusal } from '../refusal.ts'

const WINDOW_MILLISECONDS = 60_000
/** Most failed attempts a minute of one client, as the proxy in front of the dashboard names it. */
const OF_ONE_CLIENT = 10
/** Most failed attempts a minute of one connected address: an ingress, or a Pod that invents a client each time. */
const OF_ONE_PEER = 50
/** Most failed attempts a minute of all clients. Each costs the API server a TokenReview. */
const OF_ALL = 100
const CLIENTS = 10_000

/** Source of an attempt to sign in. */
export interface Origin {
  /** Address that is connected. */
  readonly peer: string
  /** Address that the peer forwards for; empty where it names none. */
  readonly client: string
}

interface Counted {
  since: number
  count: number
}

/**
 * Counts attempts to sign in by the minute, except those that succeeded: who fails too often has to wait. An attempt counts from its
 * beginning, so that many at once are no more than many in a row.
 */
export class Attempts {
  readonly #now: () => number
  readonly #clients = new LRUCache<string, Counted>({ max: CLIENTS })
  readonly #peers = new LRUCache<string, Counted>({ max: CLIENTS })
  readonly #all: Counted = newCounted()

  /** @param now milliseconds, of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * Counts an attempt that begins.
   *
   * @returns a function that takes the attempt back; call it unless the secret was refused
   * @throws Refusal TooManyFailures
   */
  begin({ peer, client }: Origin): () => void {
    const counted = [
      [countedOf(this.#clients, `${peer} ${client}`), OF_ONE_CLIENT],
      [countedOf(this.#peers, peer), OF_ONE_PEER],
      [this.#all, OF_ALL],
    ] as const
    const wait = Math.max(...counted.map(([its, most]) => this.#wait(its, most)))
    if (wait > 0) {
      const retryAfterSeconds = Math.ceil(wait / 1000)
      throw new Refusal('TooManyFailures', `too many attempts failed: try again in ${retryAfterSeconds} s`, {
        retryAfterSeconds,
      })
    }
    const windows = counted.map(([its]) => {
      if (this.#now() - its.since >= WINDOW_MILLISECONDS) Object.assign(its, { since: this.#now(), count: 0 })
      its.count++
      return { its, since: its.since }
    })
    return () => {
      for (const { its, since } of windows) if (its.since === since) its.count--
    }
  }

  #wait({ since, count }: Counted, most: number): number {
    return count < most ? 0 : since + WINDOW_MILLISECONDS - this.#now()
  }
}

function newCounted(): Counted {
  return { since: Number.NEGATIVE_INFINITY, count: 0 }
}

function countedOf(cache: LRUCache<string, Counted>, key: string): Counted {
  const counted = cache.get(key) ?? newCounted()
  cache.set(key, counted)
  return counted
}
