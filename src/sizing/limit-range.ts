import { type Allotment, GRAIN, type Nanos, parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'
import { max as larger, min as smaller } from './extremes.ts'

/** Limits of a LimitRange on one resource, for each container or for the whole Pod. */
export interface LimitRule {
  /** Minimum of request and limit; there must be a request. */
  readonly min?: Nanos
  /** Maximum of request and limit; there must be a limit. */
  readonly max?: Nanos
  /** Maximum ratio of limit to request, in nano-units: 2n * 10n ** 9n is twice. */
  readonly maxRatio?: Nanos
}

/** Limits of all LimitRanges of a namespace combined: the strictest of each kind. */
export interface LimitRules {
  readonly container: Readonly<Partial<Record<ResourceName, LimitRule>>>
  readonly pod: Readonly<Partial<Record<ResourceName, LimitRule>>>
}

export const NO_LIMIT_RULES: LimitRules = { container: {}, pod: {} }

/**
 * Reads the `spec` of a LimitRange. It ignores defaults, because the API server has applied them before it calls a webhook.
 *
 * Source: `LimitRangeItem` of core/v1.
 */
export function readLimitRange(spec: unknown): LimitRules {
  const limits = (spec as { limits?: unknown } | null | undefined)?.limits
  if (!Array.isArray(limits)) return NO_LIMIT_RULES
  return mergeLimitRules(limits.map(readItem))
}

function readItem(item: unknown): LimitRules {
  const { type, min, max, maxLimitRequestRatio } = (item ?? {}) as Record<string, unknown>
  const place = type === 'Container' ? 'container' : type === 'Pod' ? 'pod' : undefined
  if (!place) return NO_LIMIT_RULES
  const rule = (resource: ResourceName): Loose => ({
    min: readAmount(min, resource),
    max: readAmount(max, resource),
    maxRatio: readAmount(maxLimitRequestRatio, resource),
  })
  return { ...NO_LIMIT_RULES, [place]: mergePlace({}, { cpu: rule('cpu'), memory: rule('memory') }) }
}

export function mergeLimitRules(all: Iterable<LimitRules>): LimitRules {
  let merged = NO_LIMIT_RULES
  for (const { container, pod } of all) {
    merged = { container: mergePlace(merged.container, container), pod: mergePlace(merged.pod, pod) }
  }
  return merged
}

type Loose = { readonly [field in keyof LimitRule]?: Nanos | undefined }

function mergePlace(
  a: LimitRules['container'],
  b: Readonly<Partial<Record<ResourceName, Loose>>>,
): LimitRules['container'] {
  const merged: Partial<Record<ResourceName, LimitRule>> = {}
  for (const resource of RESOURCES) {
    const [x, y]: Loose[] = [a[resource] ?? {}, b[resource] ?? {}]
    const min = pick(x!.min, y!.min, larger)
    const max = pick(x!.max, y!.max, smaller)
    const maxRatio = pick(x!.maxRatio, y!.maxRatio, smaller)
    if (min === undefined && max === undefined && maxRatio === undefined) continue
    merged[resource] = {
      ...(min !== undefined && { min }),
      ...(max !== undefined && { max }),
      ...(maxRatio !== undefined && { maxRatio }),
    }
  }
  return merged
}

function pick(a: Nanos | undefined, b: Nanos | undefined, tighter: (a: Nanos, b: Nanos) => Nanos): Nanos | undefined {
  return a === undefined || b === undefined ? (a ?? b) : tighter(a, b)
}

function readAmount(list: unknown, resource: ResourceName): Nanos | undefined {
  if (typeof list !== 'object' || list === null) return undefined
  const nanos = parseQuantity((list as Record<string, unknown>)[resource]) ?? -1n
  return nanos >= 0n ? nanos : undefined
}

/** Whether the API server's LimitRanger admits these values, for a container or for the sum of a Pod. */
export function passes({ request, limit }: Allotment, { min, max, maxRatio }: LimitRule): boolean {
  if (min !== undefined && (request === undefined || request < min || (limit ?? min) < min)) return false
  if (max !== undefined && (limit === undefined || limit > max || (request ?? max) > max)) return false
  return maxRatio === undefined || (!!request && !!limit && !isAboveRatio(request, limit, maxRatio))
}

/**
 * Smallest request on the grain with which a limit keeps the ratio.
 *
 * @param least minimum of the result, on the grain
 */
export function requestWithinRatio(resource: ResourceName, least: Nanos, limit: Nanos, maxRatio: Nanos): Nanos {
  if (!isAboveRatio(least, limit, maxRatio)) return least
  const grain = GRAIN[resource]
  const exact = maxRatio === 0n ? limit : (limit * UNIT + maxRatio - 1n) / maxRatio
  const request = ((exact + grain - 1n) / grain) * grain
  return isAboveRatio(request, limit, maxRatio) ? request + grain : request
}

const UNIT = 1_000_000_000n
const MILLI = 1_000_000n

/**
 * Whether a limit exceeds the ratio. It uses floating-point numbers as LimitRanger does (`limitRequestRatioConstraint`), because
 * both must agree.
 */
function isAboveRatio(request: Nanos, limit: Nanos, maxRatio: Nanos): boolean {
  return (Number(milli(limit)) / Number(milli(request))) * 1000 > Number(milli(maxRatio))
}

/** Milli-units of an amount, rounded up as `Quantity.MilliValue` does. */
function milli(nanos: Nanos): bigint {
  return (nanos + MILLI - 1n) / MILLI
}
