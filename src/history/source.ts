import type { Workload, WorkloadContainer } from '../workloads/index.ts'

/** One measurement of one container of one Pod. */
export interface UsageSample {
  /** Container, interned: a source returns the same object for the same container of the same workload. */
  readonly container: WorkloadContainer
  /** Name of the Pod; '' if the source does not know it. */
  readonly pod: string
  /** Time of the sample, Unix seconds. */
  readonly timestampSeconds: number
  /**
   * CPU used in cores, averaged since the previous sample; NaN if the source has none for this time. If the source knows that the
   * container was throttled, the value is raised to what it probably wanted.
   */
  readonly cpuCores: number
  /** Working-set memory in bytes; NaN if the source has none for this time. */
  readonly memoryBytes: number
  /** Share of the requests that missed the SLO of the workload, 0..1; undefined if the source has none for this time. */
  readonly badShare?: number | undefined
}

/** A container was killed because it reached its memory limit: its demand was higher than any sample shows. */
export interface OomKill {
  readonly container: WorkloadContainer
  /** Name of the Pod; undefined if the source does not know it. */
  readonly pod?: string | undefined
  readonly timestampSeconds: number
  /** Memory limit in force at the time of the kill. */
  readonly limitBytes: number
}

/** Half-open: from ≤ t < to, Unix time in seconds. */
export interface TimeWindow {
  readonly fromSeconds: number
  readonly toSeconds: number
}

export interface ReadOptions {
  /** Reads only samples inside this window; if missing, all samples of the source. */
  readonly window?: TimeWindow
  /** Only this workload is needed. A source that can read less does so, but may also return others. */
  readonly workload?: Workload
  readonly signal?: AbortSignal
  /** Called during the reading, with the share done (0..1) if it is known. */
  readonly onProgress?: (progress: ReadProgress) => void
}

export interface ReadProgress {
  readonly samples: number
  /** Share done, 0..1; undefined if the source does not know it. */
  readonly share?: number
}

/**
 * Source of usage. Every source has this interface, so that the learner does not depend on a specific one.
 *
 * Samples are returned in batches, with bounded memory however long the history is. Prometheus returns those of each container in order
 * of time, its Pods interleaved. A file returns its samples in its own order, and samples of CPU and of memory one after the other if
 * they are separate in the file (with NaN for the other resource). `inTimeOrder` sorts them. Implementations throw `HistoryError` with
 * a message that a person can act on.
 */
export interface HistorySource {
  /** Name of the source in messages: `file history.csv.gz`, `Prometheus https://…`. It never contains a secret. */
  readonly name: string
  read(options?: ReadOptions): AsyncIterable<readonly UsageSample[]>
}

/** The history cannot be read, or cannot be trusted. The message says what, where, and what to do. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError'
}
