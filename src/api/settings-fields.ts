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
    min: quantity.optional().describe('Nothing below is ever injected.'),
    max: quantity.optional().describe('Nothing above is ever injected.'),
    minShare: Share.optional().describe("Least share of the author's request that a request may be; 0.5 is half."),
    maxShare: Share.optional().describe("Largest share of the author's request that a request may be; 2 is twice."),
    minLimit: quantity.optional().describe('No limit is set below; without it, min holds.'),
    maxLimit: quantity.optional().describe('No limit is set above; without it, max holds.'),
    minLimitShare: Share.optional().describe("Least share of the author's limit that a limit may be."),
    maxLimitShare: Share.optional().describe("Largest share of the author's limit that a limit may be."),
  }
}

export const TimeZone = z.string().max(64)

/** Schemas of a change window, without the time zone, which a SizingPolicy may leave out. */
export const changeWindowFields = {
  cron: z.string().max(100).describe('When it opens: five fields, as in crontab(5), such as 0 9 * * 1-5.'),
  for: Duration.describe('How long it stays open.'),
}
