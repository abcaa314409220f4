import { z } from 'zod'
import { Confidence, Note, Timestamp, UserName } from './fields.ts'

export const Waiting = z
  .object({
    because: z.enum(['Held', 'Frozen', 'ChangeWindow']),
    until: Timestamp.optional().describe('Absent where it is for somebody to say.'),
    message: Note.describe('For people.'),
  })
  .describe('Why nothing new is applied for now.')
  .meta({ 'x-kubernetes-map-type': 'atomic' })
export type Waiting = z.infer<typeof Waiting>

/** Newest last. */
export const TRAIL_LENGTH = 20

export const Change = z
  .object({
    time: Timestamp,
    revision: z
      .int()
      .min(1)
      .optional()
      .describe("What was applied, rejected, or had been approved; absent: the author's values, or what stands."),
    from: z.int().min(1).optional().describe("What stood before; absent: the author's values."),
    by: UserName.describe('`plimsoll`, or the user who approved or took back.'),
    why: z.enum([
      ...['Learned', 'Approved', 'RaisedAfterOomKill', 'CanaryPassed', 'RolledBack', 'Autoscaler'],
      ...['Rejected', 'ApprovalExpired', 'Held', 'Frozen', 'ChangeWindow', 'Resumed'],
    ] as const),
    confidence: Confidence.optional().describe('The lowest of what was applied.'),
    changes: z
      .array(z.string().max(160))
      .max(17)
      .describe('Requests and limits, before -> after; or what is to be said of why nothing was applied.'),
  })
  .describe('One change of what is injected, or of whether it may change.')
  .meta({ 'x-kubernetes-map-type': 'atomic' })
export type Change = z.infer<typeof Change>
