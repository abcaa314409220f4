import type { ContainerRecommendation, Recommendation } from '../../api/index.ts'
import { costPerMonth, type Price } from '../../insight/index.ts'
import { isManifestKind, type Manifest } from '../../readers/index.ts'
import { parseQuantity, type ResourceName, toNumber } from '../../resources/index.ts'

/**
 * Manifests of the workloads whose learned values cost most, as far as a history knows them: their containers, but not
 * the values of their authors.
 */
export function largestWorkloads(learned: readonly Recommendation[], count: number, prices: Price): Manifest[] {
  return learned
    .map((recommendation) => ({ recommendation, cost: costOf(recommendation, prices) }))
    .sort((a, b) => b.cost - a.cost)
    .flatMap(({ recommendation }) => manifestOf(recommendation))
    .slice(0, count)
}

function manifestOf(recommendation: Recommendation): Manifest[] {
  const { kind, name } = recommendation.spec.workload
  if (!isManifestKind(kind)) return []
  const containers = containersOf(recommendation).map((container) => ({ name: container.name }))
  const { namespace } = recommendation.metadata
  return [{ where: 'history', kind, name, namespace, replicas: 1, template: { spec: { containers } } }]
}

function costOf(recommendation: Recommendation, prices: Price): number {
  const sum = (resource: ResourceName) =>
    containersOf(recommendation).reduce(
      (total, container) => total + toNumber(parseQuantity(container[resource]?.request) ?? 0n),
      0,
    )
  return costPerMonth(sum('cpu'), sum('memory'), prices)
}

function containersOf({ status }: Recommendation): readonly ContainerRecommendation[] {
  return status?.applied?.containers ?? []
}
