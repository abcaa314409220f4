import type { RecommendationStatus } from '../api/index.ts'
import type { RevisionEvent } from './events.ts'

/** Status after one step of a reconciliation, and the events of this step. */
export interface Transition {
  readonly status: RecommendationStatus
  readonly events: readonly RevisionEvent[]
}

/** Creates a transition without events. */
export function unchanged(status: RecommendationStatus): Transition {
  return { status, events: [] }
}

export function changed(status: RecommendationStatus, ...events: readonly RevisionEvent[]): Transition {
  return { status, events }
}

/** Runs each step with the status that the previous one returned. */
export function inTurn(
  status: RecommendationStatus,
  ...steps: readonly ((status: RecommendationStatus) => Transition)[]
): Transition {
  return steps.reduce<Transition>((before, step) => {
    const after = step(before.status)
    return { status: after.status, events: [...before.events, ...after.events] }
  }, unchanged(status))
}

/** Returns the status without some of its fields; the same object if it has none of them. */
export function without(
  status: RecommendationStatus,
  ...fields: readonly (keyof RecommendationStatus)[]
): RecommendationStatus {
  if (!fields.some((field) => field in status)) return status
  const result = { ...status }
  for (const field of fields) delete result[field]
  return result
}
