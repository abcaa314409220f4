import { type Approval, type ResourceValues, type Rollback, readValues, type Values } from '../api/index.ts'
import { mapResources, shareOf } from '../policy/index.ts'
import type { Nanos, ResourceName } from '../resources/index.ts'
import { isClose, type MinimumChange } from './minimum-change.ts'
import type { StepRules } from './step.ts'

/** Values that a valid approval covers, and who gave it. */
export interface Consent {
  readonly approver: string
  readonly values: Values
}

/**
 * Returns the valid approval: it has not expired, and there was no rollback after it. What was approved before the rollback needs a new
 * approval. Undefined if there is none.
 */
export function consentOf(
  approval: Approval | undefined,
  rollback: Pick<Rollback, 'revision'> | undefined,
  now: Date,
): Consent | undefined {
  if (!approval || now >= new Date(approval.expires)) return undefined
  if (rollback && approval.revision <= rollback.revision) return undefined
  return { approver: approval.approver, values: readValues(approval.containers) }
}

/**
 * Replaces computed values with the approved ones if the difference is not worth a revision, so that people get exactly what they
 * approved.
 */
export function asApproved(values: Values, consent: Consent | undefined, minimum: MinimumChange): Values {
  if (!consent) return values
  return mapResources(values, (value, resource, container) => {
    const approved = consent.values.get(container)?.[resource]
    if (!approved || !isClose(resource, approved, value, minimum)) return value
    const { limit: _, ...rest } = value
    return { ...rest, ...approved }
  })
}

/** Whether the approval covers a value: the value must be within a step of the approved one. */
export function isApproved(
  consent: Consent | undefined,
  container: string,
  resource: ResourceName,
  value: ResourceValues,
  step: StepRules,
): boolean {
  const approved = consent?.values.get(container)?.[resource]
  if (!approved) return false
  return (
    isWithinStep(approved.request, value.request, step) &&
    (value.limit === undefined || (approved.limit !== undefined && isWithinStep(approved.limit, value.limit, step)))
  )
}

/** Whether a value was rejected, or is too close to a rejected one to be worth a revision. */
export function isRejected(
  rejected: Values,
  container: string,
  resource: ResourceName,
  value: ResourceValues,
  minimum: MinimumChange,
): boolean {
  return isClose(resource, rejected.get(container)?.[resource], value, minimum)
}

function isWithinStep(from: Nanos, to: Nanos, { maxIncrease, maxDecrease }: StepRules): boolean {
  return to >= shareOf(from, 1 - maxDecrease) && to <= shareOf(from, 1 + maxIncrease)
}
