import type { Change, Recommendation, RecommendationStatus } from '../api/index.ts'
import type { Notice, Outbox } from '../notices/index.ts'
import type { ReasonCode } from '../policy/index.ts'
import type { PodHealth } from '../revisions/index.ts'
import { type Workload, workloadType } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'
import { newsOf } from './news.ts'
import { WorkloadEvents } from './workload-events.ts'

/** What became of one Recommendation. */
export interface StatusChange {
  readonly workload: Workload
  readonly before: Recommendation | undefined
  readonly status: RecommendationStatus
  /** The Pods of the workload, as the status was decided by. */
  readonly pods: readonly PodHealth[]
}

const URGENT: ReadonlySet<Change['why']> = new Set(['RaisedAfterOomKill', 'RolledBack', 'Approved', 'Rejected', 'Held'])

/** Whether somebody waits for this status, or a container is killed until it is written. */
export function isUrgent(change: Pick<StatusChange, 'before' | 'status'>): boolean {
  return changesOf(change).some(({ why }) => URGENT.has(why))
}

/** Events that people outside the cluster hear of as well. */
const NOTICED: { readonly [reason in ReasonCode]?: Notice['type'] } = {
  PendingApproval: 'PendingApproval',
  RolledBack: 'RolledBack',
  CanaryFailed: 'RolledBack',
}

/** Tells people what a status that has just been written changes: as audit lines in the log, Events and notices. */
export class Announcer {
  readonly #context: Pick<ControllerContext, 'events' | 'logger'>
  readonly #events: WorkloadEvents
  readonly #outbox: Outbox | undefined

  constructor(context: ControllerContext, outbox: Outbox | undefined) {
    this.#context = context
    this.#events = new WorkloadEvents(context)
    this.#outbox = outbox
  }

  async announce({ workload, before, status, pods }: StatusChange, signal: AbortSignal): Promise<void> {
    for (const change of changesOf({ before, status }))
      this.#context.logger.info({ audit: true, ...workload, ...change }, 'trail')
    for (const news of newsOf(workload, before?.status, status, pods)) {
      await this.#events.tell(workload, news, signal)
      const type = NOTICED[news.reason]
      if (type) this.#outbox?.put({ type, message: news.note, workload, revision: news.revision! })
    }
  }

  /** Tells that nothing can be written for a workload, and why. It waits for nothing. */
  announceUnwritable(workload: Workload, reason: 'InvalidName' | 'WriteRefused', note: string): void {
    const { namespace, kind, name } = workload
    const regarding = { apiVersion: workloadType(kind)?.apiVersion ?? 'v1', kind, namespace, name }
    this.#context.events.record({ regarding, type: 'Warning', reason, action: 'Publishing', note })
  }
}

/** What a new status adds to the trail. */
function changesOf({ before, status }: Pick<StatusChange, 'before' | 'status'>): readonly Change[] {
  const { trail = [] } = status
  const last = before?.status?.trail?.at(-1)
  return trail.slice(last ? trail.indexOf(last) + 1 : 0)
}
