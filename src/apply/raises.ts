import type { PodSlot } from '../policy/index.ts'
import { type Nanos, type ResourceName, readable } from '../resources/index.ts'
import { podTotal } from '../sizing/index.ts'
import type { PodValues } from './pod-values.ts'

/** Amounts that a Pod requests with these values in addition to its current requests. */
export function raisesOf(slots: readonly PodSlot[], values: PodValues): Readonly<Record<ResourceName, Nanos>> {
  const total = (of: PodValues, resource: ResourceName) =>
    podTotal(slots.map(({ kind }, i) => ({ kind, ...readable(of[i]![resource]) }))).request ?? 0n
  const carried = slots.map((slot) => slot.carried)
  const more = (resource: ResourceName) => {
    const difference = total(values, resource) - total(carried, resource)
    return difference > 0n ? difference : 0n
  }
  return { cpu: more('cpu'), memory: more('memory') }
}
