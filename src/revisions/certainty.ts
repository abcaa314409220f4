import type { ContainerRecommendation, ResourceRecommendation } from '../api/index.ts'
import { RESOURCES } from '../resources/index.ts'

/** How far confidence must move to be worth a write by itself. */
const WORTH_TELLING = 0.1

/** The same values, with the confidence that is known now. */
export function asSureAsNow(
  containers: readonly ContainerRecommendation[],
  learned: readonly ContainerRecommendation[],
): ContainerRecommendation[] {
  const known = new Map(learned.map((container) => [container.name, container]))
  return containers.map((container) => {
    const updated: ContainerRecommendation = { ...container }
    for (const resource of RESOURCES) {
      const confidence = known.get(container.name)?.[resource]?.confidence
      if (updated[resource] && confidence !== undefined) updated[resource] = { ...updated[resource], confidence }
    }
    return updated
  })
}

/**
 * What was learned, brought up to how sure that is now and why, where that has moved by enough; the values and their revision
 * stay, as nothing else was learned.
 *
 * @returns `before` itself where it has not moved
 */
export function refreshed(
  before: readonly ContainerRecommendation[],
  learned: readonly ContainerRecommendation[],
): readonly ContainerRecommendation[] {
  const now = asSureAsNow(before, learned)
  const hasMoved = now.some((container, i) =>
    RESOURCES.some((resource) => moves(before[i]![resource], container[resource])),
  )
  if (!hasMoved) return before
  const known = new Map(learned.map(({ name, evidence }) => [name, evidence]))
  return now.map((container) => {
    const evidence = known.get(container.name) ?? container.evidence
    return { ...container, ...(evidence && { evidence }) }
  })
}

function moves(from: ResourceRecommendation | undefined, to: ResourceRecommendation | undefined): boolean {
  return Math.abs((to?.confidence ?? 0) - (from?.confidence ?? 0)) >= WORTH_TELLING
}
