import type { ApiPod } from '../fleet/index.ts'
import type { DecisionRecord, ReasonCode } from '../policy/index.ts'
import type { Nanos } from '../resources/index.ts'
import type { Finding } from './finding.ts'
import { annotationOf } from './intent.ts'
import type { ResizeBody } from './resize-body.ts'
import type { Target } from './target.ts'
import type { Change, WantedInput } from './wanted.ts'

export interface PodPlanInput extends Pick<WantedInput, 'workload' | 'policy' | 'constraints' | 'peakMemory'> {
  /** The Pod as the API server has it now. */
  readonly pod: ApiPod
  readonly target: Target
  /** Why this target must not be tried again on this Pod until something changes; undefined if it may. */
  readonly refused?: Finding | undefined
  readonly withdrawAfterMilliseconds: number
  /** Whether values may be lowered; undefined means true. */
  readonly mayLower?: boolean | undefined
  /** Whether a resize may restart containers, if their `resizePolicy` requires it. */
  readonly mayRestart?: boolean | undefined
  readonly now: Date
}

/** The next step for one running Pod. It depends only on the state in the API server, so any process can continue. */
export type PodStep =
  /** The Pod has its target values. */
  | { readonly do: 'nothing' }
  /** The Pod stays as it is; the reason says why. */
  | { readonly do: 'leave'; readonly reason: ReasonCode; readonly message?: string | undefined }
  /** A resize is under way. */
  | Wait
  /** Write the record; nothing is resized. `null` removes the annotation. */
  | {
      readonly do: 'record'
      readonly annotation: string | null
      readonly outcome: 'settled' | 'dropped' | 'relabelled'
    }
  | Resize
  /** Withdraw a resize that the node does not carry out. */
  | (Omit<Wait, 'do'> & { readonly do: 'withdraw'; readonly body: ResizeBody })

interface Wait {
  readonly do: 'wait'
  readonly reason: ReasonCode
  /** Message of the kubelet. */
  readonly message?: string | undefined
}

export interface Resize {
  readonly do: 'resize'
  /** Record to write first; undefined if the Pod has it already. */
  readonly annotation: string | undefined
  /** Record to write instead if the resize cannot be made; missing if the Pod's record has no intent. */
  readonly without?: string | null
  readonly body: ResizeBody
  readonly changes: readonly Change[]
  /** Amounts that the Pod requests in addition. */
  readonly raises: Readonly<Record<'cpu' | 'memory', Nanos>>
  /** What to report although the Pod is resized; undefined if nothing. */
  readonly reason?: ReasonCode | undefined
}

export function leave(reason: ReasonCode, message?: string): PodStep {
  return { do: 'leave', reason, ...(message !== undefined && { message }) }
}

export function wait(reason: ReasonCode, message?: string): PodStep {
  return { do: 'wait', reason, message }
}

export function write(record: DecisionRecord, outcome: 'settled' | 'dropped' | 'relabelled'): PodStep {
  const annotation = annotationOf(record)
  return annotation === undefined ? leave('AnnotationsFull') : { do: 'record', annotation, outcome }
}
