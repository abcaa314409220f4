import { z } from 'zod'

/** Kinds of values that stand in more than one part of a Recommendation. */

/**
 * Most containers, init containers included, of a Pod that is sized. A Recommendation with so many, in every revision that it holds, stays
 * well below the 1.5 MiB that etcd takes.
 */
export const MAX_CONTAINERS = 128

export const Quantity = z
  .string()
  .max(32)
  .regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/)
/** A rule of the API server, in CEL, for what has a request and may have a limit. */
export const NOT_ABOVE_LIMIT = {
  rule: '!has(self.limit) || quantity(self.request).compareTo(quantity(self.limit)) <= 0',
  message: 'the request must not be above the limit',
}
export const Timestamp = z.iso.datetime()
/** As people write it: any offset will do, as in the API. */
export const PersonsTimestamp = z.iso.datetime({ offset: true })
export const Confidence = z
  .number()
  .min(0)
  .max(1)
  .describe(
    'Probability that the recommendation holds for its next 24 hours: of CPU usage staying below the request, of memory staying below the limit.',
  )

export const UserName = z.string().min(1).max(256)

/** For people. */
export const Note = z.string().max(200)
