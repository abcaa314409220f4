import type { ContainerRecommendation, RecommendationStatus, ResourceRecommendation } from '../api/index.ts'
import type { Policy } from '../policy/index.ts'
import { parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'
import { type ApprovalRules, directionOf, getsLearnedLimit, isTooBadADay, leastConfidence } from '../revisions/index.ts'
import type { ExplainedContainer } from '../sizing/index.ts'

/** Rules that say what needs approval, and which limits Pods get. */
export interface PendingRules {
  readonly approval: Pick<ApprovalRules, 'confidence' | 'worstDay'>
  readonly limits: Policy['limits']
  /** Containers whose heap follows their memory limit, which stays as it is. */
  readonly heapFollowers: ReadonlySet<string>
}

interface Values {
  readonly request?: string | undefined
  readonly limit?: string | undefined
}

/** A value that waits for approval. */
interface Asked {
  readonly container: string
  readonly resource: ResourceName
  readonly value: ResourceRecommendation
  /** Values in force: those that are applied, or else the author's. */
  readonly inForce: Values
  readonly evidence: ContainerRecommendation['evidence']
}

/** Why values wait for approval, as text for people that names what is missing. */
export function whyPending(
  { pending, applied, learned, criticality = 'medium' }: RecommendationStatus,
  mode: string | undefined,
  { approval, limits, heapFollowers }: PendingRules,
  containers: readonly ExplainedContainer[],
): string[] {
  if (!pending) return []
  const asked = pending.containers.flatMap(({ name, ...resources }) => {
    const of = (all: readonly ContainerRecommendation[] | undefined) =>
      all?.find((container) => container.name === name)
    const explained = containers.find((container) => container.name === name)?.resources
    return RESOURCES.flatMap((resource): Asked[] => {
      const [value, current] = [resources[resource], of(applied?.containers)?.[resource]]
      if (!value || (current?.request === value.request && current.limit === value.limit)) return []
      const inForce = current ?? explained?.find((one) => one.resource === resource)?.author ?? {}
      return [{ container: name, resource, value, inForce, evidence: of(learned?.containers)?.evidence }]
    })
  })
  const because =
    mode === 'approve'
      ? 'in mode approve, every change needs it'
      : criticality === 'critical'
        ? 'at criticality critical, every change needs it'
        : [...new Set(asked.map((one) => lackOf(one, criticality, approval)))].join('; ')
  const changes = asked.map((one) => describe(one, getsLearnedLimit(one, limits, heapFollowers))).join('; ')
  return [`revision ${pending.revision} waits for approval (${changes}): ${because}`]
}

/** What a value lacks to be applied without approval. */
function lackOf(
  { resource, value, inForce, evidence }: Asked,
  criticality: keyof ApprovalRules['confidence'],
  { confidence, worstDay }: PendingRules['approval'],
): string {
  const [from, to] = [inForce, value].map(({ request, limit }) => ({
    request: parseQuantity(request),
    limit: parseQuantity(limit),
  }))
  const direction = directionOf(resource, from!, to!, evidence)
  if (isTooBadADay({ ...direction, criticality }, worstDay))
    return `at criticality high, usage may be above the CPU request for at most ${percent(worstDay.high)} of a day without approval, but here it may be for ${percent(direction.worstDay)}`
  const least = leastConfidence({ ...direction, criticality }, confidence)
  const kind = direction.raises
    ? 'a change that only raises values'
    : direction.isNoWorse
      ? 'a change that is expected to cost no more'
      : 'a change'
  return `at criticality ${criticality}, ${kind} needs a confidence of ${least} without approval`
}

function describe({ container, resource, value, inForce, evidence }: Asked, withLimits: boolean): string {
  const sure = value.confidence === undefined ? 'confidence unknown' : `confidence ${value.confidence.toFixed(2)}`
  const doubt = evidence?.[resource]?.doubt
  const spell = ({ request = 'no request', limit }: Values) =>
    limit === undefined || !withLimits ? request : `${request} (limit ${limit})`
  return [`${container} ${resource} ${spell(inForce)} -> ${spell(value)}`, sure, ...(doubt ? [doubt] : [])].join(', ')
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
