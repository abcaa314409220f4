import type {
  ContainerRecommendation,
  Criticality,
  Goal,
  Mode,
  RecommendationSpec,
  RecommendationStatus,
} from '../api/index.ts'
import type { UsageColumns } from '../history/index.ts'
import type { ResourceName } from '../resources/index.ts'
import type { Workload } from '../workloads/index.ts'
import type {
  Allotment,
  Amounts,
  FaredInsight,
  NodesInsight,
  Note,
  Price,
  PriceTable,
  SloOverTime,
  Window,
} from './model.ts'

/** Facts that were read at the edge: from a cluster, a store or files. A fact that is not known is absent. */
export interface FleetFacts {
  readonly timeSeconds: number
  readonly sources: readonly string[]
  readonly window?: Window
  /** Goal of a workload for which neither its author nor its Recommendation names one. */
  readonly goal: Goal
  readonly prices: PriceTable
  readonly notes: readonly Note[]
  readonly workloads: readonly WorkloadFacts[]
  readonly fared?: FaredInsight
  readonly nodes?: NodesInsight
}

export interface WorkloadFacts {
  readonly workload: Workload
  readonly pods?: number
  /** Price of the node of each Pod; the usual price counts if this is absent or empty. */
  readonly prices?: readonly Price[]
  readonly mode?: Mode
  readonly goal?: Goal
  readonly criticality?: Criticality
  readonly recommendation?: {
    readonly name: string
    readonly status: RecommendationStatus
    readonly spec?: Pick<RecommendationSpec, 'hold'>
  }
  readonly slosOverTime?: SloOverTime
  readonly hpa?: HpaFacts
  /** Bytes that a Pod received per second: the mean over some days, of the Pod and the days with the most. */
  readonly receivedBytesPerSecond?: number
  readonly containers: readonly ContainerFacts[]
}

/** The HorizontalPodAutoscaler that scales a workload. */
export interface HpaFacts {
  readonly name: string
  readonly minReplicas: number
  readonly maxReplicas: number
  /** Replicas now. */
  readonly replicas?: number
  /** Share of the window (0..1) in which the workload had exactly `minReplicas`. */
  readonly atMinimumShare?: number
  /** Target utilizations in percent of the request; empty if it scales on something else, absent if that is not known. */
  readonly targets?: readonly HpaTarget[]
  /** Whether it scales on something that does not depend on requests as well, such as a queue. */
  readonly scalesOnMore?: boolean
}

export interface HpaTarget {
  readonly resource: ResourceName
  /** The only container that counts; all count if it is absent. */
  readonly container?: string
  /** The target in force, and the author's: they differ while Plimsoll changes it together with the requests. */
  readonly utilization: number
  readonly author: number
}

export type PerResource<T> = Readonly<Record<ResourceName, T>>

export interface ContainerFacts {
  readonly name: string
  /** Requests and limits that the author wrote; an empty allotment means that the author wrote none. */
  readonly author?: PerResource<Allotment>
  readonly now?: PerResource<Allotment>
  /** Sum of the requests of all Pods, now and a week ago. If `reserved` is absent, `now` times the number of Pods counts. */
  readonly reserved?: Amounts
  readonly reservedBefore?: Amounts
  /** Usage samples in order of time, at least one. */
  readonly usage?: UsageColumns
  /** Usage of one Pod at one moment, which counts for resources that have no other usage. */
  readonly momentary?: Amounts
  /** What the learner would decide now, for each goal. */
  readonly learned?: Readonly<Partial<Record<Goal, ContainerRecommendation>>>
  /** Share of CPU samples (0..1) above the request that the learner had decided before it saw them, for each goal. */
  readonly replayedAbove?: Readonly<Partial<Record<Goal, number>>>
  readonly oomKills?: number
  readonly restarts?: number
  readonly isCrashing?: boolean
  readonly throttledShare?: number
}
