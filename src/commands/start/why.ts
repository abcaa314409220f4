import type { ContainerRecommendation, Goal } from '../../api/index.ts'
import { explainReason, type ReasonCode } from '../../policy/index.ts'
import {
  type Allotment,
  formatBytes,
  formatCores,
  parseQuantity,
  RESOURCES,
  type ResourceName,
  toNumber,
} from '../../resources/index.ts'

/** One resource of one container: its values before and after, and the codes of what shaped them. */
export interface ResourceChange {
  readonly was: Allotment
  readonly is: Allotment
  readonly reasons: readonly ReasonCode[]
}

/**
 * Explains in a few words why a container has its values: what it uses, how its limits changed, and what else was
 * considered.
 */
export function explainContainer(
  changes: Readonly<Record<ResourceName, ResourceChange>>,
  evidence: ContainerRecommendation['evidence'],
  goal: Goal | undefined,
): string {
  return [
    ...RESOURCES.flatMap((resource) => {
      const change = changes[resource]
      const phrases = [...demandOf(resource, change, evidence, goal), ...limitOf(resource, change)]
      return phrases.length > 0 ? [`${NAMES[resource]} ${phrases.join(', ')}`] : []
    }),
    ...explainedReasons(changes),
  ].join('; ')
}

function demandOf(
  resource: ResourceName,
  { reasons }: ResourceChange,
  evidence: ContainerRecommendation['evidence'],
  goal: Goal | undefined,
): string[] {
  const figures = evidence?.[resource]
  if (!figures || reasons.includes('NotInAppliedRevision')) return []
  // A Guaranteed Pod has no room between its request and its limit, so its peak of CPU counts as well.
  const mustHoldPeak = resource === 'memory' || reasons.includes('LimitFollowsRequest')
  if (mustHoldPeak) return [`peaks at ${say(resource, parseQuantity(figures.peak))}`]
  return goal === 'reliability'
    ? [`p99 ${say(resource, parseQuantity(figures.p99))}`]
    : [`p95 ${say(resource, parseQuantity(figures.p95))}`]
}

function limitOf(resource: ResourceName, { was, is }: ResourceChange): string[] {
  if (is.limit === undefined || is.limit === was.limit || is.limit === is.request) return []
  return [`limit ${say(resource, was.limit)} → ${say(resource, is.limit)}`]
}

/** Explains the reason codes; a code that both resources share is explained once. */
function explainedReasons(changes: Readonly<Record<ResourceName, ResourceChange>>): string[] {
  const codes = new Set(RESOURCES.flatMap((resource) => changes[resource].reasons))
  return [...codes].map((code) => {
    const concerned = RESOURCES.filter((resource) => changes[resource].reasons.includes(code))
    return concerned.length === 1 ? `${NAMES[concerned[0]!]}: ${explainReason(code)}` : explainReason(code)
  })
}

const NAMES: Readonly<Record<ResourceName, string>> = { cpu: 'CPU', memory: 'memory' }

function say(resource: ResourceName, nanos: Allotment['limit']): string {
  if (nanos === undefined) return 'none'
  return resource === 'cpu' ? formatCores(toNumber(nanos)) : formatBytes(toNumber(nanos))
}
