import { LRUCache } from 'lru-cache'
import { type ApiPod, claimsOf, differences, type Fleet, type FleetPod, readFleetPod } from '../fleet/index.ts'
import { type KubeObject, unlessMissing } from '../kube/index.ts'
import { controllerOf, groupKind, type OwnerReference, workloadType } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'

type OwnerChecksOptions = Pick<ControllerContext, 'client' | 'logger'> & {
  readonly fleet: Pick<Fleet, 'disputed' | 'pods' | 'setUnconfirmed'>
}

/** The fields that are read of an object that manages Pods. */
type Owner = KubeObject & {
  readonly metadata: { readonly ownerReferences?: readonly OwnerReference[] }
  readonly spec?: { readonly template?: Pick<ApiPod, 'metadata' | 'spec'> }
}

/** Number of Pods whose checks are remembered, many times more than roll out at the same time. */
const MAX_PODS = 20_000
/** Most owners that are read for one namespace in one turn, so that no namespace delays the others. */
const MAX_READS_PER_NAMESPACE = 10

/**
 * Checks what Pods claim about their workload against the templates of their owners. Whoever may create a Pod can let it name any
 * owner, and the newest Pod determines the author's values of its workload. Owners are read only if Pods disagree, once for each Pod.
 */
export class OwnerChecks {
  readonly #options: OwnerChecksOptions
  /** Number of unconfirmed claims by the uid of a Pod. The claims of a Pod never change. */
  readonly #unconfirmed = new LRUCache<string, number>({ max: MAX_PODS })

  constructor(options: OwnerChecksOptions) {
    this.#options = options
  }

  /**
   * Checks the unchecked Pods of workloads whose Pods disagree, and reports the result to the fleet. A Pod that agrees with all others,
   * or whose owner cannot be read, counts as confirmed.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { fleet } = this.#options
    // A Pod that is created while owners are read is checked in the next turn.
    const uids = new Set(Array.from(fleet.pods(), ({ uid }) => uid))
    const unread = await this.#check(signal)
    const checked = [...uids].filter((uid) => !unread.has(uid))
    fleet.setUnconfirmed(new Map(checked.map((uid) => [uid, this.#unconfirmed.get(uid) ?? 0])))
  }

  /** @returns uids of the Pods that have to wait for the next turn */
  async #check(signal: AbortSignal): Promise<ReadonlySet<string>> {
    const reads = new Map<string, number>()
    const unread = new Set<string>()
    for (const pods of this.#options.fleet.disputed()) {
      const owners = new Map<string, Owner | 'missing' | undefined>()
      for (const pod of pods) {
        if (this.#unconfirmed.has(pod.uid) || !pod.owner) continue
        const key = `${pod.owner.kind}/${pod.owner.name}`
        if (!owners.has(key)) {
          const count = (reads.get(pod.namespace) ?? 0) + 1
          if (count > MAX_READS_PER_NAMESPACE) {
            unread.add(pod.uid)
            continue
          }
          reads.set(pod.namespace, count)
          owners.set(key, await this.#read(pod.namespace, pod.owner, signal))
        }
        const owner = owners.get(key)
        if (owner !== undefined) this.#judge(pod, owner)
      }
    }
    return unread
  }

  /** @returns undefined if the owner cannot be read */
  async #read(
    namespace: string,
    { apiVersion, kind = '', name = '' }: OwnerReference,
    signal: AbortSignal,
  ): Promise<Owner | 'missing' | undefined> {
    const type = workloadType(groupKind(kind, apiVersion))
    if (!type) return undefined
    try {
      return (
        (await this.#options.client.get<Owner>(type, { namespace, name }, { signal }).catch(unlessMissing)) ?? 'missing'
      )
    } catch (error) {
      signal.throwIfAborted()
      this.#options.logger.debug({ error, namespace, kind, name }, 'an owner cannot be read')
      return undefined
    }
  }

  #judge(pod: FleetPod, owner: Owner | 'missing'): void {
    const isMade = owner !== 'missing' && owner.metadata.uid === pod.owner?.uid && isBelow(pod, owner)
    const count = isMade ? unconfirmed(pod, owner) : Number.POSITIVE_INFINITY
    this.#unconfirmed.set(pod.uid, count)
    if (isMade) return
    const { namespace, name, workload } = pod
    this.#options.logger.warn({ namespace, pod: name, workload }, 'a Pod names an owner that it does not have')
  }
}

/** Whether the owner really belongs to the workload that the Pod claims. Labels may name another one. */
function isBelow({ controllers, owner: claimed }: FleetPod, owner: Owner): boolean {
  if (controllers?.name === claimed?.name) return true
  const above = controllerOf(owner.metadata.ownerReferences)
  return above?.name === controllers?.name && groupKind(above?.kind ?? '', above?.apiVersion) === controllers?.kind
}

function unconfirmed(pod: FleetPod, { spec }: Owner): number {
  return differences(claimsOf(pod), claimsOf(readFleetPod((spec?.template ?? {}) as ApiPod)))
}
