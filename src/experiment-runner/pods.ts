import type { ApiPod } from '../fleet/index.ts'
import { selectorText } from '../kube/index.ts'
import type { TargetObject } from './objects.ts'

/** A Pod of a target. */
export type RunningPod = ApiPod

export interface PodsState {
  readonly ready: number
  /** `workload/container` of each container that was OOM-killed. */
  readonly oomKilled: readonly string[]
  /** Why Pods cannot run for another reason; undefined where they can. */
  readonly crash: string | undefined
  /** Why the Pods were lost that says nothing about the configuration, such as an eviction. */
  readonly disturbed: string | undefined
  /** What the scheduler says about a Pod that no node has room for, and since when. */
  readonly unschedulable: { readonly message: string; readonly since: number } | undefined
  readonly restarts: number
}

/** Why a container that waits will not start without a change. */
const STUCK = new Set(['CreateContainerConfigError', 'RunContainerError', 'InvalidImageName'])
/** Reasons for which a node ends any Pod. */
const DISTURBANCES = new Set(['Evicted', 'NodeShutdown', 'Terminated', 'Preempting', 'NodeAffinity', 'NodeLost'])

/** How far the clocks of API server and controller may differ. */
const SKEW_MILLISECONDS = 5_000
/** A container that waits for another one may crash so often at the start. */
const MOST_CRASHES = 3

/** Selects the Pods of a target, and their metrics. */
export function podsOf({ metadata: { namespace }, spec }: TargetObject) {
  return { namespace, labelSelector: selectorText(spec.selector ?? {}) }
}

/** Whether a Pod has ended permanently. The object stays until somebody deletes it, and its controller has replaced it. */
export function isOver({ status }: RunningPod): boolean {
  const { phase } = (status ?? {}) as { phase?: string }
  return phase === 'Failed' || phase === 'Succeeded'
}

/**
 * What the Pods of a target show. Times are Unix milliseconds.
 *
 * @param since when the trial began: what ended before says nothing about it
 */
export function stateOf(workload: string, all: readonly RunningPod[], since: number): PodsState {
  const createdAt = ({ metadata }: RunningPod) => Date.parse(metadata?.creationTimestamp ?? '')
  const pods = all.filter((pod) => !(isOver(pod) && createdAt(pod) < since - SKEW_MILLISECONDS))
  const oomKilled = new Set<string>()
  let [ready, restarts] = [0, 0]
  let crash: string | undefined
  let disturbed: string | undefined
  let unschedulable: PodsState['unschedulable']
  for (const { metadata, status } of pods) {
    const conditions = status?.conditions ?? []
    const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
    if (isReady && metadata?.deletionTimestamp === undefined) ready++
    const unscheduled = conditions.find(
      ({ type, status, reason }) => type === 'PodScheduled' && status === 'False' && reason === 'Unschedulable',
    )
    if (unscheduled)
      unschedulable = {
        message: unscheduled.message ?? 'no node has room',
        since: Date.parse(unscheduled.lastTransitionTime ?? '') || 0,
      }
    const { phase, reason, message } = (status ?? {}) as { phase?: string; reason?: string; message?: string }
    const name = metadata?.name ?? ''
    if (phase === 'Failed')
      if (DISTURBANCES.has(reason ?? '')) disturbed = `Pod ${name} was lost: ${reason}${message ? `: ${message}` : ''}`
      else crash = `Pod ${name} failed${reason ? `: ${reason}` : ''}`
    for (const { name: container, restartCount = 0, state, lastState } of status?.containerStatuses ?? []) {
      restarts += restartCount
      const ends = [state?.terminated, lastState?.terminated]
      if (ends.some((end) => end?.reason === 'OOMKilled')) oomKilled.add(`${workload}/${container}`)
      else if (isStuck(state?.waiting?.reason, restartCount))
        crash = `container ${container} of Pod ${name} does not run: ${state!.waiting!.reason}`
    }
  }
  return { ready, oomKilled: [...oomKilled], crash, disturbed, unschedulable, restarts }
}

function isStuck(reason: string | undefined, restarts: number): boolean {
  return reason === 'CrashLoopBackOff' ? restarts >= MOST_CRASHES : STUCK.has(reason ?? '')
}
