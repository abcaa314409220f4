import { InvalidArgumentError } from 'commander'
import type { z } from 'zod'

/** Parser of an option's value by a schema. Commander reports the error with the option's name. */
export function by<T>(schema: z.ZodType<T, string>) {
  return (text: string): T => {
    const result = schema.safeParse(text)
    if (!result.success) throw new InvalidArgumentError(`${result.error.issues[0]!.message}.`)
    return result.data
  }
}
