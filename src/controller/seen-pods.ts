import type { Fleet } from '../fleet/index.ts'
import type { KnownPods } from '../prometheus/index.ts'

/** How long a deleted Pod is remembered, because its last usage is read later. */
const REMEMBERED_SECONDS = 86_400
/** Most Pods of a namespace that are remembered; the oldest are forgotten first. */
const MAX_PODS = 50_000

interface Seen {
  readonly uids: Set<string>
  lastSeconds: number
}

/** The Pods of the fleet, and those that were deleted recently. */
export class SeenPods implements KnownPods {
  readonly #fleet: Pick<Fleet, 'namespaces' | 'podsIn'>
  readonly #pods = new Map<string, Map<string, Seen>>()
  readonly #since = new Map<string, number>()

  constructor(fleet: Pick<Fleet, 'namespaces' | 'podsIn'>) {
    this.#fleet = fleet
  }

  get namespaces(): readonly string[] {
    return this.#fleet.namespaces
  }

  /** Adds the Pods that exist now. */
  look(nowSeconds: number): void {
    for (const namespace of this.#pods.keys()) {
      if (this.#fleet.namespaces.includes(namespace)) continue
      this.#pods.delete(namespace)
      this.#since.delete(namespace)
    }
    for (const namespace of this.#fleet.namespaces) {
      if (!this.#since.has(namespace)) this.#since.set(namespace, nowSeconds)
      const pods = this.#pods.get(namespace) ?? new Map<string, Seen>()
      this.#pods.set(namespace, pods)
      for (const { name, uid } of this.#fleet.podsIn(namespace)) {
        const uids = pods.get(name)?.uids ?? new Set<string>()
        pods.delete(name)
        pods.set(name, { uids: uids.add(uid), lastSeconds: nowSeconds })
      }
      for (const [name, { lastSeconds }] of pods)
        if (pods.size > MAX_PODS || lastSeconds < nowSeconds - REMEMBERED_SECONDS) pods.delete(name)
        else break
    }
  }

  sinceSeconds(namespace: string): number {
    return this.#since.get(namespace) ?? Number.POSITIVE_INFINITY
  }

  uidsOf(namespace: string, pod: string): ReadonlySet<string> | undefined {
    return this.#pods.get(namespace)?.get(pod)?.uids
  }
}
