import type { Evidence } from '../api/index.ts'
import { type Allotment, parseQuantity, type ResourceName } from '../resources/index.ts'

/** Direction of a change of one resource, compared with the current values. */
export interface Direction {
  /** Whether it only gives more: neither request nor limit is lowered, and no limit is added. */
  readonly raises: boolean
  /** Whether the new values are expected to cost no more than the current ones, at the prices of the goal. */
  readonly isNoWorse: boolean
  /** Share of a day (0..1) for which CPU usage may exceed the new request, if known. */
  readonly worstDay: number
}

/** @param evidence evidence of the learned values, with the expected costs */
export function directionOf(
  resource: ResourceName,
  inForce: Allotment,
  next: Allotment,
  evidence: Evidence | undefined,
): Direction {
  const { cost, inForceCost, bursts } = evidence?.[resource] ?? {}
  const [costs, costed] = [parseQuantity(cost), parseQuantity(inForceCost)]
  return {
    raises: !isBelow(next.request, inForce.request ?? 0n) && !isTighter(next.limit, inForce.limit),
    isNoWorse: costs !== undefined && costed !== undefined && costs <= costed,
    worstDay: bursts?.worstDay ?? 0,
  }
}

function isBelow(next: bigint | undefined, inForce: bigint): boolean {
  return next !== undefined && next < inForce
}

/** Whether a limit is tighter. Without a limit, a container may use the whole node. */
function isTighter(next: bigint | undefined, inForce: bigint | undefined): boolean {
  return next !== undefined && (inForce === undefined || next < inForce)
}
