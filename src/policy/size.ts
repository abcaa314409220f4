import { type Allotment, type Nanos, type ResourceName, roundDownToGrain, roundUpToGrain } from '../resources/index.ts'
import type { Bounds, LimitPolicy } from './policy.ts'
import type { ReasonCode } from './reasons.ts'

/** What the applied revision says of one resource of one container. */
export interface Target {
  readonly request: Nanos
  /** What the limit ought to be if there is one. */
  readonly limit?: Nanos | undefined
}

export interface SizeRules {
  readonly bounds: Bounds
  readonly limit: LimitPolicy
  /** Request and limit must stay equal: the Pod is Guaranteed. */
  readonly guaranteed: boolean
}

/** New values with the reasons that shaped them, or why the resource stays as the author has it. */
export type Sized =
  | { readonly values: Allotment; readonly reasons: readonly ReasonCode[] }
  | { readonly values?: undefined; readonly reasons: readonly [ReasonCode, ...ReasonCode[]] }

const CORE: Nanos = 1_000_000_000n

/** Sizes one resource of one container: limits policy, then bounds; request ≤ limit whatever is handed in. */
export function size(
  resource: ResourceName,
  author: Allotment | 'invalid',
  target: Target | undefined,
  rules: SizeRules,
): Sized {
  if (author === 'invalid') return { reasons: ['AuthorValueInvalid'] }
  if (author.limit === 0n) return { reasons: ['AuthorLimitZero'] }
  if (!target) return { reasons: ['ContainerNotLearned'] }
  const grain = grainOf(resource, author, rules)
  const bounds = { min: grain.up(rules.bounds.min), max: grain.down(rules.bounds.max) }
  if (bounds.min > bounds.max) return { reasons: ['BoundsConflict'] }
  if (rules.guaranteed) return sizeTogether(author, target, bounds, rules, grain)

  const request = clamp(grain.up(target.request), bounds)
  const limit = limitFor(resource, author, target, request.value, rules.limit)
  if (limit === undefined) return { values: { request: request.value, limit }, reasons: request.reasons }
  const isAuthors = limit === author.limit
  const bounded = isAuthors ? { value: limit, reasons: [] } : clamp(limit, bounds)
  const reasons = [...new Set([...request.reasons, ...bounded.reasons])]
  if (request.value <= bounded.value) return { values: { request: request.value, limit: bounded.value }, reasons }

  // Only an author's limit, kept by policy, can lie below the request: every other limit starts from it.
  const capped = roundDownToGrain(resource, bounded.value)
  if (capped < bounds.min) return { reasons: ['BoundsConflict'] }
  return { values: { request: capped, limit: bounded.value }, reasons: [...reasons, 'CappedByLimit'] }
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

/** A Guaranteed Pod's request is its limit, so it has to hold the peak. */
function sizeTogether(author: Allotment, target: Target, bounds: Bounds, rules: SizeRules, grain: Grain): Sized {
  if (rules.limit === 'keep') return { reasons: ['QosClassKept'] }
  const { value, reasons } = clamp(grain.up(max(target.limit ?? target.request, target.request)), bounds)
  const why: ReasonCode[] = [...reasons, 'LimitFollowsRequest']
  if (grain.whole && value !== author.limit) why.push('WholeCpuKept')
  return { values: { request: value, limit: value }, reasons: why }
}

interface Grain {
  readonly whole: boolean
  up(nanos: Nanos): Nanos
  down(nanos: Nanos): Nanos
}

/** Whole CPUs of a Guaranteed Pod are pinned cores under the static CPU manager policy: a fraction would lose them. */
function grainOf(resource: ResourceName, author: Allotment, rules: SizeRules): Grain {
  const whole = rules.guaranteed && resource === 'cpu' && author.limit !== undefined && author.limit % CORE === 0n
  if (whole) return { whole, up: (n) => ((n + CORE - 1n) / CORE) * CORE, down: (n) => (n / CORE) * CORE }
  return { whole, up: (n) => roundUpToGrain(resource, n), down: (n) => roundDownToGrain(resource, n) }
}

function clamp(value: Nanos, bounds: Bounds): { value: Nanos; reasons: readonly ReasonCode[] } {
  if (value < bounds.min) return { value: bounds.min, reasons: ['RaisedToMinimum'] }
  if (value > bounds.max) return { value: bounds.max, reasons: ['CappedAtMaximum'] }
  return { value, reasons: [] }
}

function max(a: Nanos, b: Nanos): Nanos {
  return a > b ? a : b
}
