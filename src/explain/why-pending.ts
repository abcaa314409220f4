import type { ContainerRecommendation, RecommendationStatus, ResourceRecommendation } from '../api/index.ts'
import { parseQuantity, type ResourceName } from '../resources/index.ts'
import type { ApprovalRules } from '../revisions/index.ts'

type Needed = Pick<ApprovalRules, 'confidence' | 'worstDay'>

/** A value that waits for approval. */
interface Asked {
  readonly value: ResourceRecommendation
  readonly what: string
  readonly evidence: NonNullable<ContainerRecommendation['evidence']>[ResourceName]
}

/** Why each value that waits for approval does, for a person. It names what is missing. */
export function whyPending(
  { pending, applied, learned, criticality = 'medium' }: RecommendationStatus,
  mode: string | undefined,
  needed: Needed,
): string[] {
  if (!pending) return []
  const asked = pending.containers.flatMap(({ name, ...resources }) => {
    const inForce = applied?.containers.find((container) => container.name === name)
    const evidence = learned?.containers.find((container) => container.name === name)?.evidence
    return (['cpu', 'memory'] as const).flatMap((resource): Asked[] => {
      const [value, current] = [resources[resource], inForce?.[resource]]
      if (!value || (current?.request === value.request && current.limit === value.limit)) return []
      return [{ value, what: `${name} ${resource}`, evidence: evidence?.[resource] }]
    })
  })
  const because =
    mode === 'approve'
      ? 'in mode approve all that is new does'
      : criticality === 'critical'
        ? 'criticality critical always asks'
        : [...new Set(asked.map((one) => lackOf(one, criticality, needed)))].join('; ')
  return [`revision ${pending.revision} waits for approval (${asked.map(describe).join('; ')}): ${because}`]
}

/** What a value lacks to be applied without approval. */
function lackOf(
  { evidence }: Asked,
  criticality: keyof ApprovalRules['confidence'],
  { confidence, worstDay }: Needed,
): string {
  const worst = evidence?.bursts?.worstDay ?? 0
  if (criticality === 'high' && worst > worstDay.high)
    return `criticality high takes at most ${percent(worstDay.high)} of a day above the request, and it may be ${percent(worst)}`
  const [cost, inForceCost] = [parseQuantity(evidence?.cost), parseQuantity(evidence?.inForceCost)]
  const isNoWorse = cost !== undefined && inForceCost !== undefined && cost <= inForceCost
  const least = isNoWorse ? Math.min(confidence[criticality], confidence.low) : confidence[criticality]
  return `criticality ${criticality} takes a confidence of ${least}${isNoWorse ? ' in what is no worse' : ''}`
}

function describe({ value, what, evidence }: Asked): string {
  const sure = value.confidence === undefined ? 'nobody knows how sure' : `confidence ${value.confidence.toFixed(2)}`
  return [`${what} ${value.request}`, sure, ...(evidence?.doubt ? [evidence.doubt] : [])].join(', ')
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
