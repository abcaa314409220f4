import type { RecommendationStatus } from '../api/index.ts'
import type { RevisionEvent } from './events.ts'

/** The status after one step of a reconciliation, and what happened in it. */
export interface Transition {
  readonly status: RecommendationStatus
  readonly events: readonly RevisionEvent[]
}

/** Nothing happened that anybody should hear of. */
export function unchanged(status: RecommendationStatus): Transition {
  return { status, events: [] }
}

export function changed(status: RecommendationStatus, ...events: readonly RevisionEvent[]): Transition {
  return { status, events }
}

/** Takes each step from where the one before it ended. */
export function inTurn(
  status: RecommendationStatus,
  ...steps: readonly ((status: RecommendationStatus) => Transition)[]
): Transition {
  return steps.reduce<Transition>((before, step) => {
    const after = step(before.status)
    return { status: after.status, events: [...before.events, ...after.events] }
  }, unchanged(status))
}

/** The status without some of its fields; the same object where it has none of them. */
export function without(
  status: RecommendationStatus,
  ...fields: readonly (keyof RecommendationStatus)[]
): RecommendationStatus {
  if (!fields.some((field) => field in status)) return status
  const result = { ...status }
  for (const field of fields) delete result[field]
  return result
}
