import type { UsageSample } from '../history/index.ts'
import type { ContainerRecommendation, Goal } from '../recommendations/index.ts'
import type { Workload } from '../workloads/index.ts'

/**
 * Learns from usage, one sample at a time, and says what each workload should have. Deterministic: the same samples in
 * the same order give the same state and the same answers. No clock, no I/O: time is handed in.
 */
export interface Learner {
  /** Takes samples in; none is stored raw. State per container is bounded. */
  observe(samples: readonly UsageSample[]): void

  /** Since the very first, through every save and restore. */
  readonly counts: LearnerCounts

  /** Every workload that has been observed. */
  workloads(): Iterable<Workload>

  /**
   * What the containers of one workload should have from `nowSeconds` on, using only what was observed. A container
   * or a resource without enough history is left out.
   */
  recommend(workload: Workload, goal: Goal, nowSeconds: number): readonly ContainerRecommendation[]

  /** The whole state, versioned; `restoreLearner` gives back a learner that goes on exactly alike. */
  save(): Uint8Array
}

export interface LearnerCounts {
  /** Samples of which every value made sense and was learned. */
  readonly samples: number
  /** Samples with a time or a value that cannot be (negative, infinite, beyond any machine), or with none at all; it was left out. */
  readonly ignored: number
}
