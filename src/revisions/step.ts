import type { ContainerValues, ResourceValues, Values } from '../api/index.ts'
import { type Policy, type ReasonCode, shareOf } from '../policy/index.ts'
import {
  type Allotment,
  type ContainerResources,
  type Nanos,
  RESOURCES,
  type ResourceName,
  readable,
  roundUpToGrain,
} from '../resources/index.ts'
import { isIdleLimit } from './idle-limits.ts'

/** The largest change that one new revision may make to a value, as shares of the value it starts from. */
export interface StepRules {
  /** ≥ 0; 1 doubles at most. */
  readonly maxIncrease: number
  /** 0..1; 0.5 halves at most. */
  readonly maxDecrease: number
}

/**
 * What may move now: everything by a step (`due`), what protects and what was never sized (`waiting`, before its day),
 * or what protects alone (`protecting`).
 */
export type Pace = 'due' | 'waiting' | 'protecting'

export interface Step {
  /** What is applied; empty before the first revision. */
  readonly from: Values
  /** Where a value starts for the first time. */
  readonly author: ReadonlyMap<string, ContainerResources>
  readonly to: Values
  readonly pace: Pace
  readonly rules: StepRules
  readonly limits: Policy['limits']
}

/** Where a step begins: a value that is missing goes all the way. */
type Start = Allotment

/**
 * One step from what is applied towards what was learned. Memory that rises while OOM kills are in the evidence goes all the
 * way, at once, and takes nothing away; a container that was never sized before does not wait either. What is no longer
 * learned stays as it is.
 */
export function stepValues({ from, author, to, pace, rules, limits }: Step): Values {
  const stepped = new Map<string, ContainerValues>()
  for (const [name, container] of to) {
    const before = from.get(name)
    const next: { -readonly [field in keyof ContainerValues]: ContainerValues[field] } = { ...before }
    for (const resource of RESOURCES) {
      const target = container[resource]
      if (!target) continue
      const start: Start = before?.[resource] ?? readable(author.get(name)?.[resource] ?? {})
      const isNew = !before?.[resource]
      const moves = pace === 'due' || (pace === 'waiting' && isNew)
      // Days of steps for what no Pod gets would be days of revisions.
      const isIdle = isIdleLimit(resource, author.get(name), limits)
      const value = moves ? stepResource(resource, start, target, rules, isIdle) : before?.[resource]
      const protects = resource === 'memory' && wasOomKilled(container) && rises(start, target)
      next[resource] = protects ? raise(value ?? start, target) : value
    }
    if (next.cpu || next.memory || next.held) stepped.set(name, next)
  }
  for (const [name, container] of from) if (!to.has(name)) stepped.set(name, container)
  return stepped
}

/** All the way up, and not down: a learned request may be below the applied one, while the limit is to rise. */
function raise(start: Start, target: ResourceValues): ResourceValues {
  const request = higher(start.request, target.request)!
  const limit = higher(start.limit, target.limit)
  const reasons = [...(target.reasons ?? []), 'RaisedAfterOomKill' satisfies ReasonCode]
  return { ...target, request, ...(limit !== undefined && { limit: higher(limit, request)! }), reasons }
}

function higher(a: Nanos | undefined, b: Nanos | undefined): Nanos | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a > b ? a : b
}

function stepResource(
  resource: ResourceName,
  start: Start,
  target: ResourceValues,
  rules: StepRules,
  isIdle: boolean,
): ResourceValues {
  const request = stepValue(resource, start.request, target.request, rules)
  if (target.limit === undefined) return { ...target, request }
  const limit = isIdle ? target.limit : stepValue(resource, start.limit, target.limit, rules)
  // Request and limit may start far apart and step at different rates.
  return { ...target, request, limit: limit < request ? request : limit }
}

function stepValue(resource: ResourceName, from: Nanos | undefined, to: Nanos, rules: StepRules): Nanos {
  if (!from) return to
  const [least, most] = [shareOf(from, 1 - rules.maxDecrease), shareOf(from, 1 + rules.maxIncrease)]
  if (to >= least && to <= most) return to
  return roundUpToGrain(resource, to < least ? least : most)
}

function wasOomKilled({ evidence }: ContainerValues): boolean {
  return (evidence?.oomKills ?? 0) > 0
}

/** A container without a limit was not killed at it: to give it one would take something away. */
function rises(start: Start, target: ResourceValues): boolean {
  if (start.limit === undefined) return false
  return target.request > (start.request ?? 0n) || (target.limit ?? 0n) > start.limit
}
