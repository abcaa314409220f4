import type {
  ContainerRecommendation,
  Criticality,
  Goal,
  Mode,
  RecommendationSpec,
  Revision,
  RunningStatus,
  StartupStatus,
} from '../api/index.ts'
import type { Autoscaler, CanaryRules, Opening, PodShape, Policy } from '../policy/index.ts'
import type { ContainerResources } from '../resources/index.ts'
import type { SloReading } from '../slos/index.ts'
import type { ApprovalRules } from './approval.ts'
import type { TroubleSeen } from './judge.ts'
import type { LargestNode } from './largest-node.ts'
import type { MinimumChange } from './minimum-change.ts'
import type { PaceRules } from './pace.ts'
import type { PodHealth } from './pod-health.ts'
import type { Pressures } from './pressure.ts'
import type { SloRules } from './slo-guard.ts'
import type { StepRules } from './step.ts'

/** Everything that the next status of one Recommendation depends on, besides its current status. */
export interface ReconcileInput {
  readonly mode: Mode
  readonly goal: Goal
  readonly criticality: Criticality
  /** Kind of the workload: one that runs to completion is sized by its peak. */
  readonly kind: string
  /** Source of the proposal: observed in production, or from an experiment. */
  readonly source: Revision['source']
  /** Values that the learner recommends now. Empty without fresh usage; then no value changes. */
  readonly learned: readonly ContainerRecommendation[]
  /** Whether values with a key are in use: those of a class of nodes only while Pods are sized by it. All are, if undefined. */
  readonly isInUse?: ((key: string) => boolean) | undefined
  /** Resources that the author wrote, by container name; a container without running Pods is missing. */
  readonly author: ReadonlyMap<string, ContainerResources>
  /** Containers whose heap follows their memory limit, so that the limit stays the author's; by default none. */
  readonly heapFollowers?: ReadonlySet<string> | undefined
  /** Containers and overhead of the newest Pod. */
  readonly shape: PodShape
  /** All Pods of the workload. */
  readonly pods: readonly PodHealth[]
  /** Status of the running Pods; undefined if there is nothing to report. */
  readonly running?: RunningStatus | undefined
  /** Status of the containers' startup; undefined if there is nothing to report. */
  readonly startup?: StartupStatus | undefined
  /** Containers under pressure; none if undefined. */
  readonly pressures?: Pressures | undefined
  /** Trouble that a revision caused in a Pod that was rolled back since. */
  readonly trouble?: TroubleSeen | undefined
  /** Readings of its SLOs; undefined or empty if it has none. */
  readonly slos?: readonly SloReading[] | undefined
  /** Names of other workloads of the namespace whose SLOs have just degraded; none if undefined. */
  readonly degraded?: readonly string[] | undefined
  /** HPAs and VPAs that scale the workload. */
  readonly autoscalers: readonly Autoscaler[]
  readonly largestNode: LargestNode
  /** What people wrote on the Recommendation: approval, rejection, hold, rollback. */
  readonly spec: Omit<RecommendationSpec, 'workload'>
  /** Freezes of the cluster and of the namespace. */
  readonly freezes: readonly Freeze[]
  /** Whether a change window is open now. */
  readonly opening: Opening
  readonly now: Date
}

export interface ReconcileRules {
  readonly policy: Pick<Policy, 'bounds' | 'limits'>
  readonly step: StepRules
  readonly minimumChange: MinimumChange
  readonly approval: ApprovalRules
  readonly pace: PaceRules
  /** Rules for canaries; if undefined, a new revision goes to all new Pods. */
  readonly canary?: CanaryRules | undefined
  /** Rules by which SLOs judge a revision. */
  readonly slo: SloRules
}

/** A freeze: while it lasts, no new revision is applied in its namespace, or in the cluster. */
export interface Freeze {
  /** Name of what is frozen, for a person to read: `the namespace`, `the cluster`. */
  readonly of: string
  readonly until?: Date | undefined
  readonly reason?: string | undefined
}
