import type { ContainerRecommendation } from '../api/index.ts'
import type { Policy } from '../policy/index.ts'
import { type ContainerResources, parseQuantity, type ResourceName } from '../resources/index.ts'
import { isWorthMoving, type MinimumChange } from './minimum-change.ts'

/** A limit is the peak and at least a quarter more, by goal: one that is behind by less still holds what was seen. */
const MOST_BEHIND = 1.25

/**
 * Whether a limit that was learned is given to no Pod: for CPU, as the policy adds none and the author wrote none. Memory is left
 * alone: too low a limit kills.
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
 * Leaves idle limits as they stand while peaks alone would move them: that is worth neither a revision, an Event nor somebody's
 * approval. They go with their request, and are never far behind, for when author or policy wants one.
 *
 * @param containers what is learned now, as far as it may be given
 * @param standing what was learned before, likewise
 */
export function keepIdleLimits(
  containers: readonly ContainerRecommendation[],
  standing: readonly ContainerRecommendation[],
  author: ReadonlyMap<string, ContainerResources>,
  limits: Policy['limits'],
  minimum: MinimumChange,
): ContainerRecommendation[] {
  const before = new Map(standing.map((container) => [container.name, container]))
  return containers.map((container) => {
    const { name, cpu } = container
    const old = before.get(name)?.cpu
    if (!cpu?.limit || !old?.limit || !isIdleLimit('cpu', author.get(name), limits)) return container
    const [from, to] = [old.request, cpu.request].map((text) => parseQuantity(text))
    const [was, is] = [old.limit, cpu.limit].map((text) => parseQuantity(text))
    if (to === undefined || was === undefined || is === undefined) return container
    const isBehind = was < to || Number(is) >= Number(was) * MOST_BEHIND
    if (isBehind || isWorthMoving('cpu', from, to, minimum)) return container
    return { ...container, cpu: { ...cpu, limit: old.limit } }
  })
}
