import type { Approval, ContainerRecommendation, ResourceRecommendation, Revision, Rollback } from '../api/index.ts'
import { shareOf } from '../policy/index.ts'
import { parseQuantity, type ResourceName } from '../resources/index.ts'
import { isWorthwhile, type MinimumChange } from './minimum-change.ts'
import type { StepRules } from './step.ts'

/** An approval that stands: what was agreed to before the last rollback has made trouble since, and asks again. */
export function unlessRolledBack(
  approval: Approval | undefined,
  rollback: Pick<Rollback, 'revision'> | undefined,
): Approval | undefined {
  return approval && rollback && approval.revision <= rollback.revision ? undefined : approval
}

/** What somebody agreed to for one resource of a container; undefined where that is nothing, or no longer holds. */
function approvedOf(
  approval: Approval | undefined,
  container: string,
  resource: ResourceName,
  now: Date,
): ResourceRecommendation | undefined {
  if (!approval || now >= new Date(approval.expires)) return undefined
  return approval.containers.find(({ name }) => name === container)?.[resource]
}

/**
 * The values as they were approved, where what is worked out now is no change that is worth it against them: people get
 * what they agreed to, to the digit.
 */
export function asApproved(
  containers: readonly ContainerRecommendation[],
  approval: Approval | undefined,
  minimum: MinimumChange,
  now: Date,
): ContainerRecommendation[] {
  return containers.map((container) => {
    const settled: ContainerRecommendation = { ...container }
    for (const resource of ['cpu', 'memory'] as const) {
      const [value, approved] = [container[resource], approvedOf(approval, container.name, resource, now)]
      if (!value || !approved || !isClose(container.name, resource, approved, value, minimum)) continue
      const { limit: _, ...rest } = value
      settled[resource] = { ...rest, ...approved }
    }
    return settled
  })
}

/** Whether an approval that has not expired covers a value: it lies within a step of what was approved. */
export function isApproved(
  approval: Approval | undefined,
  container: string,
  resource: ResourceName,
  value: ResourceRecommendation,
  step: StepRules,
  now: Date,
): boolean {
  const approved = approvedOf(approval, container, resource, now)
  if (!approved) return false
  return (
    isWithinStep(approved.request, value.request, step) &&
    (value.limit === undefined || (approved.limit !== undefined && isWithinStep(approved.limit, value.limit, step)))
  )
}

/** Whether a value is what was rejected, or no change that is worth it against that. */
export function isRejected(
  rejected: Revision | undefined,
  container: string,
  resource: ResourceName,
  value: ResourceRecommendation,
  minimum: MinimumChange,
): boolean {
  const refused = rejected?.containers.find(({ name }) => name === container)?.[resource]
  return refused !== undefined && isClose(container, resource, refused, value, minimum)
}

function isClose(
  name: string,
  resource: ResourceName,
  a: ResourceRecommendation,
  b: ResourceRecommendation,
  minimum: MinimumChange,
): boolean {
  return !isWorthwhile([{ name, [resource]: a }], [{ name, [resource]: b }], minimum)
}

function isWithinStep(from: string, to: string, { maxIncrease, maxDecrease }: StepRules): boolean {
  const [a, b] = [parseQuantity(from), parseQuantity(to)]
  if (a === undefined || b === undefined) return false
  return b >= shareOf(a, 1 - maxDecrease) && b <= shareOf(a, 1 + maxIncrease)
}
