import { mergeResults } from './merge.ts'
import { readMessage } from './message.ts'
import type { FinishedLoad, LoadResult } from './result.ts'

/** A Job or TestRun as the API server has it; of a Job, `status.conditions`, of a TestRun, `status.stage`. */
export interface LoadObject {
  readonly kind?: string
  readonly spec?: { readonly parallelism?: number }
  readonly status?: {
    readonly stage?: string
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
      readonly message?: string
    }[]
  }
}

/** A Pod of a load. */
export interface LoadPod {
  readonly metadata?: { readonly name?: string }
  readonly status?: {
    readonly phase?: string
    readonly reason?: string
    readonly message?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

interface ContainerStatus {
  readonly name: string
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string }
    readonly terminated?: { readonly exitCode: number; readonly reason?: string; readonly message?: string }
  }
}

/** What a kubelet does not get over without somebody. */
const STUCK = new Set(['CreateContainerConfigError', 'ErrImageNeverPull', 'ImagePullBackOff', 'InvalidImageName'])
/** k6 ended as it should, and a threshold of the script was not met. */
const K6_THRESHOLDS_NOT_MET = 99

/**
 * What became of a load.
 *
 * @param object the last of `LoadObjects.objects`, as the API server has it
 * @param pods those that `LoadObjects.podSelector` selects
 */
export function loadResult(object: LoadObject, pods: readonly LoadPod[]): LoadResult {
  const failure = pods.map(failureOf).find((reason) => reason !== undefined)
  if (failure !== undefined) return { kind: 'failed', reason: failure }
  const failed = object.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True')
  if (failed) return { kind: 'failed', reason: failed.message ?? failed.reason ?? 'the Job failed' }
  if (object.status?.stage === 'error') return { kind: 'failed', reason: 'the k6 operator reports an error' }
  const expected = object.kind === 'TestRun' ? (object.spec?.parallelism ?? 1) : 1
  const ended = pods.flatMap((pod) => terminatedOf(pod) ?? [])
  if (ended.length < expected) return waiting(pods)
  const results = ended.map(({ message }) => readMessage(message ?? ''))
  const invalid = results.find((result) => result.kind === 'invalid')
  if (invalid) return { kind: 'failed', reason: `the load ended without a result: ${invalid.reason}` }
  return mergeResults(results as FinishedLoad[])
}

function waiting(pods: readonly LoadPod[]): LoadResult {
  const unscheduled = pods
    .flatMap(({ status }) => status?.conditions ?? [])
    .find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  return {
    kind: 'running',
    ...(unscheduled && { waitingFor: `room for the load generator: ${unscheduled.message ?? 'no node has it'}` }),
  }
}

/** The container with a result, once it has ended. A Pod of several containers counts when its first has ended. */
function terminatedOf({ status }: LoadPod) {
  const containers = status?.containerStatuses ?? []
  const withMessage = containers.find(({ state }) => state?.terminated?.message?.trimStart().startsWith('{'))
  if (withMessage) return withMessage.state!.terminated
  const all = containers.map(({ state }) => state?.terminated)
  return all.length > 0 && all.every((terminated) => terminated !== undefined) ? all[0] : undefined
}

function failureOf({ status }: LoadPod): string | undefined {
  for (const { name, state } of status?.containerStatuses ?? []) {
    const { waiting, terminated } = state ?? {}
    if (waiting && STUCK.has(waiting.reason ?? ''))
      return `container ${name} does not start: ${waiting.reason}${waiting.message ? `: ${waiting.message}` : ''}`
    if (!terminated || terminated.exitCode === 0) continue
    const message = terminated.message?.trim() ?? ''
    if (terminated.exitCode === K6_THRESHOLDS_NOT_MET && message.startsWith('{')) continue
    if (terminated.reason === 'OOMKilled') return `container ${name} of the load was OOM-killed: give it more memory`
    return `container ${name} ended with exit code ${terminated.exitCode}${message ? `: ${message.slice(-500)}` : ''}`
  }
  if (status?.phase === 'Failed') return status.message ?? status.reason ?? 'its Pod failed'
  return undefined
}
