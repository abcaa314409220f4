/** Latency of requests in milliseconds, from the time at which each was due. A field that the load does not report is missing. */
export interface Latencies {
  readonly p50?: number | undefined
  readonly p90?: number | undefined
  readonly p95?: number | undefined
  readonly p99?: number | undefined
  readonly max?: number | undefined
}

/** What a load that has ended reports. */
export interface FinishedLoad {
  readonly kind: 'finished'
  readonly requests: number
  /** Requests without an answer, or with an answer that counts as an error. */
  readonly failed: number
  /** Requests that were due per second; of a closed-loop load, those that were sent. */
  readonly scheduledPerSecond: number
  readonly sentPerSecond: number
  readonly latencyMilliseconds: Latencies
  /**
   * Requests that were due and never sent, because too many waited for answers. The latencies are then at least these: those of the
   * dropped requests would have been higher.
   */
  readonly dropped?: number
  /** Why the load generator could not keep up, so that latencies are those of the generator; absent where it kept up. */
  readonly throttled?: string
  /** Why it ended early, as it was far beyond a limit already; absent where it ran to its end. */
  readonly aborted?: string
  /** Number of failed requests by reason, the most frequent ones. */
  readonly failures?: Readonly<Record<string, number>>
  /** What the load itself says was not met, such as thresholds of k6. */
  readonly notMet?: readonly string[]
}

/** Where a load is. `failed` says nothing about the configuration that was tried. */
export type LoadResult =
  | { readonly kind: 'running'; readonly waitingFor?: string }
  | FinishedLoad
  | { readonly kind: 'failed'; readonly reason: string }
