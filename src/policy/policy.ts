import type { ContainerRecommendation, LimitPolicy } from '../api/index.ts'
import {
  formatQuantity,
  type Nanos,
  parseQuantity,
  RESOURCES,
  type ResourceName,
  roundDownToGrain,
  roundUpToGrain,
} from '../resources/index.ts'

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

/** Learned values inside the bounds; a value that cannot be read drops its resource alone. */
export function clampContainers(
  containers: readonly ContainerRecommendation[],
  { bounds }: Pick<Policy, 'bounds'>,
): ContainerRecommendation[] {
  return containers.map((container) => {
    const clamped = { ...container }
    for (const resource of RESOURCES) {
      const target = container[resource]
      if (!target) continue
      const request = clampQuantity(resource, target.request, bounds[resource])
      const limit = clampQuantity(resource, target.limit, limitBounds(bounds[resource]))
      if (request === undefined) delete clamped[resource]
      else clamped[resource] = { ...target, request, ...(limit !== undefined && { limit }) }
    }
    return clamped
  })
}

/** What a limit may be, whatever its author asked for. */
export function limitBounds({ min, max, minLimit = min, maxLimit = max }: ResourceBounds): Bounds {
  return { min: minLimit > min ? minLimit : min, max: maxLimit < max ? maxLimit : max }
}

function clampQuantity(resource: ResourceName, text: string | undefined, { min, max }: Bounds): string | undefined {
  const value = parseQuantity(text)
  if (value === undefined) return undefined
  if (value < min) return formatQuantity(resource, roundUpToGrain(resource, min))
  if (value > max) return formatQuantity(resource, roundDownToGrain(resource, max))
  return text
}
