import { z } from 'zod'
import { Duration } from './vocabulary.ts'

/** Fields that a SizingPolicy and the settings of the cluster have in common. */

const Share = z.number().min(0).max(1000)

/** Bounds of one resource, all optional. @param quantity how a quantity is read: as text in the API, as nano-units in settings */
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

/** When changes may be made. A SizingPolicy may leave out the time zone. */
export const changeWindowFields = {
  cron: z.string().max(100).describe('When it opens: five fields, as in crontab(5), such as 0 9 * * 1-5.'),
  for: Duration.describe('How long it stays open.'),
}
