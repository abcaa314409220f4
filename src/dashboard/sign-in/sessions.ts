import { LRUCache } from 'lru-cache'
import { digestOf, newSecret } from './secret.ts'
import type { Admission } from './viewer.ts'

const MOST = 1_000
const IDLE_MILLISECONDS = 60 * 60_000
const LIFE_MILLISECONDS = 12 * 60 * 60_000

export interface Session {
  readonly admission: Admission
  /** CSRF token, which the page sends with each request that changes something; another site cannot read it. */
  readonly csrf: string
  /** Time at which the session ends, in milliseconds of the monotonic clock. */
  readonly endsAt: number
}

/**
 * Sessions of the people who are signed in, in memory. A session ends an hour after its last use, and after twelve
 * hours at the latest.
 */
export class Sessions {
  readonly #now: () => number
  readonly #sessions: LRUCache<string, Session>

  /** @param now monotonic clock in milliseconds */
  constructor(now: () => number) {
    this.#now = now
    this.#sessions = new LRUCache({
      max: MOST,
      ttl: IDLE_MILLISECONDS,
      updateAgeOnGet: true,
      ttlResolution: 0,
      perf: { now },
    })
  }

  /**
   * Starts a session.
   *
   * @returns the session and its id, which the browser keeps in a cookie
   */
  begin(admission: Admission): { readonly id: string; readonly session: Session } {
    const id = newSecret()
    const session = { admission, csrf: newSecret(), endsAt: this.#now() + LIFE_MILLISECONDS }
    this.#sessions.set(digestOf(id), session)
    return { id, session }
  }

  find(id: string): Session | undefined {
    const session = this.#sessions.get(digestOf(id))
    if (session && this.#now() < session.endsAt) return session
    this.end(id)
    return undefined
  }

  end(id: string): void {
    this.#sessions.delete(digestOf(id))
  }
}
