import { LRUCache } from 'lru-cache'
import { digestOf, newSecret } from './secret.ts'
import type { Admission } from './viewer.ts'

const MOST = 1_000
const IDLE_MILLISECONDS = 60 * 60_000
const LIFE_MILLISECONDS = 12 * 60 * 60_000

export interface Session {
  readonly admission: Admission
  /** What the page says with whatever changes something; another site cannot read it. */
  readonly csrf: string
  readonly endsAt: number
}

/** Who is signed in, in memory: for an hour since they were last here, and twelve hours at most. */
export class Sessions {
  readonly #now: () => number
  readonly #sessions: LRUCache<string, Session>

  /** @param now milliseconds, of a clock that never goes back */
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

  /** @returns what the browser is to keep, in a cookie */
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
