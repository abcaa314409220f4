import type { Goal } from '../api/index.ts'
import type { Parameter } from './parameter.ts'

/** A container as its author sized it. */
export interface ContainerShape {
  readonly name: string
  readonly cpuCores: number
  readonly memoryBytes: number
}

/** A workload of the experiment as its author wrote it: the baseline, and resources that are not varied but have a cost. */
export interface WorkloadShape {
  readonly name: string
  readonly replicas: number
  readonly containers: readonly ContainerShape[]
}

/** What a configuration must meet. Several loads (normal, peak) give several limits: `peak p95`, `normal p95`. */
export interface Limit {
  /** Names the measure in `Trial.measured`. */
  readonly measure: string
  /** Latency is in milliseconds. A share of errors is in 0..1. */
  readonly kind: 'latency' | 'errors'
  readonly atMost: number
}

/** Definition of an experiment: plain data that does not change between trials. */
export interface Experiment {
  readonly workloads: readonly WorkloadShape[]
  readonly parameters: readonly Parameter[]
  /** At least one latency. The first is the second axis of the front. */
  readonly limits: readonly Limit[]
  /** Prices of reserving resources for an hour. */
  readonly prices: { readonly coreHour: number; readonly gibHour: number }
  /** Probability with which the winner must meet the limits: see `SURE`. */
  readonly goal: Goal
  /** Void trials do not count. */
  readonly mostTrials: number
  readonly seed: number
}

/** Values by the name of their parameter (`nameOf`), in its unit: cores, bytes, replicas, or the unit of a setting. */
export type Configuration = Readonly<Record<string, number>>

/**
 * How a trial ended:
 * - `completed`: the load ran to its end;
 * - `aborted`: far beyond a limit, so that it was ended early;
 * - `oomKilled`: `Trial.oomKilled` names the containers;
 * - `unschedulable`: no node had room, or a quota refused it;
 * - `failed`: the workload did not become ready, or crashed for another reason;
 * - `void`: says nothing about the configuration, such as when the load generator was throttled.
 */
export type TrialOutcome = 'completed' | 'aborted' | 'oomKilled' | 'unschedulable' | 'failed' | 'void'

/** Usage of a container under load. */
export interface TrialUsage {
  /** `workload/container` */
  readonly container: string
  /** Mean over the trial, of all its Pods together. */
  readonly cpuCores: number
  /** Highest working set of any of its Pods. */
  readonly peakMemoryBytes: number
}

/** One run of one configuration. */
export interface Trial {
  /** Counts from 1 in the order in which the trials ran; no two trials share one. */
  readonly number: number
  readonly configuration: Configuration
  readonly outcome: TrialOutcome
  /** By the measure of each limit; absent if the trial ended before it was measured. */
  readonly measured: Readonly<Record<string, number>>
  readonly usage: readonly TrialUsage[]
  /** `workload/container` of each container that was OOM-killed. */
  readonly oomKilled: readonly string[]
}

/** Trials that are not void, in the order in which they ran; the order of storage does not matter. */
export function countedTrials(trials: readonly Trial[]): readonly Trial[] {
  return trials.filter(({ outcome }) => outcome !== 'void').toSorted((a, b) => a.number - b.number)
}
