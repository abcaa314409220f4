import { z } from 'zod'
import { Note, Timestamp } from './fields.ts'
import { MAX_SLOS } from './slo.ts'

/**
 * `Met`, `Burning`, `BurningFast`: its error budget does not burn, burns, or burns so fast that a change is judged by it.
 * `NoRequests`: its series were read, and there were none. The rest says why it is not known.
 */
export const SloCondition = z.enum([
  ...['Met', 'Burning', 'BurningFast', 'NoRequests'],
  ...['NoSeries', 'Stale', 'Unreachable', 'Invalid'],
] as const)
export type SloCondition = z.infer<typeof SloCondition>

/** Objectives that a Recommendation reports: an SLO may have two. */
export const MAX_OBJECTIVES = 2 * MAX_SLOS

export const SloStatus = z
  .object({
    name: z.string().max(63).describe('Name of the SLO in the SizingPolicy.'),
    kind: z.enum(['latency', 'errors']),
    text: z.string().max(120).describe('The objective, for people.'),
    state: SloCondition,
    budget: z.number().min(0).max(1).describe('Share of the requests that may be bad.'),
    share: z.number().min(0).max(1).optional().describe('Share of bad requests in the long burn window.'),
    budgetLeft: z
      .number()
      .min(-99)
      .max(1)
      .optional()
      .describe("Share of the error budget of the SLO's window that is left; below 0 if it is exceeded."),
    time: Timestamp.describe('When these figures were read. They are updated when the state changes, and every hour.'),
    message: Note.optional().describe('For people.'),
  })
  .describe('One objective of an SLO, as it was read last.')
export type SloStatus = z.infer<typeof SloStatus>
