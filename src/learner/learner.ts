import type { ContainerRecommendation } from '../api/index.ts'
import type { OomKill, UsageSample } from '../history/index.ts'
import type { ContainerResources } from '../resources/index.ts'
import type { Workload, WorkloadContainer } from '../workloads/index.ts'
import type { Cadence } from './cadence.ts'
import type { Instance, Profile } from './instance.ts'
import type { Prices } from './prices.ts'
import type { SloTerms } from './slo-price.ts'

/** Terms of the decisions on a workload: the prices, the cadence and the author's values. */
export interface DecisionTerms {
  /** Prices of under-provisioning; `GOAL_PRICES` has those of the goals. */
  readonly prices: Prices
  /** How often decisions are due. The cadence of a workload may differ each time. */
  readonly cadence: Cadence
  /** The author's values, by container. If given, evidence includes their expected cost. */
  readonly author?: ReadonlyMap<string, ContainerResources> | undefined
  /** The current values of the Pods, by container. If given, evidence includes their expected cost. */
  readonly inForce?: ReadonlyMap<string, ContainerResources> | undefined
  /** CPU that latency SLOs require of containers, by container. It raises the values, and does not change the decision. */
  readonly slos?: ReadonlyMap<string, SloTerms> | undefined
  /** Profiles of the applications that the containers run, by container. A container without one learns from its own usage alone. */
  readonly profiles?: ReadonlyMap<string, Profile> | undefined
}

/** Values for the containers of a workload from one source. */
export interface Proposal {
  readonly source: 'observed'
  /**
   * Recommendations for the containers, sorted by name. A container or a resource without enough history is left out, except
   * for the memory of a container that was OOM-killed.
   */
  readonly containers: readonly ContainerRecommendation[]
}

/**
 * Learns from usage, one sample at a time, and decides what each workload should have. Deterministic: the same calls in the
 * same order give the same state and the same answers. It has no clock and does no I/O: times are passed in.
 */
export interface Learner {
  /** Learns from samples. None is stored raw, and the state per container is bounded. */
  observe(samples: readonly UsageSample[]): void

  /** Learns from an OOM kill, which counts as usage above the limit. Call it once for each kill. */
  observeOomKill(kill: OomKill): void

  /**
   * Updates the version of a container. While a new version has not proved itself, margins are wider and confidence is lower. Ignored
   * for a container without usage.
   *
   * @param image as the Pod names it
   * @param nowSeconds Unix time
   */
  observeVersion(container: WorkloadContainer, image: string, nowSeconds: number): void

  /** Numbers of samples since the very first, across saves and restores. */
  readonly counts: LearnerCounts

  /** Every workload that has been observed. */
  workloads(): Iterable<Workload>

  /** Time of the oldest sample of a workload, Unix seconds; infinite if there is none. */
  firstSeconds(workload: Workload): number

  /** Time of the newest sample of a workload, Unix seconds; 0 if there is none. */
  lastSeconds(workload: Workload): number

  /** What each container of a workload tells about the same application elsewhere; containers with too little usage are left out. */
  instances(workload: Workload): ReadonlyMap<string, Instance>

  /**
   * Decides on the containers of a workload, each if a decision is due: according to the cadence, immediately after an OOM kill or a
   * change of the image, and immediately for other prices than those of the current decision, which is then replaced. If nothing is
   * due, calling it does not change the result of `recommend`, so it may be called at any rate.
   *
   * @param atSeconds now, Unix time
   * @returns the values that the containers should have from now on: the same as `recommend` returns
   */
  decide(workload: Workload, atSeconds: number, terms: DecisionTerms): Proposal

  /**
   * The values that the containers of a workload should have from `atSeconds` on, based on all samples so far. It changes nothing, and
   * may be called for any prices, such as those of another goal. The result is the same as after `decide` with the same arguments.
   *
   * @param atSeconds Unix time
   */
  recommend(workload: Workload, atSeconds: number, terms: DecisionTerms): Proposal

  /** The whole state, versioned. `restoreLearner` returns a learner that continues exactly as this one. */
  save(): Uint8Array

  /** The state of one workload, in the same format; undefined if it was never observed. */
  saveWorkload(workload: Workload): Uint8Array | undefined

  /**
   * Restores the saved state of some workloads, and replaces everything known about their containers.
   *
   * @throws LearnerStateError if the bytes are not a saved state, or of an unknown version, cut short or damaged
   */
  restoreWorkloads(bytes: Uint8Array): void

  /** Forgets everything about a workload. */
  forget(workload: Workload): void
}

export interface LearnerCounts {
  /** Samples that were learned. */
  readonly samples: number
  /**
   * Samples that have no value, or of which at least one value was ignored because it cannot be true (negative, infinite,
   * beyond any machine).
   */
  readonly ignored: number
}
