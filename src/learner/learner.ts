import type { ContainerRecommendation, Revision } from '../api/index.ts'
import type { OomKill, UsageSample } from '../history/index.ts'
import type { ContainerResources } from '../resources/index.ts'
import type { Workload, WorkloadContainer } from '../workloads/index.ts'
import type { Cadence } from './cadence.ts'
import type { Prices } from './prices.ts'
import type { SloTerms } from './slo-price.ts'

/** Terms of the decisions on a workload: the prices, the cadence and what the author wrote. */
export interface DecisionTerms {
  /** Prices of under-provisioning; `GOAL_PRICES` has those of the goals. */
  readonly prices: Prices
  /** How often a decision falls due. A workload may be decided on at another cadence each time. */
  readonly cadence: Cadence
  /** What the author wrote, by container. Where it is given, evidence includes what that is expected to cost. */
  readonly author?: ReadonlyMap<string, ContainerResources> | undefined
  /** What the Pods are given now, by container. Where it is given, evidence includes what that is expected to cost. */
  readonly inForce?: ReadonlyMap<string, ContainerResources> | undefined
  /** What latency SLOs ask of containers, by container. They raise what the decision says, and do not change it. */
  readonly slos?: ReadonlyMap<string, SloTerms> | undefined
}

/** Values for the containers of a workload from one source. */
export interface Proposal {
  readonly source: Revision['source']
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
  /** Takes in samples. None is stored raw, and the state per container is bounded. */
  observe(samples: readonly UsageSample[]): void

  /** Takes in an OOM kill, which counts as usage above the limit. Call it once for each kill. */
  observeOomKill(kill: OomKill): void

  /**
   * Takes in which version of a container runs. While a new one has not proved itself, margins are wider and confidence is
   * lower. Ignored for a container without usage.
   *
   * @param image as the Pod names it
   * @param nowSeconds Unix time
   */
  observeVersion(container: WorkloadContainer, image: string, nowSeconds: number): void

  /** Numbers of samples since the very first, across saves and restores. */
  readonly counts: LearnerCounts

  /** Every workload that has been observed. */
  workloads(): Iterable<Workload>

  /** Time of the newest sample of a workload, Unix seconds; 0 if there is none. */
  lastSeconds(workload: Workload): number

  /**
   * Decides on the containers of a workload, each where a decision is due: when the cadence says so, at once after an OOM
   * kill or a change of the image, and at once for other prices than those of the current decision, which is then replaced.
   * Where nothing is due, calling it changes nothing that `recommend` would say, so it may be called at any rate.
   *
   * @param atSeconds now, Unix time
   * @returns what the containers should have from now on: the same as `recommend` returns
   */
  decide(workload: Workload, atSeconds: number, terms: DecisionTerms): Proposal

  /**
   * What the containers of a workload should have from `atSeconds` on, from what has been observed so far. This is a
   * question: it changes nothing, and may be asked for any prices, such as those of another goal. The answer is what it
   * would be after `decide` with the same arguments.
   *
   * @param atSeconds Unix time
   */
  recommend(workload: Workload, atSeconds: number, terms: DecisionTerms): Proposal

  /** The whole state, versioned. `restoreLearner` returns a learner that continues exactly as this one. */
  save(): Uint8Array

  /** The state of one workload, in the same format; undefined when it was never observed. */
  saveWorkload(workload: Workload): Uint8Array | undefined

  /**
   * Restores what was saved of some workloads, replacing what is known of their containers.
   *
   * @throws LearnerStateError if the bytes are no saved state, of an unknown version, cut short or damaged
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
