import { LRUCache } from 'lru-cache'
import type { KubeClient, Occurrence, Regarding } from '../kube/index.ts'
import { referenceTo, type Workload, workloadKey, workloadType } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'

/** Number of workloads whose uid is remembered, and for how long: a workload that is created again has another uid. */
const MAX_REMEMBERED = 1_000
const REMEMBER_MILLISECONDS = 10 * 60_000
/** How long to remember that a workload could not be read: hundreds of its Pods may be resized meanwhile. */
const UNREAD_MILLISECONDS = 60_000

/**
 * Records Events on the workload itself, where its owners look. `kubectl describe deployment` shows only Events with the workload's
 * uid, so the uid is looked up first. If that fails, the Event is recorded without it; `kubectl events` still shows it.
 */
export class WorkloadEvents {
  readonly #client: KubeClient
  readonly #context: Pick<ControllerContext, 'events' | 'logger'>
  /** Empty if the workload could not be read. */
  readonly #uids: LRUCache<string, string>

  constructor({ client, time, ...context }: Pick<ControllerContext, 'client' | 'events' | 'logger' | 'time'>) {
    this.#client = client
    this.#context = context
    this.#uids = new LRUCache({
      max: MAX_REMEMBERED,
      ttl: REMEMBER_MILLISECONDS,
      ttlResolution: 0,
      perf: { now: () => time.elapsed() },
    })
  }

  async record(workload: Workload, event: Omit<Occurrence, 'regarding'>, signal: AbortSignal): Promise<void> {
    this.#context.events.record({ regarding: await this.#regarding(workload, signal), ...event })
  }

  async #regarding(workload: Workload, signal: AbortSignal): Promise<Regarding> {
    const { namespace, kind, name } = workload
    const type = workloadType(kind)
    // The API version of the owner is unknown; `kubectl events` selects by kind and name.
    if (!type) return referenceTo(workload)
    const key = workloadKey(workload)
    let uid = this.#uids.get(key)
    if (uid === undefined) {
      const found = await this.#client.get(type, { namespace, name }, { signal }).catch((error) => {
        signal.throwIfAborted()
        this.#context.logger.debug({ error, ...workload }, 'an Event is recorded without the uid of its workload')
      })
      uid = found?.metadata.uid ?? ''
      this.#uids.set(key, uid, { ttl: uid ? REMEMBER_MILLISECONDS : UNREAD_MILLISECONDS })
    }
    return { ...referenceTo(workload), ...(uid && { uid }) }
  }
}
