import type { KubeClient, KubeObject, ResourceType } from '../kube/index.ts'
import type { Workload } from '../workloads/index.ts'
import { API_VERSION, type Recommendation, type RecommendationStatus, type Revision } from './model.ts'
import { recommendationName } from './publish.ts'

export const RECOMMENDATIONS: ResourceType = {
  apiVersion: API_VERSION,
  kind: 'Recommendation',
  plural: 'recommendations',
}

/**
 * What the webhook keeps of a Recommendation: whose it is and the values that are applied, or tried. Evidence is ten times as
 * large.
 *
 * @throws Error when it names no workload
 */
export function trimToApplied(object: KubeObject): Recommendation {
  const { metadata, spec, status } = object as unknown as Recommendation
  const { namespace, name } = metadata
  const { kind, name: workload } = spec?.workload ?? {}
  if (!kind || !workload) throw new Error('spec.workload names no workload')
  const applied = status?.applied && withoutEvidence(status.applied)
  const canary = status?.canary && { ...status.canary, revision: withoutEvidence(status.canary.revision) }
  return {
    apiVersion: API_VERSION,
    kind: 'Recommendation',
    metadata: { namespace, name },
    spec: { workload: { kind, name: workload } },
    ...((applied || canary) && { status: { ...(applied && { applied }), ...(canary && { canary }) } }),
  }
}

function withoutEvidence(revision: Revision): Revision {
  const containers = revision.containers.map(({ name, cpu, memory, held }) => ({
    name,
    ...(cpu && { cpu }),
    ...(memory && { memory }),
    ...(held && { held }),
  }))
  return { ...revision, containers }
}

/** Writes the status of a workload's Recommendation; creates the object first where there is none. */
export async function writeRecommendation(
  client: KubeClient,
  workload: Workload,
  status: RecommendationStatus,
  options: { readonly exists: boolean; readonly signal?: AbortSignal },
): Promise<void> {
  const { namespace, kind, name } = workload
  const metadata = { namespace, name: recommendationName(workload) }
  const write = { force: true, ...(options.signal && { signal: options.signal }) }
  if (!options.exists) {
    await client.apply<KubeObject>(
      RECOMMENDATIONS,
      { metadata, spec: { workload: { kind, name } } } as KubeObject,
      write,
    )
  }
  await client.apply<KubeObject>(RECOMMENDATIONS, { metadata, status } as KubeObject, {
    ...write,
    subresource: 'status',
  })
}
