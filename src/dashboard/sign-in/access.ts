import { LRUCache } from 'lru-cache'
import { restartableType } from '../../actions/index.ts'
import { ACCESS_REVIEWS, type KubeClient, type KubeObject, SELF_ACCESS_REVIEWS } from '../../kube/index.ts'
import type { Workload } from '../../workloads/index.ts'
import type { Rights } from './viewer.ts'

/** How long a right that was revoked may still be valid. */
const REMEMBERED_MILLISECONDS = 60_000
const MOST_REMEMBERED = 4_000
const AT_ONCE = 16

/** Person whose rights are checked; if undefined, the account of the client. */
export interface Subject {
  readonly username?: string
  readonly uid?: string
  readonly groups?: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** What is asked for, as in `resourceAttributes` of a SubjectAccessReview. */
interface Asked {
  readonly group: string
  readonly resource: string
  readonly verb: string
  readonly namespace?: string | undefined
  readonly name?: string
}

interface Review extends KubeObject {
  readonly status?: { readonly allowed?: boolean }
}

/**
 * What RBAC allows somebody to do with Recommendations and workloads. The API server is asked, and its answers are remembered for a
 * minute.
 */
export class Access {
  readonly #client: KubeClient
  readonly #subject: Subject | undefined
  readonly #known: LRUCache<string, Promise<boolean>>

  /** @param now monotonic clock in milliseconds */
  constructor(client: KubeClient, subject: Subject | undefined, now: () => number) {
    this.#client = client
    this.#subject = subject
    this.#known = new LRUCache({ max: MOST_REMEMBERED, ttl: REMEMBERED_MILLISECONDS, ttlResolution: 0, perf: { now } })
  }

  /** The given namespaces in which the person may list Recommendations. */
  async seen(namespaces: readonly string[]): Promise<ReadonlySet<string>> {
    if (await this.#may('list', undefined)) return new Set(namespaces)
    const seen = new Set<string>()
    const left = namespaces.values()
    const askSome = async () => {
      for (const namespace of left) if (await this.#may('list', namespace)) seen.add(namespace)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, askSome))
    return seen
  }

  async rights(namespace: string): Promise<Rights> {
    const [decide, approve] = await Promise.all([this.#may('patch', namespace), this.#may('approve', namespace)])
    return { decide, approve: decide && approve }
  }

  async mayRestart({ namespace, kind, name }: Workload): Promise<{ may: boolean; type: string } | undefined> {
    const type = restartableType(kind)
    if (!type) return undefined
    const { plural: resource, apiVersion } = type
    const group = apiVersion.split('/')[0]!
    const of = { group, resource, namespace, name }
    const may = await Promise.all([this.#mayDo({ ...of, verb: 'get' }), this.#mayDo({ ...of, verb: 'patch' })])
    return { may: may.every(Boolean), type: `${resource}.${group}` }
  }

  #may(verb: string, namespace: string | undefined): Promise<boolean> {
    return this.#mayDo({ group: 'plimsoll.dev', resource: 'recommendations', verb, namespace })
  }

  #mayDo(asked: Asked): Promise<boolean> {
    const { group, resource, verb, namespace = '', name = '' } = asked
    const key = `${group}/${resource}/${verb}/${namespace}/${name}`
    const known = this.#known.get(key)
    if (known) return known
    const answer = this.#ask(asked)
    this.#known.set(key, answer)
    // A failed question is not remembered, so it is asked again.
    answer.catch(() => this.#known.delete(key))
    return answer
  }

  async #ask(resourceAttributes: Asked): Promise<boolean> {
    const { username: user, uid, groups, extra } = this.#subject ?? {}
    const spec = this.#subject ? { resourceAttributes, user, uid, groups, extra } : { resourceAttributes }
    const type = this.#subject ? ACCESS_REVIEWS : SELF_ACCESS_REVIEWS
    const review = { metadata: {}, spec } as Review
    return (await this.#client.create<Review>(type, review, { urgent: true })).status?.allowed === true
  }
}
