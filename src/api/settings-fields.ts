import { z } from 'zod'
import { Duration } from './vocabulary.ts'

/** Share of the author's value: 0.5 is half of it. */

const Share = z.number().min(0).max(1000)

/**
 * Schemas of the bounds of one resource, all optional.
 *
 * @param quantity schema of a quantity: text in the API, nano-units in settings
 */
export function boundsFields<Q extends z.ZodType>(quantity: Q) {
  return {
    min: quantity.optional().describe('Smallest value that is ever injected.'),
    max: quantity.optional().describe('Largest value that is ever injected.'),
    minShare: Share.optional().describe("Smallest request, as a share of the author's request; 0.5 is half."),
    maxShare: Share.optional().describe("Largest request, as a share of the author's request; 2 is twice."),
    minLimit: quantity.optional().describe('Smallest limit; if absent, min applies.'),
    maxLimit: quantity.optional().describe('Largest limit; if absent, max applies.'),
    minLimitShare: Share.optional().describe("Smallest limit, as a share of the author's limit."),
    maxLimitShare: Share.optional().describe("Largest limit, as a share of the author's limit."),
  }
}

export const TimeZone = z.string().max(64)

/** Schemas of a change window, without the time zone, which a SizingPolicy may leave out. */
export const changeWindowFields = {
  cron: z.string().max(100).describe('When it opens: five fields, as in crontab(5), such as 0 9 * * 1-5.'),
  for: Duration.describe('How long it stays open.'),
}
