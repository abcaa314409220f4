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
import { higher } from './higher.ts'
import { isIdleLimit } from './idle-limits.ts'
import type { Pace } from './pace.ts'

/** The largest change that one new revision may make to a value, as shares of the value it starts from. */
export interface StepRules {
  /** Largest increase as a share, at least 0; 1 at most doubles the value. */
  readonly maxIncrease: number
  /** Largest decrease as a share, 0..1; 0.5 at most halves the value. */
  readonly maxDecrease: number
}

export interface Step {
  /** Applied values; empty before the first revision. */
  readonly from: Values
  /** Start values for resources that were never sized, by container name. */
  readonly author: ReadonlyMap<string, ContainerResources>
  readonly to: Values
  readonly pace: Pace
  readonly rules: StepRules
  readonly limits: Policy['limits']
}

/** Values from which a step starts; a missing value gets the target immediately. */
type Start = Allotment

/**
 * Makes one step from the applied values towards the learned ones. If the evidence contains OOM kills, memory that rises gets its
 * target immediately, and neither its request nor its limit is lowered; this also applies to a container that was never sized. Values
 * that are no longer learned stay the same.
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
      // A limit that no Pod gets needs no steps: they would only cause revisions for days.
      const isIdle = isIdleLimit(resource, author.get(name), limits)
      const aim = isNew ? aimOfNew(target, pace) : aimOf(start, target, pace, isIdle)
      const value = aim ? stepResource(resource, start, aim, rules, isIdle) : before?.[resource]
      const protects = resource === 'memory' && wasOomKilled(container) && rises(start, target)
      next[resource] = protects ? raise(value ?? start, target) : value
    }
    if (next.cpu || next.memory || next.held) stepped.set(name, next)
  }
  for (const [name, container] of from) if (!to.has(name)) stepped.set(name, container)
  return stepped
}

function aimOfNew(target: ResourceValues, pace: Pace): ResourceValues | undefined {
  return pace === 'protecting' ? undefined : target
}

/**
 * The part of the target to which a resource may move at this pace.
 *
 * @param isIdle whether no Pod gets the limit, so that it moves with the request
 * @returns undefined if nothing may move
 */
function aimOf(start: Start, target: ResourceValues, pace: Pace, isIdle: boolean): ResourceValues | undefined {
  if (pace === 'due') return target
  if (pace !== 'raising' && pace !== 'lowering') return undefined
  const [request, limit] = [higher(start.request, target.request)!, higher(start.limit, target.limit)]
  const isRaised = request !== start.request || (!isIdle && start.limit !== undefined && limit !== start.limit)
  if (pace === 'lowering') return isRaised ? undefined : target
  if (!isRaised) return undefined
  if (isIdle) return { ...target, request }
  // Without a limit, a container may use the whole node, so adding one takes something away.
  const { limit: _, ...rest } = target
  const hasLimit = start.limit !== undefined && target.limit !== undefined
  return { ...rest, request, ...(hasLimit && { limit: higher(limit, request)! }) }
}

/** Raises values to the target without lowering any: a learned request may be below the applied one while the limit rises. */
function raise(start: Start, target: ResourceValues): ResourceValues {
  const request = higher(start.request, target.request)!
  const limit = higher(start.limit, target.limit)
  const reasons = [...(target.reasons ?? []), 'RaisedAfterOomKill' satisfies ReasonCode]
  return { ...target, request, ...(limit !== undefined && { limit: higher(limit, request)! }), reasons }
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
  // Request and limit may start far apart and move at different rates.
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

/** Whether the target raises memory. A container without a limit was not killed at it, and a new limit would take something away. */
function rises(start: Start, target: ResourceValues): boolean {
  if (start.limit === undefined) return false
  return target.request > (start.request ?? 0n) || (target.limit ?? 0n) > start.limit
}
