import type { RecommendationStatus, Revision } from '../api/index.ts'
import { describeThrottling, type PodHealth, throttlingOf } from '../revisions/index.ts'
import type { Workload } from '../workloads/index.ts'
import type { News } from './workload-events.ts'

/**
 * What changed from one status to the next that the owners of a workload should hear of.
 *
 * @param known its Pods, as they were judged by
 */
export function newsOf(
  { namespace, kind, name }: Workload,
  before: RecommendationStatus | undefined,
  after: RecommendationStatus,
  known: readonly PodHealth[] = [],
): readonly News[] {
  const { applied, canary, lastGood, rollback, summary } = after
  const news: News[] = []
  const pods = `new Pods of ${kind} ${name}`
  if (rollback && rollback.revision !== before?.rollback?.revision) {
    const wasCanary = before?.canary?.revision.revision === rollback.revision
    const instead = applied
      ? `revision ${applied.revision} is injected into ${pods}`
      : `${pods} keep what their author wrote`
    news.push({
      type: 'Warning',
      reason: wasCanary ? 'CanaryFailed' : 'RolledBack',
      action: 'RollingBack',
      revision: rollback.revision,
      note: `Revision ${rollback.revision} was taken back: ${rollback.message}. From now on ${instead}; no other is tried before ${rollback.until}.`,
    })
  }
  if (canary && canary.revision.revision !== before?.canary?.revision.revision) {
    const { percent, revision } = canary
    const note = `Revision ${revision.revision} is given to ${percent} % of the ${pods} first (${valuesOf(revision)}).`
    news.push({ type: 'Normal', reason: 'CanaryStarted', action: 'Trying', note })
  }
  const isNew = applied !== undefined && applied.revision !== before?.applied?.revision
  if (isNew && applied.revision !== rollback?.revision && applied.revision !== before?.lastGood?.revision) {
    const passed = before?.canary?.revision.revision === applied.revision
    const raised = applied.containers.some(({ memory }) => memory?.reasons?.includes('RaisedAfterOomKill'))
    const { cpu = 'as it was', memory = 'as it was' } = summary ?? {}
    const note = `Revision ${applied.revision} is injected into ${pods} from now on (CPU ${cpu}, memory ${memory}).${passed ? ` ${comparedOf(applied, known)}` : ''}`
    const reason = passed ? 'CanaryPassed' : raised ? 'RaisedAfterOomKill' : 'Applied'
    news.push({ type: 'Normal', reason, action: 'Applying', note })
  }
  const { pending } = after
  if (pending && pending.revision !== before?.pending?.revision) {
    const note = `Revision ${pending.revision} waits for approval (${valuesOf(pending)}): kubectl plimsoll approve ${kind.toLowerCase()}/${name} -n ${namespace}`
    news.push({ type: 'Normal', reason: 'PendingApproval', action: 'Asking', revision: pending.revision, note })
  }
  for (const code of ['HeldForVpa', 'HeldForHpa'] as const) {
    const held = heldBy(code, applied)
    if (held.length === 0 || held.join() === heldBy(code, before?.applied).join()) continue
    const note = `${held.join(', ')} stay as their author wrote them: an autoscaler acts on them.`
    news.push({ type: 'Normal', reason: code, action: 'Holding', note })
  }
  if (lastGood && lastGood.revision !== before?.lastGood?.revision) {
    const note = `Revision ${lastGood.revision} has run for a day without trouble: a rollback would return to it.`
    news.push({ type: 'Normal', reason: 'ProvenGood', action: 'Keeping', note })
  }
  return news
}

/** Whether throttling was compared is told: not every history has figures of it. */
function comparedOf({ revision }: Revision, pods: readonly PodHealth[]): string {
  const throttling = throttlingOf(revision, pods)
  return throttling
    ? `Its Pods were ${describeThrottling(throttling)}.`
    : 'Throttling was not compared: the history has no figures of it.'
}

function valuesOf({ containers }: Revision): string {
  return containers
    .map(({ name, cpu, memory }) => `${name}: CPU ${cpu?.request ?? '-'}, memory ${memory?.request ?? '-'}`)
    .join('; ')
}

/** `app cpu`, for each resource that is held for this reason. */
function heldBy(code: string, revision: Revision | undefined): readonly string[] {
  return (revision?.containers ?? []).flatMap(({ name, held = {} }) =>
    Object.entries(held).flatMap(([resource, why]) => (why === code ? [`${name} ${resource}`] : [])),
  )
}
