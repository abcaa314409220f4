import type { RecommendationStatus } from '../api/index.ts'
import type { FleetWorkload } from '../fleet/index.ts'
import type { KnownRecommendations } from '../informers/index.ts'
import { unlessMissing } from '../kube/index.ts'
import { writeRecommendation } from '../recommendations/index.ts'
import type { LearnerMetrics } from '../telemetry/index.ts'
import { workloadKey } from '../workloads/index.ts'
import { type Announcer, isUrgent, type StatusChange } from './announce.ts'
import type { ControllerContext } from './context.ts'
import type { PendingWrite } from './write-queue.ts'

interface StatusWritesOptions extends ControllerContext {
  readonly known: KnownRecommendations
  readonly announcer: Announcer
  readonly metrics: Pick<LearnerMetrics, 'writes'>
}

/** Writes the statuses of Recommendations, and tells what they change. */
export class StatusWrites {
  readonly #options: StatusWritesOptions

  constructor(options: StatusWritesOptions) {
    this.#options = options
  }

  of(change: StatusChange): PendingWrite {
    const { announcer } = this.#options
    const { workload, before, status } = change
    const purpose = isUrgent(change) ? 'urgent' : 'status'
    return {
      purpose,
      key: `recommendation/${workloadKey(workload)}`,
      namespace: workload.namespace,
      requests: before ? 1 : 2,
      content: JSON.stringify(status, withoutFigures),
      about: workload,
      run: (signal) => this.#write(change, signal),
      onRefused: ({ message }) =>
        announcer.announceUnwritable(workload, 'WriteRefused', `The API server refuses its Recommendation: ${message}`),
    }
  }

  /** Tells, instead of writing, that no object can be named after a workload. */
  tellUnwritable({ workload, pods }: Pick<FleetWorkload, 'workload' | 'pods'>, why: string): void {
    const { announcer, logger, metrics } = this.#options
    const pod = pods[0]?.name
    logger.warn({ ...workload, pod, why }, 'a workload gets no Recommendation: no object can have its name')
    metrics.writes.inc({ purpose: 'status', outcome: 'unwritable' })
    const act = 'Correct the label plimsoll.dev/workload or the owner of its Pods.'
    announcer.announceUnwritable(workload, 'InvalidName', `Pod ${pod} gets no Recommendation: ${why}. ${act}`)
  }

  async #write(change: StatusChange, signal: AbortSignal): Promise<boolean> {
    const { client, known, logger, announcer } = this.#options
    const { workload, before, status } = change
    // Somebody else has written since, or this program: the next look at the workload starts from that.
    if (known.get(workload)?.metadata.resourceVersion !== before?.metadata.resourceVersion) return false
    const exists = before !== undefined
    const written = await writeRecommendation(client, workload, status, { exists, signal }).catch((error) => {
      if (exists) return unlessMissing(error)
      throw error
    })
    if (!written) {
      // Somebody has deleted it, and the watch has not said so yet, or never will: next time it is created again.
      known.forget(workload)
      return false
    }
    // Unless the watch has told meanwhile that it is gone.
    if (!exists || known.get(workload)) known.note(written)
    await announcer.announce(change, signal)
    const { mode, state, summary } = status
    logger.info({ ...workload, mode, state, ...summary, applied: status.applied?.revision }, 'published')
    return true
  }
}

/** Fields that move with every sample and that the API server has no reason to refuse. */
const FIGURES: ReadonlySet<string> = new Set<keyof RecommendationStatus | 'time' | 'evidence' | 'confidence'>([
  ...(['time', 'evidence', 'confidence', 'lastSeen', 'summary'] as const),
])

/** For `JSON.stringify`: what the API server might refuse of a status. */
function withoutFigures(key: string, value: unknown): unknown {
  return FIGURES.has(key) ? undefined : value
}
