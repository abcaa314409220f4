/** Level of one resource in the hours with samples. Buckets are 5 % apart, so differences are relative. A few odd hours hardly matter. */
export interface Level {
  /** Median of the hours, in buckets. */
  readonly middle: number
  /** Standard deviation of the hours, in buckets, by their median absolute deviation. */
  readonly spread: number
}

/** Ages in hours at which the beginning of an instance is compared with that of another. */
export const AGES = [1, 2, 4, 8, 16] as const

/** Level of one resource of an instance, and how it began. */
export interface InstanceLevel extends Level {
  /** By how many buckets the median of its first hours was below `middle`, for each of `AGES`; undefined if that is no longer known. */
  readonly belowAtFirst?: readonly number[] | undefined
}

/** What one container of a workload tells about the same application elsewhere. */
export interface Instance {
  /** Hours from 1970 to its first sample, and to its newest one. */
  readonly firstHour: number
  readonly lastHour: number
  readonly cpu?: InstanceCpu | undefined
  readonly memory?: InstanceMemory | undefined
}

export interface InstanceCpu extends InstanceLevel {
  /** Buckets of its usage at `SKETCH_QUANTILES`. */
  readonly sketch: readonly number[]
}

export interface InstanceMemory extends InstanceLevel {
  /** Buckets of the newest daily peaks and of the 95th percentiles of these days, newest first. */
  readonly days: readonly { readonly peak: number; readonly p95: number }[]
}

/** What is known about an application from its other instances. */
export interface Profile {
  /** Name of the application, for people. */
  readonly application: string
  readonly instances: readonly Instance[]
}
