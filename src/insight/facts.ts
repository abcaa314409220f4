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
import type { Allotment, Amounts, FaredInsight, Note, Price, PriceTable, Window } from './model.ts'

/** What was read at the edge: from a cluster, a store, files. What is not known is absent. */
export interface FleetFacts {
  readonly timeSeconds: number
  readonly sources: readonly string[]
  readonly window?: Window
  /** Where neither an author nor a Recommendation says otherwise. */
  readonly goal: Goal
  readonly prices: PriceTable
  readonly notes: readonly Note[]
  readonly workloads: readonly WorkloadFacts[]
  readonly fared?: FaredInsight
}

export interface WorkloadFacts {
  readonly workload: Workload
  readonly pods?: number
  /** Of the node of each Pod; the usual price where there is none. */
  readonly prices?: readonly Price[]
  readonly mode?: Mode
  readonly goal?: Goal
  readonly criticality?: Criticality
  readonly recommendation?: {
    readonly name: string
    readonly status: RecommendationStatus
    readonly spec?: Pick<RecommendationSpec, 'hold'>
  }
  readonly containers: readonly ContainerFacts[]
}

export type PerResource<T> = Readonly<Record<ResourceName, T>>

export interface ContainerFacts {
  readonly name: string
  /** An empty allotment: nothing was written. */
  readonly author?: PerResource<Allotment>
  readonly now?: PerResource<Allotment>
  /** Requests of all Pods together, now and a week ago; where absent, those of one times the Pods. */
  readonly reserved?: Amounts
  readonly reservedBefore?: Amounts
  /** At least one sample, in order of time. */
  readonly usage?: UsageColumns
  /** Of one Pod at a moment, where nothing else tells what it uses. */
  readonly momentary?: Amounts
  /** What the learner would decide now. */
  readonly learned?: Readonly<Partial<Record<Goal, ContainerRecommendation>>>
  /** Share of CPU samples above what the learner had decided before it saw them. */
  readonly replayedAbove?: Readonly<Partial<Record<Goal, number>>>
  readonly oomKills?: number
  readonly restarts?: number
  readonly isCrashing?: boolean
  readonly throttledShare?: number
}
