import { LRUCache } from 'lru-cache'
import { digestOf, newSecret } from './secret.ts'
import type { Admission } from './viewer.ts'

const MOST = 1_000
/** Sessions of one user: a few browsers, and some more. */
const MOST_OF_ONE = 20
const IDLE_MILLISECONDS = 60 * 60_000
const LIFE_MILLISECONDS = 12 * 60 * 60_000

export interface Session {
  /** Name of the user, as the API server knows them. */
  readonly user: string
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
  /** Keys of the sessions of each user, the oldest first. */
  readonly #byUser = new Map<string, Set<string>>()

  /** @param now monotonic clock in milliseconds */
  constructor(now: () => number) {
    this.#now = now
    this.#sessions = new LRUCache({
      max: MOST,
      ttl: IDLE_MILLISECONDS,
      updateAgeOnGet: true,
      ttlResolution: 0,
      perf: { now },
      dispose: ({ user }, key) => {
        const own = this.#byUser.get(user)
        if (own?.delete(key) && own.size === 0) this.#byUser.delete(user)
      },
    })
  }

  /**
   * Starts a session. If a user has too many sessions, or all users together have, the oldest session of the user with the most ends. So
   * signing in cannot sign others out.
   *
   * @returns what the browser is to keep, in a cookie
   */
  begin(user: string, admission: Admission): { readonly id: string; readonly session: Session } {
    const id = newSecret()
    const session = { user, admission, csrf: newSecret(), endsAt: this.#now() + LIFE_MILLISECONDS }
    if ((this.#byUser.get(user)?.size ?? 0) >= MOST_OF_ONE) this.#endOldestOf(user)
    if (this.#sessions.size >= MOST) {
      this.#sessions.purgeStale()
      if (this.#sessions.size >= MOST) this.#endOldestOf(this.#userWithMost())
    }
    this.#byUser.set(user, (this.#byUser.get(user) ?? new Set()).add(digestOf(id)))
    this.#sessions.set(digestOf(id), session)
    return { id, session }
  }

  #endOldestOf(user: string): void {
    for (const key of this.#byUser.get(user) ?? []) {
      this.#sessions.delete(key)
      return
    }
  }

  #userWithMost(): string {
    let [most, size] = ['', 0]
    for (const [user, own] of this.#byUser) if (own.size > size) [most, size] = [user, own.size]
    return most
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
