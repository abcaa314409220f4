import { type RecommendationStatus, readValues, type Summary, type Values } from '../api/index.ts'
import {
  type ContainerResources,
  formatQuantity,
  type Nanos,
  RESOURCES,
  type ResourceName,
  readable,
} from '../resources/index.ts'

/** For `kubectl get rec`: requests of all containers together, now -> learned, and the lowest confidence. */
export function summarize(
  { learned, applied }: RecommendationStatus,
  author: ReadonlyMap<string, ContainerResources>,
): Summary {
  if (!learned) return {}
  const [next, current] = [readValues(learned.containers), applied && readValues(applied.containers)]
  const summary: Summary = {}
  for (const resource of RESOURCES) {
    const now = current
      ? total(resource, current)
      : sum(
          resource,
          [...author.values()].map((container) => readable(container[resource]).request),
        )
    const then = total(resource, next)
    // In ASCII, or a page of Recommendations would be a string of twice the size: docs/decisions/0011.
    if (then !== undefined) summary[resource] = now === then ? then : `${now ?? '-'} -> ${then}`
  }
  const confidence = lowestConfidence(next)
  if (confidence !== undefined) summary.confidence = confidence.toFixed(2)
  return summary
}

/** The lowest confidence of all resources of all containers; undefined where none is known. */
export function lowestConfidence(values: Values): number | undefined {
  const confidences = [...values.values()].flatMap((container) =>
    RESOURCES.flatMap((resource) => container[resource]?.confidence ?? []),
  )
  return confidences.length > 0 ? Math.min(...confidences) : undefined
}

function total(resource: ResourceName, values: Values): string | undefined {
  return sum(
    resource,
    [...values.values()].map((container) => container[resource]?.request),
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
