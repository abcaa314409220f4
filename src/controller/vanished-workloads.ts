import type { Fleet } from '../fleet/index.ts'
import type { KnownRecommendations } from '../informers/index.ts'
import { unlessMissing } from '../kube/index.ts'
import type { Learner } from '../learner/index.ts'
import { RECOMMENDATIONS } from '../recommendations/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { ControllerContext } from './context.ts'
import type { WriteQueue } from './write-queue.ts'

interface VanishedWorkloadsOptions extends Pick<ControllerContext, 'client' | 'settings' | 'logger' | 'time'> {
  readonly fleet: Fleet
  readonly known: KnownRecommendations
  readonly learner: Pick<Learner, 'workloads' | 'lastSeconds'>
  readonly checkpoints: Checkpoints
  readonly queue: WriteQueue
}

const DAY_MILLISECONDS = 86_400_000

/**
 * Deletes the Recommendations and checkpoints of workloads that have had no Pod for `forgetAfterDays`, and forgets what was learned
 * about them. Some never had a Recommendation, or lost it with their namespace.
 */
export class VanishedWorkloads {
  readonly #options: VanishedWorkloadsOptions

  constructor(options: VanishedWorkloadsOptions) {
    this.#options = options
  }

  run(): void {
    const { checkpoints, known, learner, queue, settings, time } = this.#options
    const oldest = time.now() - settings.learner.forgetAfterDays * DAY_MILLISECONDS
    const unseen = known
      .all()
      .filter(
        ({ metadata, status }) => Date.parse(status?.lastSeen ?? String(metadata.creationTimestamp ?? '')) < oldest,
      )
    const forgotten = [...learner.workloads()].filter(
      (workload) => !known.get(workload) && learner.lastSeconds(workload) * 1000 < oldest,
    )
    const running = unseen.length + forgotten.length > 0 ? this.#running() : new Set()
    const vanished = [
      ...unseen.map(({ metadata: { namespace, name }, spec }) => ({ workload: { namespace, ...spec.workload }, name })),
      ...forgotten.map((workload) => ({ workload, name: undefined })),
    ].filter(({ workload }) => !running.has(workloadKey(workload)))
    queue.offer(
      ['deletion'],
      vanished.map(({ workload, name }) => ({
        purpose: 'deletion' as const,
        key: `deletion/${workloadKey(workload)}`,
        namespace: workload.namespace,
        requests: (name === undefined ? 0 : 1) + (checkpoints.isNeeded ? 1 : 0),
        content: '',
        about: workload,
        run: (signal: AbortSignal) => this.#forget(workload, name, signal),
      })),
      time.elapsed(),
    )
  }

  /**
   * @param name of the Recommendation; undefined if there is none
   * @returns false if the workload has returned while the deletion waited
   */
  async #forget(workload: Workload, name: string | undefined, signal: AbortSignal): Promise<boolean> {
    const { checkpoints, client, known, logger } = this.#options
    if (this.#running().has(workloadKey(workload))) return false
    logger.info({ ...workload, lastSeen: known.get(workload)?.status?.lastSeen }, 'a vanished workload is forgotten')
    const { namespace } = workload
    if (name !== undefined) {
      await client.delete(RECOMMENDATIONS, { namespace, name }, { signal }).catch(unlessMissing)
      known.forget(workload)
    }
    await checkpoints.forget(workload, signal).catch(unlessMissing)
    return true
  }

  #running(): ReadonlySet<string> {
    return new Set(Array.from(this.#options.fleet.workloads(), ({ workload }) => workloadKey(workload)))
  }
}
