import { z } from 'zod'
import { MAX_KIND } from './fields.ts'

/** Most spans of an objective: a day in spans of five minutes. */
export const MAX_SLO_SPANS = 288

const Name = z.string().min(1).max(253)

/**
 * Shares of bad requests over time, as the leading learner publishes them for the dashboard. Each share is that of the short burn window
 * that ended in a span of time.
 */
export const SloShares = z.object({
  /** Start of the first span, Unix time in seconds. */
  fromSeconds: z.number().min(0),
  /** Length of a span. */
  stepSeconds: z.number().gt(0),
  objectives: z.array(
    z.object({
      workload: z.object({ namespace: Name, kind: z.string().min(1).max(MAX_KIND), name: Name }),
      /** Name of the SLO, which its latency and its errors share. */
      name: z.string().min(1).max(63),
      kind: z.enum(['latency', 'errors']),
      /** Share for each span, 0..1; null where there were no requests, or nothing was read. */
      shares: z.array(z.number().min(0).max(1).nullable()).max(MAX_SLO_SPANS),
    }),
  ),
})
export type SloShares = z.infer<typeof SloShares>
