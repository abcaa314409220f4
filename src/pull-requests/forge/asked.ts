import type { z } from 'zod'
import { PullRequestError } from '../error.ts'

/** Reads an answer of an API. @throws PullRequestError if it has another form, as from something that is not this API */
export function asked<T>(schema: z.ZodType<T>, answer: unknown, api: string): T {
  const { data, success } = schema.safeParse(answer)
  if (!success) throw new PullRequestError(`${api} does not answer as documented. Are --repository and --forge right?`)
  return data
}
