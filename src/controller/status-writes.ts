import type { Recommendation, RecommendationStatus } from '../api/index.ts'
import type { FleetWorkload } from '../fleet/index.ts'
import type { KnownRecommendations } from '../informers/index.ts'
import { KubeError } from '../kube/index.ts'
import { REASONS, type ReasonCode } from '../policy/index.ts'
import { createRecommendation, writeRecommendation } from '../recommendations/index.ts'
import { EVENTS, type RevisionEvent } from '../revisions/index.ts'
import type { LearnerMetrics } from '../telemetry/index.ts'
import { referenceTo, type Workload, workloadKey } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'
import type { Teller } from './teller.ts'
import type { PendingWrite } from './write-queue.ts'

/** Why a workload cannot get a Recommendation. */
export interface Unwritable {
  readonly reason: 'InvalidName' | 'TooManyContainers'
  readonly message: string
}

export interface StatusChange {
  readonly workload: Workload
  readonly before: Recommendation | undefined
  readonly status: RecommendationStatus
  readonly events: readonly RevisionEvent[]
}

interface StatusWritesOptions extends ControllerContext {
  readonly known: KnownRecommendations
  readonly teller: Teller
  readonly metrics: Pick<LearnerMetrics, 'writes'>
}

/** Writes the statuses of Recommendations, and reports the events that they contain. */
export class StatusWrites {
  readonly #options: StatusWritesOptions

  constructor(options: StatusWritesOptions) {
    this.#options = options
  }

  of(change: StatusChange): PendingWrite {
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
        this.#warn(workload, 'WriteRefused', `The API server refuses its Recommendation: ${message}`),
    }
  }

  /** Reports that a workload cannot get a Recommendation, instead of writing one. */
  tellUnwritable({ workload, pods }: Pick<FleetWorkload, 'workload' | 'pods'>, { reason, message }: Unwritable): void {
    const { logger, metrics } = this.#options
    const pod = pods[0]?.name
    logger.warn({ ...workload, pod, reason, message }, 'a workload gets no Recommendation')
    metrics.writes.inc({ purpose: 'status', outcome: 'unwritable' })
    this.#warn(workload, reason, `Pod ${pod} gets no Recommendation: ${message}. ${REASONS[reason].act}`)
  }

  async #write(change: StatusChange, signal: AbortSignal): Promise<boolean> {
    const { client, known, logger, teller } = this.#options
    const { workload, before, status, events } = change
    // Somebody else, or this program, has written since, so decide again from that state.
    if (known.get(workload)?.metadata.resourceVersion !== before?.metadata.resourceVersion) return false
    const start = before ?? (await createRecommendation(client, workload, { signal }))
    // Somebody else was faster, so decide again from what they wrote.
    if (!before && start.status) return false
    const options = { exists: true, resourceVersion: start.metadata.resourceVersion as string | undefined, signal }
    const written = await writeRecommendation(client, workload, status, options).catch(unlessOutdated)
    if (!written) return false
    if (written === 'missing') {
      // Somebody has deleted it, which the watch has not reported yet, or never will: the next write creates it again.
      known.forget(workload)
      return false
    }
    // Unless the watch has reported a deletion in the meantime.
    if (!before || known.get(workload)) known.note(written)
    for (const event of events) await teller.tell(event, { workload, status }, signal)
    const { mode, state, summary } = status
    logger.info({ ...workload, mode, state, ...summary, applied: status.applied?.revision }, 'published')
    return true
  }

  #warn(workload: Workload, reason: ReasonCode, note: string): void {
    this.#options.events.record({
      regarding: referenceTo(workload),
      type: 'Warning',
      reason,
      action: 'Publishing',
      note,
    })
  }
}

/** @returns `missing` if the object is gone, undefined if somebody has written it since, which the watch will report */
function unlessOutdated(error: unknown): 'missing' | undefined {
  if (error instanceof KubeError && error.status === 404) return 'missing'
  if (error instanceof KubeError && error.status === 409) return undefined
  throw error
}

/** Whether somebody waits for this status, or a container is OOM-killed until it is written. */
function isUrgent({ events }: StatusChange): boolean {
  return events.some(({ reason }) => EVENTS[reason].isUrgent)
}

/** Fields that change with every sample and that the API server has no reason to refuse. */
const FIGURES: ReadonlySet<string> = new Set<keyof RecommendationStatus | 'time' | 'evidence' | 'confidence'>([
  ...(['time', 'evidence', 'confidence', 'lastSeen', 'summary'] as const),
])

/** Replacer for `JSON.stringify` that keeps only the parts of a status that the API server might refuse. */
function withoutFigures(key: string, value: unknown): unknown {
  return FIGURES.has(key) ? undefined : value
}
