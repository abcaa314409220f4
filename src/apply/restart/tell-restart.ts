import type { EventRecorder } from '../../kube/index.ts'
import { explainReason } from '../../policy/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { referenceTo } from '../../workloads/index.ts'
import type { RestartCandidate } from './choose.ts'
import type { Restart } from './plan-restart.ts'

/** A restart that has begun. */
export interface RestartTold extends RestartCandidate, Restart {
  readonly ownerUid: string | undefined
}

/** Reports a restart: an audit line, and an Event on the Pod and on its owner. */
export function tellRestart(
  { events, logger }: { readonly events: Pick<EventRecorder, 'record'>; readonly logger: Logger },
  { candidate: { entry, pod, target, urgency }, owner, ownerUid, why, by }: RestartTold,
): void {
  const { workload } = entry
  const to = target.of === 'revision' ? `revision ${target.revision}` : 'what its author wrote'
  logger.info(
    { audit: true, ...workload, pod: pod.name, to, urgency, outcome: 'restarted', by, why: why.reason },
    'running Pod',
  )
  const reason = { type: 'Normal', reason: 'Restarted', action: 'Restarting' } as const
  const because = `so that it gets ${to}: ${explainReason(why.reason)}.`
  const regarding = { apiVersion: 'v1', kind: 'Pod', namespace: workload.namespace, name: pod.name, uid: pod.uid }
  events.record({ regarding, ...reason, note: `Plimsoll ${ON_POD[by]} ${because}` })
  const regardingOwner = { ...referenceTo(owner), uid: ownerUid }
  events.record({ regarding: regardingOwner, ...reason, note: `Plimsoll ${onOwner(by, pod.name)} ${because}` })
}

const ON_POD = {
  resize: 'resizes this Pod, which restarts its containers,',
  eviction: 'evicts this Pod',
  rollout: 'has this Pod replaced by a rollout',
} as const satisfies Readonly<Record<Restart['by'], string>>

function onOwner(by: Restart['by'], pod: string): string {
  if (by === 'rollout') return 'rolls this workload out again'
  return by === 'eviction' ? `evicts Pod ${pod}` : `resizes Pod ${pod}, which restarts its containers,`
}
