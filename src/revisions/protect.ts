import type { ResourceValues, Values } from '../api/index.ts'
import { clampValues, type Policy, type ReasonCode, shareOf } from '../policy/index.ts'
import {
  type ContainerResources,
  type Nanos,
  RESOURCES,
  type ResourceName,
  readable,
  roundUpToGrain,
} from '../resources/index.ts'
import { higher } from './higher.ts'
import type { Pressure, Pressures } from './pressure.ts'
import type { StepRules } from './step.ts'

const REASON = 'RaisedForPressure' satisfies ReasonCode

/** Whether a value was raised because containers were under pressure. */
export function isForPressure({ reasons }: Pick<ResourceValues, 'reasons'>): boolean {
  return reasons?.includes(REASON) === true
}

export interface Protect {
  /** Values that would be applied without pressure. */
  readonly values: Values
  /** Current values: the applied ones, or else the author's. */
  readonly from: Values
  readonly author: ReadonlyMap<string, ContainerResources>
  readonly pressures: Pressures
  readonly rules: Pick<StepRules, 'maxIncrease'>
  readonly policy: Pick<Policy, 'bounds'>
}

/**
 * Raises the values of containers under pressure, within a step of what their Pods have and within the bounds. Nothing in these
 * containers is lowered at the same time, no limit is added, and resources without a request or limit get none.
 */
export function protect({ values, from, author, pressures, rules, policy }: Protect): Values {
  if (pressures.size === 0) return values
  const protectedValues = new Map(values)
  for (const [name, byResource] of pressures) {
    const container = { ...values.get(name) }
    for (const resource of RESOURCES) {
      const pressure = byResource[resource]
      const before = from.get(name)?.[resource]
      const start = before ?? readable(author.get(name)?.[resource] ?? {})
      if (!pressure || start.request === undefined) continue
      const value = raised(resource, { ...start, request: start.request }, pressure, rules)
      const planned = container[resource]
      const request = higher(value.request, planned?.request)!
      const limit = start.limit === undefined ? planned?.limit : higher(value.limit, planned?.limit)
      const isRaised = request > start.request || (start.limit !== undefined && limit! > start.limit)
      if (!isRaised && !before) continue
      const reasons = new Set([...((planned ?? before)?.reasons ?? []), ...(isRaised ? [REASON] : [])])
      container[resource] = {
        ...(planned ?? before),
        request,
        ...(limit !== undefined && { limit: higher(limit, request)! }),
        ...(reasons.size > 0 && { reasons: [...reasons] }),
      }
    }
    if (container.cpu || container.memory)
      protectedValues.set(name, clampValues(new Map([[name, container]]), policy).get(name)!)
  }
  return protectedValues
}

interface Start {
  readonly request: Nanos
  readonly limit?: Nanos | undefined
}

function raised(
  resource: ResourceName,
  start: Start,
  { carried, request, limit }: Pressure,
  { maxIncrease }: Protect['rules'],
): Start {
  const within = (wanted: Nanos | undefined, has: Nanos | undefined) => {
    if (wanted === undefined || has === undefined) return undefined
    const most = shareOf(has, 1 + maxIncrease)
    return roundUpToGrain(resource, wanted < most ? wanted : most)
  }
  return {
    request: higher(start.request, within(request, carried.request))!,
    limit: start.limit === undefined ? undefined : higher(start.limit, within(limit, carried.limit)),
  }
}
