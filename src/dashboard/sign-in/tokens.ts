import { LRUCache } from 'lru-cache'
import { actorOf } from '../../actions/index.ts'
import { bearerCredentials, type Credentials, KubeClient, type KubeObject, TOKEN_REVIEWS } from '../../kube/index.ts'
import { Refusal } from '../refusal.ts'
import { Access, type Subject } from './access.ts'
import { digestOf } from './secret.ts'
import type { SignIn, Viewer } from './viewer.ts'

/** How long a token that was revoked may still be accepted. */
const REMEMBERED_MILLISECONDS = 60_000
const MOST_VIEWERS = 250
const MAX_TOKEN = 16 * 1024
/** Characters of a bearer token (RFC 6750, section 2.1). */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/

interface Review extends KubeObject {
  readonly status?: { readonly authenticated?: boolean; readonly user?: Subject }
}

interface Known {
  readonly viewer: Viewer
  readonly close: () => void
  /** Description of the person by the API server, as JSON. */
  readonly described: string
  reviewedAt: number
}

export interface TokensOptions {
  /** Client with the dashboard's own rights, which asks whose token it is and what they may do. */
  readonly client: KubeClient
  /** Credentials that say where the API server is, for the clients of other people. */
  readonly credentials: Credentials
  readonly version: string
  readonly fieldManager: string
  /** Monotonic clock in milliseconds. */
  readonly now: () => number
}

/**
 * Signs people in with a token of theirs, which the API server reviews. Their decisions are written with that token.
 */
export class Tokens implements SignIn {
  readonly way = 'token'
  readonly #options: TokensOptions
  readonly #known: LRUCache<string, Known>
  readonly #reviews = new Map<string, Promise<Viewer | undefined>>()

  constructor(options: TokensOptions) {
    this.#options = options
    this.#known = new LRUCache({ max: MOST_VIEWERS, dispose: ({ close }) => close() })
  }

  async begin(token: string) {
    if (token.length > MAX_TOKEN || !TOKEN.test(token)) return undefined
    const admission = () => this.#viewerOf(token)
    return (await admission()) && admission
  }

  known(token: string): Viewer | undefined {
    const known = this.#known.get(digestOf(token))
    return known && this.#options.now() - known.reviewedAt < REMEMBERED_MILLISECONDS ? known.viewer : undefined
  }

  async #viewerOf(token: string): Promise<Viewer | undefined> {
    const known = this.known(token)
    if (known) return known
    const key = digestOf(token)
    const underWay = this.#reviews.get(key) ?? this.#review(key, token).finally(() => this.#reviews.delete(key))
    this.#reviews.set(key, underWay)
    return await underWay
  }

  async #review(key: string, token: string): Promise<Viewer | undefined> {
    const { client, now } = this.#options
    const asked = { metadata: {}, spec: { token } } as Review
    const { status } = await client.create<Review>(TOKEN_REVIEWS, asked, { urgent: true }).catch((cause: Error) => {
      throw new Refusal('Unavailable', `the API server does not say whose token this is: ${cause.message}`, { cause })
    })
    if (!status?.authenticated || !status.user?.username) {
      this.#known.delete(key)
      return undefined
    }
    const described = JSON.stringify(status.user)
    const before = this.#known.get(key)
    if (before?.described === described) {
      before.reviewedAt = now()
      return before.viewer
    }
    const known = { ...this.#meet(token, status.user), described, reviewedAt: now() }
    this.#known.set(key, known)
    return known.viewer
  }

  #meet(token: string, user: Subject): Pick<Known, 'viewer' | 'close'> {
    const { client, credentials, version, fieldManager, now } = this.#options
    const own = new KubeClient({ credentials: bearerCredentials(credentials, token), version })
    const access = new Access(client, user, now)
    const viewer: Viewer = {
      name: user.username!,
      seen: (namespaces) => access.seen(namespaces),
      rights: (namespace) => access.rights(namespace),
      mayRestart: (workload) => access.mayRestart(workload),
      actor: actorOf(own, fieldManager),
    }
    return { viewer, close: () => own.close() }
  }
}
