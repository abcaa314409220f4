import { APPLY_RUNNING_ANNOTATION, DECISION_ANNOTATION, type DecisionRecord, parseRecord } from '../policy/index.ts'
import { isObject } from '../resources/index.ts'
import { controllerOf } from '../workloads/index.ts'
import type { ApiPod } from './api-pod.ts'

/** Where a Pod runs, and whether its values may change now. */
export interface Placement {
  /** Node that the Pod is bound to; undefined before that. */
  readonly node: string | undefined
  /** Whether the Pod is running and not about to end. */
  readonly isRunning: boolean
  /** Whether the Pod is ready. */
  readonly isReady: boolean
  /** Template from which the Pod was created: during a rollout, the Pods of a workload have different ones. */
  readonly template: string
  /** Whether a resize is in progress: Plimsoll intends one, or the kubelet has not carried one out. */
  readonly isResizing: boolean
  /** Number of containers that do not run now. */
  readonly stopped: number
  /** Value of the annotation plimsoll.dev/apply-running; undefined without it. */
  readonly applyRunning: string | undefined
  /** Whether the Pod has a limit that its author did not write, from a revision that was rolled back; missing if not. */
  readonly hasLeftover?: true
}

/** Labels with which controllers mark the template of a Pod; other controllers create an owner for each template. */
const TEMPLATE_LABELS = ['controller-revision-hash', 'rollouts-pod-template-hash', 'pod-template-hash']

export function readPlacement({ metadata, spec, status }: ApiPod): Placement {
  const { labels, annotations, ownerReferences, deletionTimestamp } = metadata ?? {}
  const isTrue = (type: string) => (status?.conditions ?? []).some((one) => one.type === type && one.status === 'True')
  const template = TEMPLATE_LABELS.map((label) => labels?.[label]).find((hash) => hash !== undefined)
  const record = parseRecord(annotations?.[DECISION_ANNOTATION])
  return {
    node: spec?.nodeName ?? undefined,
    isRunning: status?.phase === 'Running' && deletionTimestamp === undefined,
    isReady: isTrue('Ready'),
    template: template ?? controllerOf(ownerReferences)?.name ?? '',
    isResizing: record?.intended !== undefined || isTrue('PodResizePending') || isTrue('PodResizeInProgress'),
    stopped: (status?.containerStatuses ?? []).filter(({ state }) => state && !state.running).length,
    applyRunning: annotations?.[APPLY_RUNNING_ANNOTATION],
    ...(hasLeftover(record) && { hasLeftover: true }),
  }
}

/** A resize cannot remove a limit, so a limit of a revision that was rolled back stays in a record without a revision. */
function hasLeftover(record: DecisionRecord | undefined): boolean {
  if (!record || record.revision > 0 || record.intended) return false
  const changes = Object.values(record.containers).flatMap((container) =>
    isObject(container) ? Object.values(container) : [],
  )
  return changes.some((change) => isObject(change) && Array.isArray(change.limit) && change.limit[0] === null)
}
