import type { ZodError } from 'zod'
import { Recommendation } from './recommendation.ts'
import { RecommendationSpec } from './spec.ts'

/** Of a hold whose writer cannot be read. */
const SOMEBODY = 'somebody'

/**
 * A Recommendation as it stands in the API, which lets more of what people write through than makes sense, such as dates.
 * What cannot be read is left out, each action for itself, and costs nothing of what was learned; but a hold holds even so, until it
 * is taken away.
 *
 * @returns `unread`: what is wrong, where something is
 * @throws ZodError when anything else than people's actions cannot be read
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
