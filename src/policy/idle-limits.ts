import type { ContainerRecommendation } from '../recommendations/index.ts'
import { parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'
import { isWorthMoving, type MinimumChange } from './minimum-change.ts'
import type { LimitPolicy } from './policy.ts'
import type { Progress } from './progress.ts'

/**
 * Leaves limits that no Pod gets as they stand: where the policy adds none and the author wrote none, a new peak alone is worth
 * neither a revision, an Event nor somebody's approval. They move with their request, and are there for when the policy changes.
 *
 * @param standing what was learned before
 */
export function keepIdleLimits(
  containers: readonly ContainerRecommendation[],
  standing: readonly ContainerRecommendation[],
  { author }: Pick<Progress, 'author'>,
  limits: Readonly<Record<ResourceName, LimitPolicy>>,
  minimum: MinimumChange,
): ContainerRecommendation[] {
  const before = new Map(standing.map((container) => [container.name, container]))
  return containers.map((container) => {
    const kept = { ...container }
    for (const resource of RESOURCES) {
      const [old, target] = [before.get(container.name)?.[resource], container[resource]]
      const written = author.get(container.name)?.[resource]
      const isIdle =
        limits[resource] !== 'headroom' && written !== undefined && written !== 'invalid' && written.limit === undefined
      if (!isIdle || !target?.limit || !old?.limit) continue
      const [from, to] = [parseQuantity(old.request), parseQuantity(target.request)!]
      if (isWorthMoving(resource, from, to, minimum) || (parseQuantity(old.limit) ?? 0n) < to) continue
      kept[resource] = { ...target, limit: old.limit }
    }
    return kept
  })
}
