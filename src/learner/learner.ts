import type { ContainerRecommendation, Goal } from '../api/index.ts'
import type { OomKill, UsageSample } from '../history/index.ts'
import type { ContainerResources } from '../resources/index.ts'
import type { Workload, WorkloadContainer } from '../workloads/index.ts'

/**
 * Learns from usage, one sample at a time, and says what each workload should have. Deterministic: the same samples in
 * the same order give the same state and the same answers. No clock, no I/O: time is handed in.
 */
export interface Learner {
  /** Takes samples in; none is stored raw. State per container is bounded. */
  observe(samples: readonly UsageSample[]): void

  /** Takes in that a container reached its limit, which counts as usage above it; once for each kill. */
  observeOomKill(kill: OomKill): void

  /**
   * Takes in which version of a container runs. While a new one has not proved itself, margins are wider and
   * confidence is lower. A container without usage is left out.
   * @param image as the Pod names it
   */
  observeVersion(container: WorkloadContainer, image: string, nowSeconds: number): void

  /** Since the very first, through every save and restore. */
  readonly counts: LearnerCounts

  /** Every workload that has been observed. */
  workloads(): Iterable<Workload>

  /**
   * What the containers of one workload should have from `nowSeconds` on, using only what was observed. A container
   * or a resource without enough history is left out; memory that was too little for an OOM-killed one is not.
   *
   * @param author what the author wrote, by container; where it is given, what that is expected to cost is told as well
   */
  recommend(
    workload: Workload,
    goal: Goal,
    nowSeconds: number,
    author?: ReadonlyMap<string, ContainerResources>,
  ): readonly ContainerRecommendation[]

  /** The whole state, versioned; `restoreLearner` gives back a learner that goes on exactly alike. */
  save(): Uint8Array

  /** The state of one workload, in the same form; undefined when it was never observed. */
  saveWorkload(workload: Workload): Uint8Array | undefined

  /**
   * Takes back what was saved of some workloads, in place of what is known of their containers.
   * @throws LearnerStateError
   */
  restoreWorkloads(bytes: Uint8Array): void

  /** Forgets a workload altogether. */
  forget(workload: Workload): void
}

export interface LearnerCounts {
  /** Samples of which every value made sense and was learned. */
  readonly samples: number
  /** Samples with a time or a value that cannot be (negative, infinite, beyond any machine), or with none at all; it was left out. */
  readonly ignored: number
}
