import type { EventRecorder } from '../../kube/index.ts'
import { explainReason } from '../../policy/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { referenceTo } from '../../workloads/index.ts'
import { targetText } from '../on-workload.ts'
import type { RestartCandidate } from './choose.ts'
import type { Restart } from './plan-restart.ts'

/** A restart that has begun. */
export interface RestartTold extends RestartCandidate, Restart {
  readonly ownerUid: string | undefined
}

/** Reports a restart: an audit line, an Event on the Pod, and an Event on its owner that covers all Pods restarted for the same reason. */
export function tellRestart(
  { events, logger }: { readonly events: Pick<EventRecorder, 'record'>; readonly logger: Logger },
  { candidate: { entry, pod, target, urgency }, owner, ownerUid, why, by }: RestartTold,
): void {
  const { workload } = entry
  const to = targetText(target)
  logger.info(
    { audit: true, ...workload, pod: pod.name, to, urgency, outcome: 'restarted', by, why: why.reason },
    'running Pod',
  )
  const reason = { type: 'Normal', reason: 'Restarted', action: 'Restarting' } as const
  const because = `${to}: ${explainReason(why.reason)}`
  const regarding = { apiVersion: 'v1', kind: 'Pod', namespace: workload.namespace, name: pod.name, uid: pod.uid }
  events.record({ regarding, ...reason, note: `Plimsoll ${ON_POD[by]} so that it gets ${because}.` })
  const regardingOwner = { ...referenceTo(owner), uid: ownerUid }
  const note = `Plimsoll ${ON_OWNER[by]} so that they get ${because} (first ${pod.name}).`
  const series = `${to}/${by}/${why.reason}`
  events.record({ regarding: regardingOwner, ...reason, note, series })
}

type By = Readonly<Record<Restart['by'], string>>

const ON_POD = {
  resize: 'resizes this Pod, which restarts its containers,',
  eviction: 'evicts this Pod',
  rollout: 'replaces this Pod by a rollout',
} as const satisfies By

const ON_OWNER = {
  resize: 'resizes Pods one after another, which restarts their containers,',
  eviction: 'evicts Pods one after another',
  rollout: 'replaces all Pods by a rollout',
} as const satisfies By
