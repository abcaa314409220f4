import type { RecommendationStatus } from '../api/index.ts'
import { type ApiPod, readFleetPod } from '../fleet/index.ts'
import { type Effective, type ReasonCode, runningOf } from '../policy/index.ts'
import { type Nanos, parseQuantity } from '../resources/index.ts'
import type { AdmissionConstraints } from '../sizing/index.ts'
import type { Workload } from '../workloads/index.ts'
import { describeChanges } from './describe-changes.ts'
import { planPod } from './plan-pod.ts'
import { has, targetOf } from './target.ts'

/** Values and target of one running Pod, and what it waits for. */
export interface RunningState {
  readonly pod: string
  /** Revision that it carries; undefined if nothing was injected. */
  readonly carries: number | undefined
  /** Revision that it should carry, or `author` for the author's values; undefined if nothing is applied. */
  readonly should: number | 'author' | undefined
  readonly isDone: boolean
  /** Values that a resize would change, for people; undefined if there is no such resize. */
  readonly changes: string | undefined
  /** Why it does not have its target values; undefined if a resize is possible. */
  readonly reason: ReasonCode | undefined
  /** Message of the kubelet or the API server. */
  readonly message: string | undefined
}

export interface RunningStateInput {
  readonly pod: ApiPod
  readonly workload: Workload
  /** Mode of the namespace; undefined if it has not opted in. */
  readonly mode: string | undefined
  readonly status: RecommendationStatus
  readonly effective: Pick<Effective, 'running' | 'policy'>
  readonly constraints: AdmissionConstraints
  /** Classes of the Pod's node; undefined if they are not known. */
  readonly nodeClasses?: readonly string[] | undefined
  /** Whether the API server has `pods/resize`; missing: it has. */
  readonly hasResize?: boolean
  readonly now: Date
}

/**
 * What the learner would do with one Pod, as far as the Pod and its Recommendation show: not the order of the Pods, and not whether the
 * node has room. Pure.
 */
export function runningState({
  pod,
  status,
  mode,
  effective,
  hasResize = true,
  nodeClasses,
  ...input
}: RunningStateInput): RunningState {
  const { name, uid, carries, placement } = readFleetPod(pod)
  const target = targetOf(status, {
    ...{ uid, carries, nodeClasses, hasLeftover: placement.hasLeftover, isInTrouble: false },
  })
  const should = target?.of === 'revision' ? target.revision : target?.of
  const isDone = !target || (has({ carries, placement }, target) && !placement.isResizing)
  const state = { pod: name, carries: carries?.revision, should, isDone, changes: undefined, message: undefined }
  if (!target || isDone) return { ...state, reason: undefined }
  if (!placement.isRunning) return { ...state, reason: 'PodNotReady' }
  const mayLower = mayLowerByStatus(status)
  const step = planPod({
    ...{
      ...input,
      pod,
      target,
      mayLower,
      policy: effective.policy,
      withdrawAfterMilliseconds: Number.POSITIVE_INFINITY,
    },
    peakMemory: (container) => learnedPeak(status, container),
  })
  const isLeft = mode === undefined || mode === 'observe' || runningOf(effective, placement.applyRunning) === 'never'
  const obstacle = isLeft ? 'NewPodsOnly' : hasResize ? undefined : 'NoPodsResize'
  switch (step.do) {
    case 'resize':
      return { ...state, changes: describeChanges(step.changes), reason: obstacle }
    case 'leave':
    case 'wait':
      return { ...state, reason: step.reason, message: 'message' in step ? step.message : undefined }
    case 'nothing':
      return { ...state, isDone: true, reason: undefined }
    default:
      return { ...state, reason: 'ResizeUnderWay' }
  }
}

/** Whether the Recommendation says that running Pods may be lowered. */
function mayLowerByStatus({ slos = [] }: RecommendationStatus): boolean {
  return slos.every(({ state }) => state !== 'Burning' && state !== 'BurningFast')
}

/** Highest memory usage of a container that was learned, in nano-bytes; undefined if none was. */
export function learnedPeak({ learned }: RecommendationStatus, container: string): Nanos | undefined {
  return parseQuantity(learned?.containers.find(({ name }) => name === container)?.evidence?.memory?.peak)
}
