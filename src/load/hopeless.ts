import { z } from 'zod'

/** From when on a load need not run to its end, because the configuration is far beyond a limit. */
export const Hopeless = z.object({
  percentile: z.union([z.literal(50), z.literal(90), z.literal(95), z.literal(99)]),
  /** Latency at that percentile. */
  milliseconds: z.number().positive(),
  /** Share of failed requests. */
  errorShare: z.number().min(0).max(1),
})
export type Hopeless = Readonly<z.infer<typeof Hopeless>>

/** How long scripts of others run before they are judged: they may have a warm-up of which nothing is known here. */
export const JUDGED_AFTER_SECONDS = 15
/** Above this share of failed requests, a script is ended. Below it, only its end shows the result. */
const MOST_FAILED = 0.5

/**
 * When k6 and Locust end a hopeless load: nobody knows how many requests are to come, so the median must be above the limit of the
 * percentile, or half of the requests must fail.
 */
export function hopelessMedian({ milliseconds, errorShare }: Hopeless): {
  readonly medianMilliseconds: number
  readonly errorShare: number
} {
  return { medianMilliseconds: milliseconds, errorShare: Math.max(MOST_FAILED, errorShare) }
}
