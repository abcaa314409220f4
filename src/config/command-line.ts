import { z } from 'zod'

/* Arguments of a command line. Each schema takes text, and its error says what it expects. */

/** TCP port; 0 chooses a free one. */
export const Port = z
  .string()
  .regex(/^\d{1,5}$/, 'expected a port from 1 to 65535, or 0 for a free one')
  .transform(Number)
  .refine((port) => port <= 65_535, 'expected a port from 1 to 65535, or 0 for a free one')

/** Path of a URL under which something is served, such as `/plimsoll`; empty for the root. */
export const PathPrefix = z
  .string()
  .max(200, 'expected at most 200 characters')
  .regex(/^(\/[A-Za-z0-9._~-]+)*$/, 'expected a path without a slash at its end, such as /plimsoll')

/** Address of a page: a browser must not run it as a script. */
export const PageUrl = z.url({
  protocol: /^https?$/,
  error: 'expected an address, such as https://plimsoll.example.com',
})

/** Link to another dashboard, `name=URL`. */
export const Link = z
  .string()
  .regex(/^[^=]{1,63}=/, 'expected a name and an address, such as eu=https://plimsoll.eu.example.com')
  .transform((text) => {
    const equals = text.indexOf('=')
    return { name: text.slice(0, equals), url: text.slice(equals + 1) }
  })
  .pipe(z.object({ name: z.string(), url: PageUrl }))

/** Price in dollars per hour. */
export const Price = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,9})?$/, 'expected dollars an hour, such as 0.03')
  .transform(Number)

/** HTTP header, written as for curl; becomes its name and value. */
export const Header = z
  .string()
  .regex(/^[^:\s]+:./, 'expected a header, such as "X-Scope-OrgID: shop"')
  .transform((text): readonly [string, string] => {
    const colon = text.indexOf(':')
    return [text.slice(0, colon), text.slice(colon + 1).trim()]
  })

/** Label of a series, `name=value`; becomes its name and value. An empty value stands for series without the label. */
export const Label = z
  .string()
  .regex(/^[^=]+=/, 'expected a label, such as cluster=prod')
  .transform((text): readonly [string, string] => {
    const equals = text.indexOf('=')
    return [text.slice(0, equals), text.slice(equals + 1)]
  })

/** Number of days, from 1 to 3650. */
export const Days = z
  .string()
  .regex(/^\d{1,4}$/, 'expected a number of days, such as 30')
  .transform(Number)
  .refine((days) => days >= 1 && days <= 3650, 'expected a number of days from 1 to 3650')
