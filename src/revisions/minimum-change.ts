import type { ContainerRecommendation } from '../api/index.ts'
import { type Nanos, parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'

/** A change that is smaller than this is not worth a new revision: neither by share nor by amount. */
export interface MinimumChange {
  /** Of the value that stands, 0..1. */
  readonly share: number
  readonly amount: Readonly<Record<ResourceName, Nanos>>
}

/** Whether any value moves by enough, or comes or goes. */
export function isWorthwhile(
  from: readonly ContainerRecommendation[] | undefined,
  to: readonly ContainerRecommendation[],
  minimum: MinimumChange,
): boolean {
  if (!from) return true
  const standing = new Map(from.map((container) => [container.name, container]))
  if (from.length !== to.length) return true
  return to.some((container) => {
    const before = standing.get(container.name)
    if (!before) return true
    if (RESOURCES.some((resource) => before.held?.[resource] !== container.held?.[resource])) return true
    return RESOURCES.some((resource) =>
      (['request', 'limit'] as const).some((field) =>
        isWorthMoving(
          resource,
          parseQuantity(before[resource]?.[field]),
          parseQuantity(container[resource]?.[field]),
          minimum,
        ),
      ),
    )
  })
}

/** Whether a value comes, goes, or moves by enough. */
export function isWorthMoving(
  resource: ResourceName,
  from: Nanos | undefined,
  to: Nanos | undefined,
  minimum: MinimumChange,
): boolean {
  if (from === undefined || to === undefined) return from !== to
  const change = from > to ? from - to : to - from
  return change >= minimum.amount[resource] && Number(change) >= Number(from) * minimum.share
}
