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
/** RFC 6750: what a bearer token is made of. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/

interface Review extends KubeObject {
  readonly status?: { readonly authenticated?: boolean; readonly user?: Subject }
}

interface Known {
  readonly viewer: Viewer
  readonly close: () => void
  /** As the API server described them. */
  readonly described: string
  reviewedAt: number
}

export interface TokensOptions {
  /** The dashboard's own: asks who a token is, and what they may. */
  readonly client: KubeClient
  /** Where the API server is, for the clients of others. */
  readonly credentials: Credentials
  readonly version: string
  readonly fieldManager: string
  /** Milliseconds, of a clock that never goes back. */
  readonly now: () => number
}

/** People sign in with a token of theirs, which the API server reviews. What they decide is written with that token. */
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
      actor: actorOf(own, fieldManager),
    }
    return { viewer, close: () => own.close() }
  }
}
