import type { Values } from '../api/index.ts'
import type { Policy } from '../policy/index.ts'
import { mapResources } from '../policy/index.ts'
import type { ContainerResources, ResourceName } from '../resources/index.ts'
import { isWorthMoving, type MinimumChange } from './minimum-change.ts'

/**
 * Ratio from which an idle limit is updated. For every goal, a limit is at least a quarter above the peak, so a limit that is outdated
 * by less still covers the known peaks.
 */
const MOST_BEHIND = 1.25

/**
 * Whether no Pod gets the learned limit: this is so for CPU if the policy adds no limit and the author wrote none. A memory limit is
 * never idle, because a low one kills the container.
 */
export function isIdleLimit(
  resource: ResourceName,
  author: ContainerResources | undefined,
  limits: Policy['limits'],
): boolean {
  const written = author?.[resource]
  if (resource !== 'cpu' || limits.cpu === 'headroom' || written === undefined || written === 'invalid') return false
  return written.limit === undefined
}

/**
 * Keeps idle limits as they are while only peaks would change them, because that is not worth a revision, an Event or an approval. They
 * change together with their request and are never far outdated, in case the author or the policy wants one later.
 *
 * @param values what is learned now, within the bounds
 * @param current what was learned before, within the bounds
 */
export function keepIdleLimits(
  values: Values,
  current: Values,
  author: ReadonlyMap<string, ContainerResources>,
  limits: Policy['limits'],
  minimum: MinimumChange,
): Values {
  return mapResources(values, (value, resource, container) => {
    const before = current.get(container)?.[resource]
    if (!before?.limit || !value.limit || !isIdleLimit(resource, author.get(container), limits)) return value
    const isBehind = before.limit < value.request || Number(value.limit) >= Number(before.limit) * MOST_BEHIND
    if (isBehind || isWorthMoving(resource, before.request, value.request, minimum)) return value
    return { ...value, limit: before.limit }
  })
}
