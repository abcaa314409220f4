import { z } from 'zod'

/** TCP port as text; 0 takes a free one. */
export const Port = z
  .string()
  .regex(/^\d{1,5}$/, 'expected a port from 1 to 65535, or 0 for a free one')
  .transform(Number)
  .refine((port) => port <= 65_535, 'expected a port from 1 to 65535, or 0 for a free one')

/** Dollars an hour as text. */
export const Price = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,9})?$/, 'expected dollars an hour, such as 0.03')
  .transform(Number)

/** Base URL of a server as text. */
export const ServerUrl = z.url({
  protocol: /^https?$/,
  error: 'expected a URL that begins with http:// or https://',
})
