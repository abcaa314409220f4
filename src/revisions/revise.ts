import {
  isoSeconds,
  type RecommendationStatus,
  type Revision,
  readValues,
  type Values,
  writeValues,
} from '../api/index.ts'
import { RESOURCES } from '../resources/index.ts'
import { isWorthwhile } from './minimum-change.ts'
import type { ReconcileInput, ReconcileRules } from './reconcile-input.ts'
import { withinBound } from './within-bound.ts'

/** Creates a revision, with a number that was never used. */
export function revise(status: RecommendationStatus, input: ReconcileInput, values: Values): Revision {
  return {
    revision: highestOf(status) + 1,
    time: isoSeconds(input.now),
    source: input.source,
    goal: input.goal,
    containers: writeValues(values),
  }
}

/**
 * Returns a revision with these values: an existing one if possible, else a new one.
 *
 * @param all new values; those of containers that no longer run are left out if there are too many
 * @param current the revision that they would replace
 * @param isStep whether they are a step towards what was learned
 * @returns `current` itself if the change is not worth a revision
 */
export function revisionOf(
  all: Values,
  current: Revision | undefined,
  status: RecommendationStatus,
  input: ReconcileInput,
  rules: ReconcileRules,
  isStep: boolean,
): Revision | undefined {
  const values = withinBound(all, input.shape)
  const before = current && readValues(current.containers)
  if (values.size === 0 || !isWorthwhile(before, values, rules.minimumChange)) return current
  const { learned, pending } = status
  const time = isoSeconds(input.now)
  // A new revision can be learned and applied; with an older one, the time of the applied revision would go back.
  if (learned?.time === time && hasValues(learned, values)) return { ...learned, containers: writeValues(values) }
  // An approved revision keeps its number.
  if (pending && hasValues(pending, values)) return { ...pending, time }
  return { ...revise(status, input, values), ...(isStep && learned && { towards: learned.revision }) }
}

/** Highest revision number in a status; 0 if there is none. */
export function highestOf(status: RecommendationStatus): number {
  const { learned, applied, wouldApply, pending, rejected, lastGood, canary, rollback, dropped = 0 } = status
  const known = [learned, applied, wouldApply, pending, rejected, lastGood, canary?.revision, rollback]
  return Math.max(dropped, ...known.map((revision) => revision?.revision ?? 0))
}

/** Whether a revision has these requests, limits and holds; confidence and reasons may differ. */
function hasValues({ containers }: Revision, values: Values): boolean {
  const own = readValues(containers)
  return (
    own.size === values.size &&
    [...values].every(([name, container]) => {
      const other = own.get(name)
      return RESOURCES.every(
        (resource) =>
          other?.[resource]?.request === container[resource]?.request &&
          other?.[resource]?.limit === container[resource]?.limit &&
          other?.held?.[resource] === container.held?.[resource],
      )
    })
  )
}
