import type { FleetNode, FleetWorkload } from '../fleet/index.ts'
import { type Autoscaler, type Effective, heldFor, isOptedOut, type ReasonCode } from '../policy/index.ts'
import type { Nanos } from '../resources/index.ts'
import { isOverdue } from './boost-due.ts'

/** Whether Pods of a workload may get a boost: the most CPU that one may request with it, or why none gets one. */
export type BoostRoom = { readonly upTo: Nanos } | { readonly held: ReasonCode }

export interface BoostRoomInput {
  readonly entry: Pick<FleetWorkload, 'mode' | 'labels' | 'pods' | 'shape'>
  readonly effective: Pick<Effective, 'policy' | 'running'>
  readonly autoscalers: readonly Autoscaler[]
  readonly largestNode: FleetNode['allocatable']
  /** Whether the API server has `pods/resize`, and the learner may use it. */
  readonly canResize: boolean
  readonly nowSeconds: number
}

/**
 * Decides whether Pods of a workload may get a boost. A boost that could not be removed must not be given. Neither may a Pod under an
 * HPA get one, because it would change the number of replicas: an HPA divides usage by the request of ready Pods, and these have their
 * boost for a while.
 *
 * @returns undefined if no boost is configured
 */
export function boostRoom(input: BoostRoomInput): BoostRoom | undefined {
  const { entry, effective, autoscalers, largestNode, canResize, nowSeconds } = input
  const rules = effective.policy.startup
  if (!rules || entry.mode === 'observe' || isOptedOut(entry.labels)) return undefined
  if (effective.running === 'never') return { held: 'NewPodsOnly' }
  if (!canResize || largestNode.cpu === undefined) return { held: 'NoPodsResize' }
  const claims = entry.shape.slots.map(({ name }) => heldFor(autoscalers, name, 'cpu', true))
  const held = claims.find((claim) => claim !== undefined)
  if (held) return { held }
  const isStuck = entry.pods.some(
    ({ boosts, start, placement }) =>
      start &&
      placement.isRunning &&
      boosts?.entries().some(([name, boost]) => isOverdue(name, boost, start, rules, nowSeconds)),
  )
  return isStuck ? { held: 'BoostNotRemoved' } : { upTo: largestNode.cpu }
}
