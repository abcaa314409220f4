import type { Workload, WorkloadContainer } from '../workloads/index.ts'

/** One reading of one container of one Pod. */
export interface UsageSample {
  /** Interned: a source hands out the same object for the same container of the same workload. */
  readonly container: WorkloadContainer
  /** Name of the Pod; '' where the source does not know it. */
  readonly pod: string
  /** Unix time, seconds. */
  readonly timestampSeconds: number
  /**
   * CPU used, cores, averaged since the sample before; NaN where the source has none for this time. Where the source knows that it
   * was held back at a limit, more: what it wanted.
   */
  readonly cpuCores: number
  /** Working-set memory, bytes; NaN where the source has none for this time. */
  readonly memoryBytes: number
}

/** A container was killed because it reached its memory limit: its demand was higher than any sample shows. */
export interface OomKill {
  readonly container: WorkloadContainer
  readonly timestampSeconds: number
  /** The limit in force when it was killed. */
  readonly limitBytes: number
}

/** Half-open: from ≤ t < to, Unix time in seconds. */
export interface TimeWindow {
  readonly fromSeconds: number
  readonly toSeconds: number
}

export interface ReadOptions {
  /** Only samples inside this window; all that the source has when absent. */
  readonly window?: TimeWindow
  /** Nobody needs another's: a source that can ask for less does, and may hand out others all the same. */
  readonly workload?: Workload
  readonly signal?: AbortSignal
  /** Called as the source goes on, with the share done (0..1) where it can be told. */
  readonly onProgress?: (progress: ReadProgress) => void
}

export interface ReadProgress {
  readonly samples: number
  /** 0..1; undefined where the source cannot know. */
  readonly share?: number
}

/**
 * Where usage comes from. Every source has this shape, so that the learner never knows which one it reads.
 *
 * Samples come in batches, with bounded memory however long the history is. Prometheus hands out those of each container
 * in order of time, its Pods side by side; a file hands out what it holds in the order it has it, and where it keeps CPU and
 * memory apart, one after the other (with NaN for what is not there). `inTimeOrder` puts those in order. Implementations
 * throw `HistoryError` with a message a person can act on.
 */
export interface HistorySource {
  /** For people: `file history.csv.gz`, `Prometheus https://…`. Never carries a secret. */
  readonly name: string
  read(options?: ReadOptions): AsyncIterable<readonly UsageSample[]>
}

/** The history cannot be read, or cannot be trusted. The message says what, where, and what to do. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError'
}
