import type { ContainerRecommendation, ResourceRecommendation } from '../recommendations/index.ts'
import {
  type Allotment,
  type ContainerResources,
  formatQuantity,
  type Nanos,
  parseQuantity,
  RESOURCES,
  type ResourceName,
  roundUpToGrain,
} from '../resources/index.ts'

/** The most that one new revision may move a value, as shares of the value it starts from. */
export interface StepRules {
  /** 1 doubles at most. */
  readonly maxIncrease: number
  /** 0..1: 0.5 halves at most. */
  readonly maxDecrease: number
}

export interface Step {
  /** What stands; empty before the first revision. */
  readonly from: readonly ContainerRecommendation[]
  /** Where a value starts for the first time. */
  readonly author: ReadonlyMap<string, ContainerResources>
  readonly to: readonly ContainerRecommendation[]
  /** Whether a new revision may come now; before that, only what protects moves. */
  readonly isDue: boolean
  readonly rules: StepRules
}

/**
 * One step from what stands towards what was learned. Memory that rises while OOM kills are in the evidence goes all the
 * way, at once; a
 * container that was never sized before does not wait either. What is no longer learned stays as it stands.
 */
export function stepContainers({ from, author, to, isDue, rules }: Step): ContainerRecommendation[] {
  const standing = new Map(from.map((container) => [container.name, container]))
  const stepped = to.map((container) => {
    const before = standing.get(container.name)
    const next: ContainerRecommendation = { ...before, ...container }
    for (const resource of RESOURCES) {
      const target = container[resource]
      const start = before ? before[resource] : authored(resource, author.get(container.name))
      if (!target || !start) continue
      const protects = resource === 'memory' && wasOomKilled(container) && rises(start, target)
      if (protects) continue
      if (before && !isDue) next[resource] = before[resource]!
      else next[resource] = stepResource(resource, start, target, rules)
    }
    return next
  })
  const learned = new Set(to.map(({ name }) => name))
  return [...stepped, ...from.filter(({ name }) => !learned.has(name))]
}

function stepResource(
  resource: ResourceName,
  start: Partial<ResourceRecommendation>,
  target: ResourceRecommendation,
  rules: StepRules,
): ResourceRecommendation {
  const request = stepValue(resource, start.request, target.request, rules)
  if (target.limit === undefined) return { ...target, request }
  const limit = stepValue(resource, start.limit, target.limit, rules)
  // Request and limit may start far apart and step at different rates.
  return { ...target, request, limit: parseQuantity(limit)! < parseQuantity(request)! ? request : limit }
}

function stepValue(resource: ResourceName, start: string | undefined, target: string, rules: StepRules): string {
  const [from, to] = [parseQuantity(start), parseQuantity(target)!]
  if (!from) return target
  const [least, most] = [share(from, 1 - rules.maxDecrease), share(from, 1 + rules.maxIncrease)]
  const value = to < least ? least : to > most ? most : to
  return value === to ? target : formatQuantity(resource, roundUpToGrain(resource, value))
}

/** Shares in millionths: exact enough, and no number of a 64 TiB node overflows. */
function share(value: Nanos, factor: number): Nanos {
  return (value * BigInt(Math.round(Math.max(0, factor) * 1e6))) / 1_000_000n
}

function wasOomKilled({ evidence }: ContainerRecommendation): boolean {
  return (evidence?.oomKills ?? 0) > 0
}

function rises(start: Partial<ResourceRecommendation>, target: ResourceRecommendation): boolean {
  const higher = (a: string | undefined, b: string | undefined) => (parseQuantity(a) ?? 0n) > (parseQuantity(b) ?? 0n)
  return higher(target.request, start.request) || higher(target.limit, start.limit)
}

function authored(
  resource: ResourceName,
  container: ContainerResources | undefined,
): Partial<ResourceRecommendation> | undefined {
  const values: Allotment | 'invalid' | undefined = container?.[resource]
  if (!values || values === 'invalid') return undefined
  return {
    ...(values.request !== undefined && { request: formatQuantity(resource, values.request) }),
    ...(values.limit !== undefined && { limit: formatQuantity(resource, values.limit) }),
  }
}
