import type { ContainerRecommendation, Criticality, Goal, Mode, RecommendationSpec } from '../api/index.ts'
import type { Autoscaler, CanaryRules, Opening, PodShape, Policy } from '../policy/index.ts'
import type { ContainerResources } from '../resources/index.ts'
import type { ApprovalRules } from './approval.ts'
import type { PodHealth } from './health.ts'
import type { LargestNode } from './largest-node.ts'
import type { MinimumChange } from './minimum-change.ts'
import type { StepRules } from './step.ts'

/** What the learner knows of one workload when it publishes. */
export interface ReconcileInput {
  readonly mode: Mode
  readonly goal: Goal
  readonly criticality: Criticality
  /** Of the workload: what runs to its end is sized by its peak. */
  readonly kind: string
  readonly learned: readonly ContainerRecommendation[]
  /** What the author wrote, by container; a container without running Pods is missing. */
  readonly author: ReadonlyMap<string, ContainerResources>
  /** Of the newest Pod. */
  readonly shape: PodShape
  /** Every Pod of the workload. */
  readonly pods: readonly PodHealth[]
  /** HPAs and VPAs that act on the workload. */
  readonly autoscalers: readonly Autoscaler[]
  readonly largestNode: LargestNode
  /** What people wrote on the Recommendation. */
  readonly people: Omit<RecommendationSpec, 'workload'>
  /** Of the cluster, and of the namespace. */
  readonly freezes: readonly Freeze[]
  /** Of the change windows. */
  readonly opening: Opening
  readonly now: Date
}

export interface ReconcileRules {
  readonly policy: Pick<Policy, 'bounds' | 'limits'>
  readonly step: StepRules
  readonly minimumChange: MinimumChange
  readonly approval: ApprovalRules
  /** Between two revisions of a workload: usage shall have had the time to answer. */
  readonly betweenChangesMilliseconds: number
  /** Without it, a new revision goes to every new Pod. */
  readonly canary?: CanaryRules | undefined
}

/** Nothing new is applied in what it covers. */
export interface Freeze {
  /** For people: `the namespace`, `the cluster`. */
  readonly of: string
  readonly until?: Date | undefined
  readonly reason?: string | undefined
}
