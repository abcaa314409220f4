import type { ContainerRecommendation } from '../api/index.ts'
import type { ReasonCode } from '../policy/index.ts'
import { formatQuantity, type Nanos, parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'

const RUNS_TO_ITS_END = new Set(['CronJob', 'Job'])

/** What runs to its end has nobody to share its slack with: it gets what its runs need at their peak. */
export function peaksOfRuns(kind: string, containers: readonly ContainerRecommendation[]): ContainerRecommendation[] {
  if (!RUNS_TO_ITS_END.has(kind)) return [...containers]
  return containers.map((container) =>
    eachResource(container, (resource, request, limit) => {
      const peak = parseQuantity(container.evidence?.[resource]?.peak)
      if (peak === undefined || peak <= request) return undefined
      return { request: peak, limit: limit === undefined || limit > peak ? limit : peak, reason: 'RunPeakCounts' }
    }),
  )
}

type Shaped = { readonly request: Nanos; readonly limit: Nanos | undefined; readonly reason: ReasonCode }

/** @param shape undefined leaves the resource as it is */
function eachResource(
  container: ContainerRecommendation,
  shape: (resource: ResourceName, request: Nanos, limit: Nanos | undefined) => Shaped | undefined,
): ContainerRecommendation {
  const shaped = { ...container }
  for (const resource of RESOURCES) {
    const target = container[resource]
    const request = parseQuantity(target?.request)
    if (!target || request === undefined) continue
    const change = shape(resource, request, parseQuantity(target.limit))
    if (!change) continue
    shaped[resource] = {
      ...target,
      request: formatQuantity(resource, change.request),
      ...(change.limit !== undefined && { limit: formatQuantity(resource, change.limit) }),
      reasons: [...(target.reasons ?? []), change.reason],
    }
  }
  return shaped
}
