import type { DecisionRecord, PodSlot, ReasonCode } from '../policy/index.ts'
import type { Allotment, ResourceName } from '../resources/index.ts'

export interface ResourceDecision {
  readonly resource: ResourceName
  /** What the Pod carries now, the author's values behind it, and what it shall carry. */
  readonly carried: Allotment
  readonly author: Allotment
  readonly final: Allotment
  readonly reasons: readonly ReasonCode[]
}

export interface ContainerDecision extends Pick<PodSlot, 'kind' | 'list' | 'index' | 'name'> {
  readonly resources: readonly ResourceDecision[]
}

/** What the webhook does with one Pod, and why. */
export interface Decision {
  readonly outcome: 'patched' | 'skipped'
  /** Codes for the Pod as a whole. */
  readonly reasons: readonly ReasonCode[]
  readonly containers: readonly ContainerDecision[]
  /** What is to stand in the Pod's `plimsoll.dev/decision`; only on a patched one. */
  readonly record?: DecisionRecord
  /** The same as it is to stand there. */
  readonly annotation?: string
}

/** A Pod that is left alone for one reason. */
export function skipped(...reasons: [ReasonCode, ...ReasonCode[]]): Decision {
  return { outcome: 'skipped', reasons, containers: [] }
}
