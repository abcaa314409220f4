import { KubeError } from '../kube/index.ts'
import type { Learner } from '../learner/index.ts'
import {
  deleteCheckpoint,
  readCheckpoints,
  recommendationName,
  whyNoObject,
  writeCheckpoint,
} from '../recommendations/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'
import type { PendingWrite, WriteQueue } from './write-queue.ts'

interface CheckpointsOptions extends Pick<ControllerContext, 'client' | 'settings' | 'logger' | 'time'> {
  readonly learner: Learner
  readonly queue: WriteQueue
  /** Whether checkpoints are written; false if the usage history is stored elsewhere. */
  readonly isNeeded: boolean
}

/** State of one workload when it was last saved. */
interface Saved {
  readonly atMilliseconds: number
  readonly fingerprint: string | undefined
}

/**
 * Stores what was learned in the cluster, if no Prometheus stores the usage: each workload once in `checkpointEverySeconds`, the
 * longest unsaved first, and only if it has changed. A restart loses at most the usage since the last checkpoint.
 */
export class Checkpoints {
  readonly #options: CheckpointsOptions
  readonly #saved = new Map<string, Saved>()
  /** Checkpoints that exist in the cluster, as `<namespace>/<name>`. */
  readonly #stored = new Set<string>()

  constructor(options: CheckpointsOptions) {
    this.#options = options
  }

  get isNeeded(): boolean {
    return this.#options.isNeeded
  }

  async restore(signal: AbortSignal): Promise<void> {
    const { client, learner, logger, isNeeded } = this.#options
    if (!isNeeded) return
    const unreadable = (name: string, error: Error) => logger.warn({ name, error }, 'a checkpoint was left out')
    let restored = 0
    for await (const { namespace, name, state } of readCheckpoints(client, unreadable, signal)) {
      this.#stored.add(`${namespace}/${name}`)
      try {
        learner.restoreWorkloads(state)
        restored++
      } catch (error) {
        unreadable(`${namespace}/${name}`, error as Error)
      }
    }
    const { checkpointEverySeconds } = this.#options.settings.learner
    logger.info({ restored, checkpointEverySeconds }, 'checkpoints restored; usage since each was written is lost')
  }

  /** Queues a checkpoint of each workload that was last saved at least `checkpointEverySeconds` ago. */
  run(): void {
    const { learner, queue, settings, isNeeded, time } = this.#options
    if (!isNeeded) return
    const now = time.elapsed()
    const due = [...learner.workloads()]
      .map((workload) => ({ workload, at: (this.#saved.get(workloadKey(workload)) ?? unsaved).atMilliseconds }))
      .filter(
        ({ at, workload }) => now - at >= settings.learner.checkpointEverySeconds * 1000 && !whyNoObject(workload),
      )
      .sort((a, b) => a.at - b.at)
    queue.offer(
      ['checkpoint'],
      due.map(({ workload }) => this.#write(workload)),
      now,
    )
  }

  async forget(workload: Workload, signal: AbortSignal): Promise<void> {
    this.#saved.delete(workloadKey(workload))
    this.#stored.delete(storedKey(workload))
    this.#options.learner.forget(workload)
    if (this.#options.isNeeded) await deleteCheckpoint(this.#options.client, workload, signal)
  }

  #write(workload: Workload): PendingWrite {
    return {
      purpose: 'checkpoint',
      key: `checkpoint/${workloadKey(workload)}`,
      namespace: workload.namespace,
      requests: this.#stored.has(storedKey(workload)) ? 1 : 2,
      content: '',
      about: workload,
      run: (signal) => this.#save(workload, signal),
      // If it was too large, it may be smaller next time.
      onRefused: () =>
        this.#saved.set(workloadKey(workload), { ...unsaved, atMilliseconds: this.#options.time.elapsed() }),
    }
  }

  /** @returns false if nothing has changed since the last checkpoint */
  async #save(workload: Workload, signal: AbortSignal): Promise<boolean> {
    const { client, learner, time } = this.#options
    const key = workloadKey(workload)
    const state = learner.saveWorkload(workload)
    const saved: Saved = { atMilliseconds: time.elapsed(), fingerprint: state && fingerprint(state) }
    const hasChanged = state !== undefined && this.#saved.get(key)?.fingerprint !== saved.fingerprint
    if (hasChanged) {
      const exists = this.#stored.has(storedKey(workload))
      await writeCheckpoint(client, workload, state, new Date(time.now()), { exists, signal }).catch((error) => {
        // Somebody has deleted it: the next write creates it again.
        if (error instanceof KubeError && error.status === 404) this.#stored.delete(storedKey(workload))
        throw error
      })
      this.#stored.add(storedKey(workload))
    }
    this.#saved.set(key, saved)
    return hasChanged
  }
}

const unsaved: Saved = { atMilliseconds: Number.NEGATIVE_INFINITY, fingerprint: undefined }

function storedKey(workload: Workload): string {
  return `${workload.namespace}/${recommendationName(workload)}`
}

/** Last four bytes of a saved state, which are its checksum, in hexadecimal. */
function fingerprint(state: Uint8Array): string {
  return Buffer.from(state.subarray(-4)).toString('hex')
}
