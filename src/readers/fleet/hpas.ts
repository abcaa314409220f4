import type { HpaFacts, WorkloadFacts } from '../../insight/index.ts'
import { HPAS, type KubeClient, type KubeObject } from '../../kube/index.ts'
import { type ApiHpa, metricKey, readHpa } from '../../policy/index.ts'
import type { PrometheusHpa } from '../../prometheus/index.ts'
import { workloadKey } from '../../workloads/index.ts'

/** The HPA of each workload that has one, by the `workloadKey` of its target. */
export type Hpas = ReadonlyMap<string, HpaFacts>

/** @throws KubeError if they cannot be listed */
export async function readHpas(
  client: KubeClient,
  namespaces: readonly string[] | undefined,
  signal: AbortSignal | undefined,
): Promise<Hpas> {
  const found = new Map<string, HpaFacts>()
  for (const namespace of namespaces ?? [undefined]) {
    for await (const { items } of client.list<KubeObject & ApiHpa>(HPAS, { namespace, signal })) {
      for (const hpa of items) {
        const { namespace, target } = readHpa(hpa)
        found.set(workloadKey({ namespace, kind: target.kind, name: target.name }), factsOf(hpa))
      }
    }
  }
  return found
}

function factsOf(hpa: ApiHpa): HpaFacts {
  const { name, claims, points } = readHpa(hpa)
  const replicas = hpa.status?.currentReplicas
  const scalesOnMore = (hpa.spec?.metrics?.length ?? 0) > claims.length
  return {
    name,
    // The API server fills in the default.
    minReplicas: hpa.spec?.minReplicas ?? 1,
    maxReplicas: hpa.spec?.maxReplicas ?? 1,
    ...(replicas !== undefined && { replicas }),
    ...(scalesOnMore && { scalesOnMore }),
    targets: claims.flatMap(({ resource, container, utilization }) => {
      if (utilization === undefined) return []
      const author = points?.[metricKey(resource, container)]?.author ?? utilization
      return [{ ...{ resource, utilization, author }, ...(container !== undefined && { container }) }]
    }),
  }
}

/**
 * Adds the HPA of each workload: as the cluster has it, with its history from Prometheus, or else as Prometheus has it.
 *
 * @param stored HPAs of the cluster; undefined if it was not read, or refused
 */
export function withHpas(
  workloads: readonly WorkloadFacts[],
  stored: Hpas | undefined,
  measured: readonly PrometheusHpa[],
): readonly WorkloadFacts[] {
  const past = new Map(measured.map(({ target, ...hpa }): [string, HpaFacts] => [workloadKey(target), hpa]))
  return workloads.map((facts) => {
    const key = workloadKey(facts.workload)
    const before = past.get(key)
    const now = stored?.get(key)
    const hpa = stored ? now && { ...now, ...(before?.name === now.name && shareOf(before)) } : before
    return hpa ? { ...facts, hpa } : facts
  })
}

function shareOf({ atMinimumShare }: HpaFacts): Pick<HpaFacts, 'atMinimumShare'> {
  return atMinimumShare === undefined ? {} : { atMinimumShare }
}
