import type { EventRecorder } from '../kube/index.ts'
import { explainReason } from '../policy/index.ts'
import type { Logger } from '../telemetry/index.ts'
import { describeChanges } from './describe-changes.ts'
import type { Outcome } from './drive.ts'
import { targetText, type WorkloadEvents } from './on-workload.ts'
import type { Candidate } from './plan-fleet.ts'

export interface TellOptions {
  readonly events: Pick<EventRecorder, 'record'>
  readonly workloadEvents: WorkloadEvents
  readonly logger: Logger
}

/**
 * Reports what happened to a running Pod: an audit line, and Events on the Pod and on its workload that say who changed what and why.
 * On the workload, one Event covers all Pods that are resized to the same revision for the same reason.
 */
export async function tellOutcome(
  { events, workloadEvents, logger }: TellOptions,
  { entry: { workload }, pod, target, urgency }: Candidate,
  outcome: Outcome,
  signal: AbortSignal,
): Promise<void> {
  if (outcome.is === 'nothing' || outcome.is === 'waits' || outcome.is === 'conflict' || outcome.is === 'gone') return
  const to = targetText(target)
  const about = { audit: true, ...workload, pod: pod.name, to, urgency, outcome: outcome.is }
  const regarding = { apiVersion: 'v1', kind: 'Pod', namespace: workload.namespace, name: pod.name, uid: pod.uid }
  if (outcome.is === 'resized') {
    const changes = describeChanges(outcome.step.changes)
    logger.info({ ...about, changes }, 'running Pod')
    const event = { type: 'Normal', reason: 'Resized', action: 'Resizing' } as const
    const note = `Plimsoll resizes this Pod to ${to} (${WHY_POD[urgency]}): ${changes}.`
    events.record({ regarding, ...event, note })
    // The start of a resize was reported, so its continuation is not.
    if (urgency === 'finish') return
    const ofAll = `Plimsoll resizes Pods to ${to} (${WHY[urgency]}), first ${pod.name}: ${changes}.`
    await workloadEvents.record(workload, { ...event, note: ofAll, series: `${to}/${urgency}` }, signal)
    return
  }
  if (outcome.is === 'withdrawn' || outcome.is === 'refused') {
    const { reason, message } = outcome
    logger.info({ ...about, reason, message }, 'running Pod')
    const event = { type: 'Warning', reason, action: 'Resizing' } as const
    const why = `${explainReason(reason)}${message ? `: ${message}` : ''}`
    events.record({ regarding, ...event, note: `Not resized to ${to}: ${why}` })
    const ofAll = `Pods that are not resized to ${to}, first ${pod.name}: ${why}`
    await workloadEvents.record(workload, { ...event, note: ofAll, series: to }, signal)
    return
  }
  if (outcome.is === 'left') logger.debug({ ...about, reason: outcome.reason, message: outcome.message }, 'running Pod')
  else logger.info(about, 'running Pod')
}

type Why = Readonly<Record<Candidate['urgency'], string>>

/** Why one Pod is resized. */
const WHY_POD = {
  finish: 'continued',
  back: 'it is rolled back',
  oom: 'a container was OOM-killed',
  protect: 'it is under pressure',
  free: 'it needs less',
  raise: 'it needs more',
  review: 'its values are not what they should be',
} as const satisfies Why

/** Why the Pods of a workload are resized. */
const WHY = {
  finish: 'continued',
  back: 'they are rolled back',
  oom: 'containers were OOM-killed',
  protect: 'they are under pressure',
  free: 'they need less',
  raise: 'they need more',
  review: 'their values are not what they should be',
} as const satisfies Why
