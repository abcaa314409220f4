import type { ApplyRunning, LimitPolicy, Values } from '../api/index.ts'
import { type Nanos, parseQuantity, type ResourceName, roundDownToGrain, roundUpToGrain } from '../resources/index.ts'
import { mapResources } from './map-resources.ts'
import type { HeapConsents } from './runtimes.ts'
import type { StartupBoost } from './startup.ts'

/** Smallest and largest value that may ever be injected, for requests and for limits. */
export interface Bounds {
  readonly min: Nanos
  readonly max: Nanos
}

/** Bounds that may be narrower for limits, and may depend on the author's values: a share of 0.5 is half of the author's value. */
export interface ResourceBounds extends Bounds {
  /** Smallest share of the author's request to which a request may be set. */
  readonly minShare?: number | undefined
  /** Largest share of the author's request to which a request may be set. */
  readonly maxShare?: number | undefined
  readonly minLimit?: Nanos | undefined
  readonly maxLimit?: Nanos | undefined
  /** Smallest share of the author's limit to which a limit may be set. */
  readonly minLimitShare?: number | undefined
  /** Largest share of the author's limit to which a limit may be set. */
  readonly maxLimitShare?: number | undefined
}

/** Everything that determines how applied values become the values of one Pod. */
export interface Policy {
  readonly bounds: Readonly<Record<ResourceName, ResourceBounds>>
  readonly limits: Readonly<Record<ResourceName, LimitPolicy>>
  /** Whether a Pod without any requests may get some, which makes it Burstable. */
  readonly sizeBestEffort: boolean
  /** More CPU while a Pod starts; undefined if there is none. */
  readonly startup?: StartupBoost | undefined
  /** Containers whose heap may be set; undefined if there are none. */
  readonly heaps?: HeapConsents | undefined
  /** What may happen to the Pod while it runs; undefined means nothing. */
  readonly running?: ApplyRunning
}

/** Rules of a canary: a new revision goes to a share of a workload's new Pods first. */
export interface CanaryRules {
  /** Share of the new Pods in percent, 1..99. */
  readonly percent: number
  /** How long the two groups of Pods are compared. */
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

/** Clamps values to the bounds, and rounds clamped values to the grain in which they are written. */
export function clampValues(values: Values, { bounds }: Pick<Policy, 'bounds'>): Values {
  return mapResources(values, (value, resource) => {
    const within = bounds[resource]
    const limit = value.limit === undefined ? undefined : clamp(resource, value.limit, limitBounds(within))
    return { ...value, request: clamp(resource, value.request, within), ...(limit !== undefined && { limit }) }
  })
}

/** Bounds of a limit, without those that depend on the author's limit. */
export function limitBounds({ min, max, minLimit = min, maxLimit = max }: ResourceBounds): Bounds {
  return { min: minLimit > min ? minLimit : min, max: maxLimit < max ? maxLimit : max }
}

function clamp(resource: ResourceName, value: Nanos, { min, max }: Bounds): Nanos {
  if (value < min) return roundUpToGrain(resource, min)
  return value > max ? roundDownToGrain(resource, max) : value
}
