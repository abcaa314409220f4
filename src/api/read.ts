import type { ZodError } from 'zod'
import { Recommendation } from './recommendation.ts'
import { RecommendationSpec } from './spec.ts'

/** Name of the writer of a hold, if it cannot be read. */
const SOMEBODY = 'somebody'

/**
 * Reads a Recommendation from the API, which accepts more of what people write than makes sense, such as impossible dates. Each
 * action that cannot be read is left out, and the learned values are not affected; but a hold that cannot be read still holds,
 * until it is removed.
 *
 * @returns `unread`: the error, if an action could not be read
 * @throws ZodError if anything other than people's actions cannot be read
 */
export function readRecommendation(object: unknown): {
  readonly recommendation: Recommendation
  readonly unread?: ZodError
} {
  const whole = Recommendation.safeParse(object)
  if (whole.success) return { recommendation: whole.data }
  const written = ((object as { spec?: unknown }).spec ?? {}) as Readonly<Record<string, unknown>>
  const { workload: _, ...actions } = RecommendationSpec.shape
  const spec: Record<string, unknown> = { workload: written.workload }
  for (const [name, schema] of Object.entries(actions)) {
    const { data } = schema.safeParse(written[name])
    if (data !== undefined) spec[name] = data
  }
  if (written.hold && !spec.hold) {
    const by = actions.hold.unwrap().shape.by.safeParse((written.hold as { by?: unknown }).by)
    spec.hold = { by: by.success ? by.data : SOMEBODY }
  }
  return { recommendation: Recommendation.parse({ ...(object as object), spec }), unread: whole.error }
}
