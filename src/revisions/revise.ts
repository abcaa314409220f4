import { type RecommendationStatus, type Revision, readValues, type Values, writeValues } from '../api/index.ts'
import { RESOURCES } from '../resources/index.ts'
import { isWorthwhile } from './minimum-change.ts'
import type { ReconcileInput, ReconcileRules } from './reconcile-input.ts'
import { isoSeconds } from './time.ts'

/** A new revision, under a number that was never given. */
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
 * The revision that has these values.
 *
 * @param current the one that they would replace
 * @param isStep whether they are a step towards what was learned
 * @returns `current` itself where the change is not worth a revision
 */
export function revisionOf(
  values: Values,
  current: Revision | undefined,
  status: RecommendationStatus,
  input: ReconcileInput,
  rules: ReconcileRules,
  isStep: boolean,
): Revision | undefined {
  const before = current && readValues(current.containers)
  if (values.size === 0 || !isWorthwhile(before, values, rules.minimumChange)) return current
  const { learned, pending } = status
  const time = isoSeconds(input.now)
  // One revision serves as both where it is new; an older one would set the applied revision's time back.
  if (learned?.time === time && hasValues(learned, values)) return { ...learned, containers: writeValues(values) }
  // What was approved keeps its number.
  if (pending && hasValues(pending, values)) return { ...pending, time }
  return { ...revise(status, input, values), ...(isStep && learned && { towards: learned.revision }) }
}

/** The highest number that has been given, as far as a status tells. */
export function highestOf(status: RecommendationStatus): number {
  const { learned, applied, wouldApply, pending, rejected, lastGood, canary, rollback, dropped = 0 } = status
  const known = [learned, applied, wouldApply, pending, rejected, lastGood, canary?.revision, rollback]
  return Math.max(dropped, ...known.map((revision) => revision?.revision ?? 0))
}

/** Whether requests, limits and holds are the same; confidence and reasons may differ. */
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
