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
    readonly running?: { readonly startedAt?: string }
    readonly terminated?: {
      readonly exitCode: number
      readonly reason?: string
      readonly message?: string
      readonly startedAt?: string
      readonly finishedAt?: string
    }
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
  const expected = object.kind === 'TestRun' ? (object.spec?.parallelism ?? 1) : 1
  const ended = pods.flatMap((pod) => terminatedOf(pod) ?? [])
  const results = ended.map(({ message }) => readMessage(message ?? ''))
  const invalid = results.find((result) => result.kind === 'invalid')
  // The Job has failed, too, where a threshold was not met.
  if (ended.length >= expected && !invalid) return mergeResults(results as FinishedLoad[])
  const failed = object.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True')
  if (failed) return { kind: 'failed', reason: failed.message ?? failed.reason ?? 'the Job failed' }
  if (object.status?.stage === 'error') return { kind: 'failed', reason: 'the k6 operator reports an error' }
  if (ended.length < expected) return waiting(pods)
  return { kind: 'failed', reason: `the load ended without a result: ${invalid!.reason}` }
}

/** When the Pods of a load were sending: Unix seconds, as precisely as a kubelet says. `toSeconds` is missing while one of them is. */
export function sendingTime(pods: readonly LoadPod[]): { readonly fromSeconds?: number; readonly toSeconds?: number } {
  const states = pods.flatMap(({ status }) => status?.containerStatuses ?? []).map(({ state }) => state)
  const times = (texts: readonly (string | undefined)[]) =>
    texts.map((text) => Date.parse(text ?? '') / 1000).filter((seconds) => !Number.isNaN(seconds))
  const starts = times(states.map((state) => (state?.terminated ?? state?.running)?.startedAt))
  const ends = times(states.map((state) => state?.terminated?.finishedAt))
  const haveEnded = ends.length > 0 && ends.length === states.length
  return {
    ...(starts.length > 0 && { fromSeconds: Math.min(...starts) }),
    ...(haveEnded && { toSeconds: Math.max(...ends) }),
  }
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
  let hasResult = false
  for (const { name, state } of status?.containerStatuses ?? []) {
    const { waiting, terminated } = state ?? {}
    if (waiting && STUCK.has(waiting.reason ?? ''))
      return `container ${name} does not start: ${waiting.reason}${waiting.message ? `: ${waiting.message}` : ''}`
    if (!terminated || terminated.exitCode === 0) continue
    const message = terminated.message?.trim() ?? ''
    if (terminated.exitCode === K6_THRESHOLDS_NOT_MET && message.startsWith('{')) {
      hasResult = true
      continue
    }
    if (terminated.reason === 'OOMKilled') return `container ${name} of the load was OOM-killed: give it more memory`
    return `container ${name} ended with exit code ${terminated.exitCode}${message ? `: ${message.slice(-500)}` : ''}`
  }
  if (status?.phase === 'Failed' && !hasResult) return status.message ?? status.reason ?? 'its Pod failed'
  return undefined
}
