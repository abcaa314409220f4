import type { ContainerRecommendation, ResourceRecommendation } from '../api/index.ts'
import { type Policy, type ReasonCode, shareOf } from '../policy/index.ts'
import {
  type Allotment,
  type ContainerResources,
  formatQuantity,
  parseQuantity,
  RESOURCES,
  type ResourceName,
  roundUpToGrain,
} from '../resources/index.ts'
import { isIdleLimit } from './idle-limits.ts'

/** The most that one new revision may move a value, as shares of the value it starts from. */
export interface StepRules {
  /** 1 doubles at most. */
  readonly maxIncrease: number
  /** 0..1: 0.5 halves at most. */
  readonly maxDecrease: number
}

/**
 * What may move now: everything by a step (`due`), what protects and what was never sized (`waiting`, before its day),
 * or what protects alone (`protecting`).
 */
export type Pace = 'due' | 'waiting' | 'protecting'

export interface Step {
  /** What stands; empty before the first revision. */
  readonly from: readonly ContainerRecommendation[]
  /** Where a value starts for the first time. */
  readonly author: ReadonlyMap<string, ContainerResources>
  readonly to: readonly ContainerRecommendation[]
  readonly pace: Pace
  readonly rules: StepRules
  readonly limits: Policy['limits']
}

/**
 * One step from what stands towards what was learned. Memory that rises while OOM kills are in the evidence goes all the
 * way, at once, and takes nothing away; a container that was never sized before does not wait either. What is no longer
 * learned stays as it stands.
 */
export function stepContainers({ from, author, to, pace, rules, limits }: Step): ContainerRecommendation[] {
  const standing = new Map(from.map((container) => [container.name, container]))
  const stepped = to.flatMap((container) => {
    const before = standing.get(container.name)
    const next: ContainerRecommendation = { ...before, name: container.name }
    for (const resource of RESOURCES) {
      const target = container[resource]
      if (!target) continue
      const start = before?.[resource] ?? authored(resource, author.get(container.name))
      const isNew = !before?.[resource]
      const moves = pace === 'due' || (pace === 'waiting' && isNew)
      // Days of steps for what no Pod gets would be days of revisions.
      const isIdle = isIdleLimit(resource, author.get(container.name), limits)
      const value = moves ? (start ? stepResource(resource, start, target, rules, isIdle) : target) : before?.[resource]
      const protects = resource === 'memory' && wasOomKilled(container) && rises(start, target)
      const final = protects ? raise(value ?? start!, target) : value
      if (final) next[resource] = final
    }
    return next.cpu || next.memory || next.held ? [next] : []
  })
  const learned = new Set(to.map(({ name }) => name))
  return [...stepped, ...from.filter(({ name }) => !learned.has(name))]
}

/** All the way up, and not down: a learned request may lie below the one that stands, while the limit is to rise. */
function raise(start: Partial<ResourceRecommendation>, target: ResourceRecommendation): ResourceRecommendation {
  const request = higher(start.request, target.request)!
  const limit = higher(start.limit, target.limit)
  const reasons = [...(target.reasons ?? []), 'RaisedAfterOomKill' satisfies ReasonCode]
  return { ...target, request, ...(limit !== undefined && { limit: higher(limit, request)! }), reasons }
}

function higher(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return parseQuantity(a)! > parseQuantity(b)! ? a : b
}

function stepResource(
  resource: ResourceName,
  start: Partial<ResourceRecommendation>,
  target: ResourceRecommendation,
  rules: StepRules,
  isIdle: boolean,
): ResourceRecommendation {
  const request = stepValue(resource, start.request, target.request, rules)
  if (target.limit === undefined) return { ...target, request }
  const limit = isIdle ? target.limit : stepValue(resource, start.limit, target.limit, rules)
  // Request and limit may start far apart and step at different rates.
  return { ...target, request, limit: parseQuantity(limit)! < parseQuantity(request)! ? request : limit }
}

function stepValue(resource: ResourceName, start: string | undefined, target: string, rules: StepRules): string {
  const [from, to] = [parseQuantity(start), parseQuantity(target)!]
  if (!from) return target
  const [least, most] = [shareOf(from, 1 - rules.maxDecrease), shareOf(from, 1 + rules.maxIncrease)]
  const value = to < least ? least : to > most ? most : to
  return value === to ? target : formatQuantity(resource, roundUpToGrain(resource, value))
}

function wasOomKilled({ evidence }: ContainerRecommendation): boolean {
  return (evidence?.oomKills ?? 0) > 0
}

/** A container without a limit was not killed at it: to give it one would take something away. */
function rises(start: Partial<ResourceRecommendation> | undefined, target: ResourceRecommendation): boolean {
  if (start?.limit === undefined) return false
  const isHigher = (a: string | undefined, b: string | undefined) => (parseQuantity(a) ?? 0n) > (parseQuantity(b) ?? 0n)
  return isHigher(target.request, start.request) || isHigher(target.limit, start.limit)
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
