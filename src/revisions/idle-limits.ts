import type { Values } from '../api/index.ts'
import type { Policy } from '../policy/index.ts'
import { mapResources } from '../policy/index.ts'
import type { ContainerResources, ResourceName } from '../resources/index.ts'
import { isWorthMoving, type MinimumChange } from './minimum-change.ts'

/** A limit is the peak and at least a quarter more, by goal: one that is behind by less still holds what was seen. */
const MOST_BEHIND = 1.25

/**
 * Whether no Pod gets a limit that was learned: CPU limits, where the policy adds none and the author wrote none. Memory is never
 * idle: too low a memory limit kills.
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
 * Keeps idle limits as they are while peaks alone would move them: that is not worth a revision, an Event or an approval. They move
 * with their request, and are never far behind, for when author or policy wants one.
 *
 * @param values what is learned now, inside the bounds
 * @param current what was learned before, likewise
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
