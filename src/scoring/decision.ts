/**
 * What one container has from a moment on, until its next decision. Nobody here writes CPU limits: by default the limits
 * policy sets none.
 */
export interface Decision {
  /** Unix time, seconds. Nothing that was seen at or after it has a part in the decision. */
  readonly fromSeconds: number
  readonly cpuRequestCores: number
  readonly memoryRequestBytes: number
  readonly memoryLimitBytes: number
  /** 0..1; NaN where nothing is said. */
  readonly cpuConfidence: number
  readonly memoryConfidence: number
}
