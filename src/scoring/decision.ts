/** Values that one container has until its next decision. There is no CPU limit, because the limits policy sets none by default. */
export interface Decision {
  /** Time of the decision, Unix time in seconds. Samples from this time or later have no influence on the decision. */
  readonly fromSeconds: number
  readonly cpuRequestCores: number
  readonly memoryRequestBytes: number
  readonly memoryLimitBytes: number
  /** Stated confidences, 0..1; NaN if the decision states none. */
  readonly cpuConfidence: number
  readonly memoryConfidence: number
}
