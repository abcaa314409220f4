import type { RecommendationStatus, ResourceRecommendation } from '../api/index.ts'
import type { ApprovalRules } from '../revisions/index.ts'

/** Why each value that waits for approval does, for a person. It names what is missing. */
export function whyPending(
  { pending, applied, criticality = 'medium' }: RecommendationStatus,
  mode: string | undefined,
  { confidence: needed }: Pick<ApprovalRules, 'confidence'>,
): string[] {
  if (!pending) return []
  const values = pending.containers.flatMap(({ name, cpu, memory }) => {
    const stands = applied?.containers.find((container) => container.name === name)
    return [...asks(`${name} cpu`, stands?.cpu, cpu), ...asks(`${name} memory`, stands?.memory, memory)]
  })
  const because =
    mode === 'approve'
      ? 'in mode approve all that is new does'
      : criticality === 'critical'
        ? 'criticality critical always asks'
        : `criticality ${criticality} takes a confidence of ${needed[criticality]}`
  return [`revision ${pending.revision} waits for approval (${values.join('; ')}): ${because}`]
}

function asks(
  what: string,
  stands: ResourceRecommendation | undefined,
  value: ResourceRecommendation | undefined,
): string[] {
  if (!value || (stands?.request === value.request && stands.limit === value.limit)) return []
  const sure = value.confidence === undefined ? 'nobody knows how sure' : `confidence ${value.confidence.toFixed(2)}`
  return [`${what} ${value.request}, ${sure}`]
}
