import type { Outbox } from '../notices/index.ts'
import { changesOf, EVENTS, type EventContext, type RevisionEvent, revisionConcerned } from '../revisions/index.ts'
import type { LearnerMetrics } from '../telemetry/index.ts'
import type { Workload } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'
import type { WorkloadEvents } from './workload-events.ts'

interface TellerOptions extends Pick<ControllerContext, 'logger' | 'time'> {
  readonly workloadEvents: Pick<WorkloadEvents, 'record'>
  readonly outbox?: Outbox | undefined
  readonly metrics: Pick<LearnerMetrics, 'revisionEvents'>
}

/** Reports what happened to a Recommendation as the table `EVENTS` says: audit log, metric, Kubernetes Event, notice. */
export class Teller {
  readonly #options: TellerOptions

  constructor(options: TellerOptions) {
    this.#options = options
    // A series that starts at 1 shows no increase: `rate` needs a 0 first.
    for (const reason of Object.keys(EVENTS)) options.metrics.revisionEvents.inc({ reason }, 0)
  }

  async tell(
    event: RevisionEvent,
    context: EventContext & { readonly workload: Workload },
    signal: AbortSignal,
  ): Promise<void> {
    const { logger, metrics, outbox, time, workloadEvents } = this.#options
    const { workload } = context
    const { announcement, notice } = EVENTS[event.reason]
    metrics.revisionEvents.inc({ reason: event.reason })
    for (const change of changesOf([event], new Date(time.now())))
      logger.info({ audit: true, ...workload, ...change }, 'changelog')
    if (!announcement) return
    const { type, reason, action } = announcement
    const note = announcement.note(event, context)
    await workloadEvents.record(workload, { type, reason, action, note }, signal)
    if (notice) outbox?.put({ type: notice, message: note, workload, revision: revisionConcerned(event)! })
  }
}
