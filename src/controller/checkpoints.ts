import type { Learner } from '../learner/index.ts'
import { deleteCheckpoint, readCheckpoints, writeCheckpoint } from '../recommendations/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'

interface CheckpointsOptions extends Pick<ControllerContext, 'client' | 'settings' | 'logger' | 'time'> {
  readonly learner: Learner
  /** False where the history itself is kept elsewhere. */
  readonly isNeeded: boolean
}

/** Two writes a checkpoint, five writes a second for all of Plimsoll: so many leave room for Recommendations. */
const MOST_PER_TURN = 60

/**
 * Keeps what was learned in the cluster where no Prometheus keeps the usage: each workload once in
 * `checkpointEverySeconds`, the longest unsaved first, only what has changed. A restart loses at most what came since.
 */
export class Checkpoints {
  readonly #options: CheckpointsOptions
  readonly #savedAt = new Map<string, number>()
  readonly #savedState = new Map<string, string>()

  constructor(options: CheckpointsOptions) {
    this.#options = options
  }

  async restore(signal: AbortSignal): Promise<void> {
    const { client, learner, logger, isNeeded } = this.#options
    if (!isNeeded) return
    const unreadable = (name: string, error: Error) => logger.warn({ name, error }, 'a checkpoint was left out')
    let restored = 0
    for await (const { namespace, name, state } of readCheckpoints(client, unreadable, signal)) {
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

  async write(signal: AbortSignal): Promise<void> {
    const { client, learner, settings, isNeeded, time } = this.#options
    if (!isNeeded) return
    const now = time.elapsed()
    const due = [...learner.workloads()]
      .map((workload) => ({ workload, at: this.#savedAt.get(workloadKey(workload)) ?? Number.NEGATIVE_INFINITY }))
      .filter(({ at }) => now - at >= settings.learner.checkpointEverySeconds * 1000)
      .sort((a, b) => a.at - b.at)
      .slice(0, MOST_PER_TURN)
    for (const { workload } of due) {
      const state = learner.saveWorkload(workload)
      const key = workloadKey(workload)
      const digest = state && fingerprint(state)
      if (state && this.#savedState.get(key) !== digest) {
        await writeCheckpoint(client, workload, state, new Date(time.now()), signal)
        this.#savedState.set(key, digest!)
      }
      this.#savedAt.set(key, now)
    }
  }

  async forget(workload: Workload, signal: AbortSignal): Promise<void> {
    const key = workloadKey(workload)
    this.#savedAt.delete(key)
    this.#savedState.delete(key)
    this.#options.learner.forget(workload)
    if (this.#options.isNeeded) await deleteCheckpoint(this.#options.client, workload, signal)
  }
}

/** A saved state ends in its checksum. */
function fingerprint(state: Uint8Array): string {
  return Buffer.from(state.subarray(-4)).toString('hex')
}
