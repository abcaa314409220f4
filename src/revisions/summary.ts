import type { ContainerRecommendation, RecommendationStatus, Summary } from '../api/index.ts'
import {
  type ContainerResources,
  formatQuantity,
  type Nanos,
  parseQuantity,
  RESOURCES,
  type ResourceName,
} from '../resources/index.ts'

/** Of values that change. In ASCII, or a page of Recommendations would be a string of twice the size: docs/decisions/0011. */
export const BECOMES = '->'

/** For `kubectl get rec`: requests of all containers together, now -> learned, and the lowest confidence. */
export function summarize(
  { learned, applied }: RecommendationStatus,
  author: ReadonlyMap<string, ContainerResources>,
): Summary {
  if (!learned) return {}
  const summary: Summary = {}
  for (const resource of RESOURCES) {
    const now = applied ? total(resource, applied.containers) : authored(resource, author)
    const then = total(resource, learned.containers)
    if (then !== undefined) summary[resource] = now === then ? then : `${now ?? '-'} ${BECOMES} ${then}`
  }
  const confidence = lowestConfidence(learned.containers)
  if (confidence !== undefined) summary.confidence = confidence.toFixed(2)
  return summary
}

/** Of all resources of all containers; undefined where none is known. */
export function lowestConfidence(containers: readonly ContainerRecommendation[]): number | undefined {
  const confidences = containers.flatMap((container) =>
    RESOURCES.flatMap((resource) => container[resource]?.confidence ?? []),
  )
  return confidences.length > 0 ? Math.min(...confidences) : undefined
}

function total(resource: ResourceName, containers: readonly ContainerRecommendation[]): string | undefined {
  return sum(
    resource,
    containers.map((container) => parseQuantity(container[resource]?.request)),
  )
}

function authored(resource: ResourceName, author: ReadonlyMap<string, ContainerResources>): string | undefined {
  const requests = [...author.values()].map((container) => container[resource])
  return sum(
    resource,
    requests.map((values) => (values === 'invalid' ? undefined : values.request)),
  )
}

function sum(resource: ResourceName, values: readonly (Nanos | undefined)[]): string | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0
    ? undefined
    : formatQuantity(
        resource,
        known.reduce((a, b) => a + b),
      )
}
