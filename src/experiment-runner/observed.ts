import type { CurrentTrial } from '../api/index.ts'
import type { LoadResult } from '../load/index.ts'
import type { LimitRules } from './bounds.ts'
import type { AutoscalerObject, ExperimentObject, TargetObject, VerticalAutoscalerObject } from './objects.ts'
import type { RunningPod } from './pods.ts'
import type { ProblemSettings } from './problem.ts'

/** Who may run an experiment in a namespace. */
export interface HeldLease {
  readonly holder: string
  readonly renewedAt: number
  readonly resourceVersion: string
}

/** A target and its Pods as they were read. */
export interface ObservedTarget {
  /** undefined where it does not exist. */
  readonly object: TargetObject | undefined
  readonly pods: readonly RunningPod[]
}

/** Everything that the next step of an experiment depends on, as it was read from the cluster. */
export interface Observed {
  readonly experiment: ExperimentObject
  /** The other Experiments of the namespace. */
  readonly others: readonly ExperimentObject[]
  readonly namespace: { readonly labels: Readonly<Record<string, string>>; readonly isTerminating: boolean }
  /** In the order of the spec. */
  readonly targets: readonly ObservedTarget[]
  readonly autoscalers: readonly AutoscalerObject[]
  readonly verticalAutoscalers: readonly VerticalAutoscalerObject[]
  readonly lease: HeldLease | undefined
  readonly rules: LimitRules
  /** The loads that exist, of this trial and of trials before it. */
  readonly loads: readonly ObservedLoad[]
}

/** Objects that run a load, by their labels. */
export interface ObservedLoad {
  readonly trial: number
  readonly load: string
  readonly result: LoadResult
  /** When its Pods were sending, in Unix seconds, as far as that is known. */
  readonly sent?: { readonly fromSeconds?: number; readonly toSeconds?: number }
}

export interface Circumstances {
  readonly now: Date
  readonly settings: ProblemSettings
  /** Why a load cannot run, a sentence each. */
  readonly loadProblems: readonly string[]
  /** Usage of the current load so far. */
  readonly usage?: readonly SampledUsage[] | undefined
  /** What Prometheus says of the current load, once it has ended. */
  readonly signals?: LoadSignals | undefined
  /** The API server's message for the last patch of a target that it refused permanently. */
  readonly refusedPatch?: string | undefined
  /** Fields that the API server refused to restore, and what it said. */
  readonly unrestored?: ReadonlyMap<string, string> | undefined
  /** Objects whose fields the API server refused to give back, such as `Deployment web`. */
  readonly unreturned?: ReadonlySet<string> | undefined
  /** The API server's message about the current load, if it refused that permanently. */
  readonly refusedLoad?: string | undefined
}

export type SampledUsage = NonNullable<CurrentTrial['usage']>[number]

/** What Prometheus says of a load that has ended, beside the summary of its load generator. */
export type LoadSignals = Pick<NonNullable<CurrentTrial['loads']>[number], 'throttled' | 'slos'>
