/** From when on a load need not run to its end, because the configuration is far beyond a limit. */
export interface Hopeless {
  readonly percentile: 50 | 90 | 95 | 99
  /** Latency at that percentile. */
  readonly milliseconds: number
  /** Share of failed requests, 0..1. */
  readonly errorShare: number
}

/** How long scripts of others run before they are judged: they may have a warm-up of which nothing is known here. */
export const JUDGED_AFTER_SECONDS = 15
/** Above this share of failed requests, a script is ended. Below it, only its end shows the result. */
const MOST_FAILED = 0.5

/**
 * What k6 and Locust are ended for: nobody knows how many requests are to come, so that the median must be beyond what the percentile must
 * not reach, or half of the requests fail.
 */
export function hopelessScript({ milliseconds, errorShare }: Hopeless): {
  readonly medianMilliseconds: number
  readonly errorShare: number
} {
  return { medianMilliseconds: milliseconds, errorShare: Math.max(MOST_FAILED, errorShare) }
}
