import type { LimitPolicy } from '../api/index.ts'
import type { ReasonCode } from '../policy/index.ts'
import { type Allotment, type Nanos, type ResourceName, roundDownToGrain, roundUpToGrain } from '../resources/index.ts'
import { max } from './extremes.ts'
import { type LimitRule, requestWithinRatio } from './limit-range.ts'
import { floorOf, leastRequest, neededLimit, neededRequest, type Shaped } from './program-needs.ts'
import type { End, Range, Ranges } from './range.ts'
import type { RuntimeNeed } from './runtime.ts'

/** Values that the applied revision has for one resource of one container. */
export interface Target {
  readonly request: Nanos
  /** Value of the limit, if the limits policy sets one. */
  readonly limit?: Nanos | undefined
  /** Reason codes of the earlier steps that shaped the values. */
  readonly reasons?: readonly string[]
}

export interface SizeRules {
  readonly ranges: Ranges
  readonly limit: LimitPolicy
  /** Whether request and limit must stay equal, because the Pod is Guaranteed. */
  readonly guaranteed: boolean
  readonly runtime: RuntimeNeed
  /** Maximum ratio of the LimitRange; its minimum and maximum are already in the ranges. */
  readonly maxRatio: LimitRule['maxRatio'] | undefined
}

/** New values with the reasons that shaped them, or the reasons why the resource keeps the author's values. */
export type Sized =
  | { readonly values: Allotment; readonly reasons: readonly ReasonCode[] }
  | { readonly values?: undefined; readonly reasons: readonly [ReasonCode, ...ReasonCode[]] }

const CORE: Nanos = 1_000_000_000n

/**
 * Sizes one resource of one container: first the limits policy, then what the program needs, then the ranges. The request never exceeds
 * the limit.
 */
export function size(resource: ResourceName, author: Allotment, target: Target, rules: SizeRules): Sized {
  if (author.limit === 0n) return { reasons: ['AuthorLimitZero'] }
  const grain = grainOf(resource, author, rules)
  const ranges = { request: onGrain(rules.ranges.request, grain), limit: onGrain(rules.ranges.limit, grain) }
  if (isEmpty(ranges.request) || isEmpty(ranges.limit)) return { reasons: ['BoundsConflict'] }
  if (rules.guaranteed) return sizeTogether(author, target, ranges, rules, grain)

  const asked = neededRequest(resource, author, target.request, rules.runtime)
  const request = clamp(asked.value, ranges.request)
  const wanted = limitFor(resource, author, target, request.value, rules.limit)
  const needed = neededLimit(resource, author, wanted, request.value, rules.runtime)
  if (needed.value === undefined) return { values: { request: request.value }, reasons: all(asked, request, needed) }
  const isAuthors = needed.value === author.limit
  const limit = isAuthors ? { value: needed.value, reasons: [] } : clamp(needed.value, ranges.limit)
  if (limit.value < floorOf(author.limit, rules.runtime)) return { reasons: ['BoundsConflict'] }

  const reasons = all(asked, request, needed, limit)
  if (request.value > limit.value) {
    // The limit is the author's, or has its own bounds. If the new request does not fit below it, the author's request does.
    const whole = roundDownToGrain(resource, limit.value)
    const authors = author.request ?? 0n
    const capped = authors <= limit.value ? max(whole, authors) : whole
    if (capped < ranges.request.min.value || capped < leastRequest(author, rules.runtime)) {
      return { reasons: ['BoundsConflict'] }
    }
    return { values: { request: capped, limit: limit.value }, reasons: [...reasons, 'CappedByLimit'] }
  }
  if (rules.maxRatio === undefined) return { values: { request: request.value, limit: limit.value }, reasons }
  const within = requestWithinRatio(resource, request.value, limit.value, rules.maxRatio)
  if (within === request.value) return { values: { request: within, limit: limit.value }, reasons }
  if (within > limit.value || within > ranges.request.max.value) return { reasons: ['BoundsConflict'] }
  return { values: { request: within, limit: limit.value }, reasons: [...reasons, 'RaisedForLimitRangeRatio'] }
}

function all(...shaped: readonly Shaped<unknown>[]): ReasonCode[] {
  return [...new Set(shaped.flatMap(({ reasons }) => reasons))]
}

function limitFor(
  resource: ResourceName,
  author: Allotment,
  target: Target,
  request: Nanos,
  policy: LimitPolicy,
): Nanos | undefined {
  const wanted = roundUpToGrain(resource, max(target.limit ?? target.request, request))
  switch (policy) {
    case 'keep':
      return author.limit
    case 'ratio':
      if (!author.limit || !author.request) return author.limit
      return roundUpToGrain(resource, (request * author.limit) / author.request)
    case 'headroom':
      return wanted
    case 'none':
      return author.limit === undefined ? undefined : max(author.limit, wanted)
  }
}

/** Sizes a resource of a Guaranteed Pod: request and limit are equal, so the request has to cover the peak. */
function sizeTogether(author: Allotment, target: Target, ranges: Ranges, rules: SizeRules, grain: Grain): Sized {
  if (rules.limit === 'keep') return { reasons: ['QosClassKept'] }
  const learned = grain.up(max(target.limit ?? target.request, target.request))
  const follows = rules.runtime.follows !== undefined && learned < author.limit!
  const least = follows ? author.limit! : floorOf(author.limit, rules.runtime)
  const needed = max(learned, least === author.limit ? least : grain.up(least))
  const both = { min: higher(ranges.request.min, ranges.limit.min), max: lower(ranges.request.max, ranges.limit.max) }
  if (isEmpty(both)) return { reasons: ['BoundsConflict'] }
  const { value, reasons } = clamp(needed, both)
  if (value < least) return { reasons: ['BoundsConflict'] }
  const why = new Set(reasons)
  if (follows) why.add('HeldForHeap')
  else if (needed > learned) why.add('RaisedToHeap')
  why.add('LimitFollowsRequest')
  if (grain.whole && value !== author.limit) why.add('WholeCpuKept')
  return { values: { request: value, limit: value }, reasons: [...why] }
}

interface Grain {
  readonly whole: boolean
  up(nanos: Nanos): Nanos
  down(nanos: Nanos): Nanos
}

/**
 * Grain of the values. A Guaranteed Pod with whole CPUs has pinned cores under the static CPU manager policy, and would lose them with
 * a fractional request.
 */
function grainOf(resource: ResourceName, author: Allotment, rules: SizeRules): Grain {
  const whole = rules.guaranteed && resource === 'cpu' && author.limit! % CORE === 0n
  if (whole) return { whole, up: (n) => ((n + CORE - 1n) / CORE) * CORE, down: (n) => (n / CORE) * CORE }
  return { whole, up: (n) => roundUpToGrain(resource, n), down: (n) => roundDownToGrain(resource, n) }
}

function onGrain({ min, max }: Range, grain: Grain): Range {
  return { min: { ...min, value: grain.up(min.value) }, max: { ...max, value: grain.down(max.value) } }
}

function isEmpty({ min, max }: Range): boolean {
  return min.value > max.value
}

function clamp(value: Nanos, { min, max }: Range): Shaped {
  if (value < min.value) return { value: min.value, reasons: [min.because] }
  if (value > max.value) return { value: max.value, reasons: [max.because] }
  return { value, reasons: [] }
}

function higher(a: End, b: End): End {
  return a.value >= b.value ? a : b
}

function lower(a: End, b: End): End {
  return a.value <= b.value ? a : b
}
