import { type Nanos, type ResourceName, toNumber } from '../resources/index.ts'
import type { readLimitRange } from '../sizing/index.ts'

export type LimitRules = ReturnType<typeof readLimitRange>

/** Bounds of the cluster, from the settings. */
export type ResourceBounds = Readonly<Record<ResourceName, { readonly min?: Nanos; readonly max?: Nanos }>>

/** What may be tried of a resource: within what is asked, the bounds of the cluster and every LimitRange. */
export function boundsOf(
  resource: ResourceName,
  asked: { readonly min: number; readonly max: number },
  cluster: ResourceBounds,
  { container }: LimitRules,
): { readonly min: number; readonly max: number } {
  const rule = container[resource]
  const within = [cluster[resource], { ...rule }]
  return {
    min: Math.max(asked.min, ...within.map(({ min }) => (min === undefined ? 0 : toNumber(min)))),
    max: Math.min(
      asked.max,
      ...within.map(({ max }) => (max === undefined ? Number.POSITIVE_INFINITY : toNumber(max))),
    ),
  }
}
