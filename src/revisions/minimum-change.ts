import type { ResourceValues, Values } from '../api/index.ts'
import { type Nanos, RESOURCES, type ResourceName } from '../resources/index.ts'

/** Smallest change that is worth a new revision: it must reach both the share and the amount. */
export interface MinimumChange {
  /** Share of the current value, 0..1. */
  readonly share: number
  readonly amount: Readonly<Record<ResourceName, Nanos>>
}

/** Whether any value or hold is added, removed, or changes enough. */
export function isWorthwhile(from: Values | undefined, to: Values, minimum: MinimumChange): boolean {
  if (!from || from.size !== to.size) return true
  return [...to].some(([name, after]) => {
    const before = from.get(name)
    if (!before) return true
    if (RESOURCES.some((resource) => before.held?.[resource] !== after.held?.[resource])) return true
    return RESOURCES.some((resource) => !isClose(resource, before[resource], after[resource], minimum))
  })
}

/** Whether the change between two values is not worth a revision. */
export function isClose(
  resource: ResourceName,
  from: ResourceValues | undefined,
  to: ResourceValues | undefined,
  minimum: MinimumChange,
): boolean {
  return !(['request', 'limit'] as const).some((field) => isWorthMoving(resource, from?.[field], to?.[field], minimum))
}

/** Whether a value is added, removed, or changes enough. */
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
