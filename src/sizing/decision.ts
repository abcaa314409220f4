import type { DecisionRecord, PodSlot, ReasonCode, RecordedChange } from '../policy/index.ts'
import type { Allotment, ResourceName } from '../resources/index.ts'

export interface ResourceDecision {
  readonly resource: ResourceName
  /** Values that the Pod carries now, those that its author wrote, and those that it will carry. */
  readonly carried: Allotment
  readonly author: Allotment
  readonly final: Allotment
  /** What remains recorded of an earlier decision, if somebody changed the resource since. */
  readonly recorded?: RecordedChange | undefined
  readonly reasons: readonly ReasonCode[]
  /** Values that the Pod has now and will have while it starts, if they differ from the steady values above. */
  readonly startup?: { readonly carried: Allotment; readonly final: Allotment } | undefined
}

/** An environment variable by which a program's heap follows its memory limit. */
export interface HeapVariable {
  readonly name: string
  readonly value: string
  /** Text for the Pod's record: the value, who allows it, and how to undo it. */
  readonly because: string
  /** Whether the container does not have it yet. */
  readonly isNew: boolean
}

export interface ContainerDecision extends Pick<PodSlot, 'kind' | 'list' | 'index' | 'name'> {
  readonly resources: readonly ResourceDecision[]
  /** Whether to set the container's `resizePolicy`, so that a resize of its memory restarts it. */
  readonly setsResizePolicy?: true
  /** Environment variable by which its heap follows its memory limit, if a SizingPolicy allows that. */
  readonly heap?: HeapVariable
}

/** Decision of the webhook on one Pod, with its reasons. */
export interface Decision {
  readonly outcome: 'patched' | 'skipped'
  /** Reason codes for the Pod as a whole. */
  readonly reasons: readonly ReasonCode[]
  readonly containers: readonly ContainerDecision[]
  /** Record for the Pod's annotation `plimsoll.dev/decision`; only set if the Pod is patched. */
  readonly record?: DecisionRecord
  /** The record as JSON, as it is written in the annotation. */
  readonly annotation?: string
}

/** Decision to leave a Pod unchanged, with the reasons. */
export function skipped(...reasons: [ReasonCode, ...ReasonCode[]]): Decision {
  return { outcome: 'skipped', reasons, containers: [] }
}
