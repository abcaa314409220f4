import type { EventRecorder } from '../kube/index.ts'
import { explainReason } from '../policy/index.ts'
import type { Logger } from '../telemetry/index.ts'
import { describeChanges } from './describe-changes.ts'
import type { Outcome } from './drive.ts'
import type { Candidate } from './plan-fleet.ts'

/** Reports what happened to a running Pod: an audit line, and an Event on the Pod, which says who changed what and why. */
export function tellOutcome(
  { events, logger }: { readonly events: Pick<EventRecorder, 'record'>; readonly logger: Logger },
  { entry: { workload }, pod, target, urgency }: Candidate,
  outcome: Outcome,
): void {
  if (outcome.is === 'nothing' || outcome.is === 'waits' || outcome.is === 'conflict' || outcome.is === 'gone') return
  const to = target.of === 'revision' ? `revision ${target.revision}` : 'what its author wrote'
  const about = { audit: true, ...workload, pod: pod.name, to, urgency, outcome: outcome.is }
  const regarding = { apiVersion: 'v1', kind: 'Pod', namespace: workload.namespace, name: pod.name, uid: pod.uid }
  if (outcome.is === 'resized') {
    const changes = describeChanges(outcome.step.changes)
    logger.info({ ...about, changes }, 'running Pod')
    const note = `Plimsoll resizes this Pod to ${to} (${WHY[urgency]}): ${changes}.`
    events.record({ regarding, type: 'Normal', reason: 'Resized', action: 'Resizing', note })
    return
  }
  if (outcome.is === 'withdrawn' || outcome.is === 'refused') {
    const { reason, message } = outcome
    logger.info({ ...about, reason, message }, 'running Pod')
    const note = `${explainReason(reason)}${message ? `: ${message}` : ''}`
    events.record({ regarding, type: 'Warning', reason, action: 'Resizing', note: `Not resized to ${to}: ${note}` })
    return
  }
  if (outcome.is === 'left') logger.debug({ ...about, reason: outcome.reason, message: outcome.message }, 'running Pod')
  else logger.info(about, 'running Pod')
}

const WHY = {
  finish: 'continued',
  back: 'it goes back',
  oom: 'a container was OOM-killed',
  free: 'it needs less',
  raise: 'it needs more',
  review: 'its values are not what they should be',
} as const satisfies Readonly<Record<Candidate['urgency'], string>>
