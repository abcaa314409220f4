import type { LimitPolicy, Values } from '../api/index.ts'
import { type Nanos, parseQuantity, type ResourceName, roundDownToGrain, roundUpToGrain } from '../resources/index.ts'
import { mapResources } from './map-resources.ts'

/** The least and the most that may ever be injected, for requests and limits alike. */
export interface Bounds {
  readonly min: Nanos
  readonly max: Nanos
}

/** Bounds, which may be narrower for limits, and which may look at what the author asked for: a share of 0.5 is half of it. */
export interface ResourceBounds extends Bounds {
  /** Of the author's request, for requests. */
  readonly minShare?: number | undefined
  readonly maxShare?: number | undefined
  readonly minLimit?: Nanos | undefined
  readonly maxLimit?: Nanos | undefined
  /** Of the author's limit, for limits. */
  readonly minLimitShare?: number | undefined
  readonly maxLimitShare?: number | undefined
}

/** Everything that decides how applied values become the values of one Pod. */
export interface Policy {
  readonly bounds: Readonly<Record<ResourceName, ResourceBounds>>
  readonly limits: Readonly<Record<ResourceName, LimitPolicy>>
  /** Whether a Pod without any requests may get some, which makes it Burstable. */
  readonly sizeBestEffort: boolean
}

/** A new revision goes to this share of a workload's new Pods first, for so long. */
export interface CanaryRules {
  /** 1..99 */
  readonly percent: number
  readonly forSeconds: number
}

const quantity = (text: string): Nanos => parseQuantity(text)!

export const DEFAULT_POLICY: Policy = {
  bounds: {
    cpu: { min: quantity('10m'), max: quantity('16') },
    memory: { min: quantity('32Mi'), max: quantity('64Gi') },
  },
  limits: { cpu: 'none', memory: 'headroom' },
  sizeBestEffort: true,
}

/** The values inside the bounds, on the grain in which they are written. */
export function clampValues(values: Values, { bounds }: Pick<Policy, 'bounds'>): Values {
  return mapResources(values, (value, resource) => {
    const within = bounds[resource]
    const limit = value.limit === undefined ? undefined : clamp(resource, value.limit, limitBounds(within))
    return { ...value, request: clamp(resource, value.request, within), ...(limit !== undefined && { limit }) }
  })
}

/** What a limit may be, whatever its author asked for. */
export function limitBounds({ min, max, minLimit = min, maxLimit = max }: ResourceBounds): Bounds {
  return { min: minLimit > min ? minLimit : min, max: maxLimit < max ? maxLimit : max }
}

function clamp(resource: ResourceName, value: Nanos, { min, max }: Bounds): Nanos {
  if (value < min) return roundUpToGrain(resource, min)
  return value > max ? roundDownToGrain(resource, max) : value
}
