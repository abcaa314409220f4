import type { DecisionRecord, PodSlot, ReasonCode } from '../policy/index.ts'
import { memoryArrived } from './memory-arrived.ts'
import { settledValues } from './pod-values.ts'
import { bodyOf } from './resize-body.ts'
import type { ResizeProgress } from './resize-progress.ts'
import { type PodPlanInput, type PodStep, wait } from './step.ts'
import { changesOf } from './wanted.ts'

/**
 * The next step if the Pod's spec has the intended values, but the kubelet may not have carried them out.
 *
 * @returns `outdated` if the target has changed, and starting again is safe
 */
export function underWay(
  input: PodPlanInput,
  slots: readonly PodSlot[],
  record: DecisionRecord,
  progress: ResizeProgress,
): PodStep | 'outdated' {
  const { withdrawAfterMilliseconds, now } = input
  const { state, message, since } = progress
  if (state === 'Done') return memoryArrived(input, slots, record, progress)
  const intendedAt = Date.parse(record.intended?.time ?? '')
  const from = Number.isNaN(since) ? intendedAt : since
  const isLong = !(now.getTime() - from < withdrawAfterMilliseconds)
  const reason = WAITS[state]
  if (state !== 'Infeasible' && !(isLong && state !== 'InProgress')) return wait(reason, message)
  const back = changesOf(slots, settledValues(slots, record))
  if (back.length === 0) return wait(reason, message)
  return { do: 'withdraw', body: bodyOf(back), reason, message }
}

const WAITS = {
  Deferred: 'ResizeDeferred',
  Infeasible: 'ResizeInfeasible',
  Error: 'ResizeFails',
  InProgress: 'ResizeUnderWay',
} as const satisfies Readonly<Record<Exclude<ResizeProgress['state'], 'Done'>, ReasonCode>>
