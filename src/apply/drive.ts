import type { ApiPod, FleetNode } from '../fleet/index.ts'
import { KubeError } from '../kube/index.ts'
import type { ReasonCode } from '../policy/index.ts'
import type { Nanos, ResourceName } from '../resources/index.ts'
import { roomProblem } from './headroom.ts'
import type { PodApi } from './pod-api.ts'
import { type Refusal, refusalOf } from './refusal.ts'
import type { PodStep, Resize } from './step.ts'

/** Result of a step. */
export type Outcome =
  | { readonly is: 'nothing' | 'gone' | 'conflict' }
  | {
      readonly is: 'left' | 'waits' | 'refused' | 'withdrawn'
      readonly reason: ReasonCode
      readonly message?: string | undefined
    }
  | { readonly is: 'settled' | 'dropped' | 'relabelled' }
  | { readonly is: 'resized'; readonly step: Resize }
  | { readonly is: 'unable'; readonly why: 'NotServed' | 'Forbidden'; readonly message: string }

export interface DriveOptions {
  readonly api: PodApi
  readonly node: FleetNode | undefined
  /** Whether raises of this size fit into the budget of ten minutes. */
  readonly mayAdd: (raises: Readonly<Record<ResourceName, Nanos>>) => boolean
  readonly signal: AbortSignal
}

/**
 * Carries out a step: at most one write of the record and one resize. If the process dies between two calls, the next look at the Pod
 * continues from the stored state.
 *
 * @throws errors of the API server or the network that do not decide on the step
 */
export async function drive(pod: ApiPod, step: PodStep, options: DriveOptions): Promise<Outcome> {
  const { api, signal } = options
  switch (step.do) {
    case 'nothing':
      return { is: 'nothing' }
    case 'leave':
      return { is: 'left', reason: step.reason, message: step.message }
    case 'wait':
      return { is: 'waits', reason: step.reason, message: step.message }
    case 'record':
      return await attempt(async () => {
        await api.record(pod, step.annotation, signal)
        return { is: step.outcome }
      })
    case 'withdraw':
      return await attempt(async () => {
        await api.resize(pod, step.body, signal)
        return { is: 'withdrawn', reason: step.reason, message: step.message }
      })
    case 'resize':
      return await resize(pod, step, options)
  }
}

async function resize(pod: ApiPod, step: Resize, options: DriveOptions): Promise<Outcome> {
  const { api, signal } = options
  const obstacle = await obstacleTo(pod, step, options)
  if (obstacle) {
    const { without } = step
    if (without !== undefined && obstacle.is !== 'conflict' && obstacle.is !== 'gone')
      await attempt(async () => {
        await api.record(pod, without, signal)
        return { is: 'dropped' }
      })
    return obstacle
  }
  return await attempt(async () => {
    const recorded = step.annotation === undefined ? pod : await api.record(pod, step.annotation, signal)
    await resizeUnchanged(recorded, step, options)
    return { is: 'resized', step }
  })
}

/** Resizes the Pod as it was recorded. If only the kubelet's status was written meanwhile, the resize continues. */
async function resizeUnchanged(pod: ApiPod, { body }: Resize, { api, signal }: DriveOptions): Promise<void> {
  try {
    await api.resize(pod, body, signal)
  } catch (error) {
    if (!(error instanceof KubeError) || error.status !== 409) throw error
    const now = await api.get(pod.metadata?.namespace ?? '', pod.metadata?.name ?? '', signal)
    if (contentOf(now) !== contentOf(pod)) throw error
    await api.resize(now, body, signal)
  }
}

/** Everything in a Pod that its plan depends on, except its status. */
function contentOf({ metadata, spec }: ApiPod): string {
  const { uid, labels, annotations, deletionTimestamp } = metadata ?? {}
  return JSON.stringify([uid, labels, annotations, deletionTimestamp, spec])
}

/** Why the resize is not possible now: no room on the node, or the API server refuses it. */
async function obstacleTo(
  pod: ApiPod,
  { body, raises }: Resize,
  { api, node, mayAdd, signal }: DriveOptions,
): Promise<Outcome | undefined> {
  if (raises.cpu > 0n || raises.memory > 0n) {
    if (!mayAdd(raises)) return { is: 'left', reason: 'WaitsForOthers' }
    const full = await roomProblem(api, node, raises, signal)
    if (full) return { is: 'left', ...full }
  }
  try {
    await api.tryResize(pod, body, signal)
    return undefined
  } catch (error) {
    return outcomeOf(refusalOf(error))
  }
}

async function attempt(write: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await write()
  } catch (error) {
    return outcomeOf(refusalOf(error))
  }
}

function outcomeOf(refusal: Refusal): Outcome {
  if (refusal.kind === 'refused') return { is: 'refused', reason: refusal.reason, message: refusal.message }
  if (refusal.kind === 'unable') return { is: 'unable', why: refusal.why, message: refusal.message }
  return { is: refusal.kind }
}
