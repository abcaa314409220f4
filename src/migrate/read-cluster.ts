import { readRecommendation, readValues, SIZING_POLICIES } from '../api/index.ts'
import {
  DEPLOYMENTS,
  type KubeClient,
  KubeError,
  type KubeObject,
  listAll,
  NAMESPACES,
  type ResourceType,
  VPAS,
} from '../kube/index.ts'
import { RECOMMENDATIONS } from '../recommendations/index.ts'
import { RESOURCES } from '../resources/index.ts'
import { WORKLOAD_TYPES } from '../workloads/index.ts'
import { ATTUNE_POLICIES } from './plan/attune/object.ts'
import type { ClusterState, Learned } from './plan/cluster-state.ts'
import { type ApiObject, nameOf, namespaceOf, type Tool } from './plan/objects.ts'
import { readWorkload } from './plan/workload.ts'

/** Kinds whose Pods Plimsoll learns only with a label, and whose Pods are not replaced. */
const NOT_MIGRATED: ReadonlySet<string> = new Set(['Job'])

export interface ClusterSelection {
  /** The tool whose objects are read. */
  readonly tool: Tool
  /** Only this namespace; all if undefined. */
  readonly namespace: string | undefined
  /** Namespaces that Plimsoll never sizes. */
  readonly excluded: ReadonlySet<string>
}

export interface ClusterReading extends ClusterState {
  /** Whether the API server knows SizingPolicies. */
  readonly isInstalled: boolean
}

/**
 * Reads what a migration needs to know. Writes nothing.
 *
 * @throws KubeError if something may not be read; kinds that the API server does not know have no objects
 */
export async function readCluster(
  client: KubeClient,
  { tool, namespace, excluded }: ClusterSelection,
): Promise<ClusterReading> {
  const list = async (type: ResourceType): Promise<readonly ApiObject[] | undefined> =>
    await listAll<ApiObject>(client, type, { namespace }).catch(unlessUnknown)
  const namespaces =
    namespace === undefined
      ? await listAll<ApiObject>(client, NAMESPACES)
      : [await client.get<ApiObject>(NAMESPACES, { name: namespace })]
  const workloads = []
  for (const type of WORKLOAD_TYPES)
    if (!NOT_MIGRATED.has(type.kind))
      // Objects that another one controls are not workloads: the ReplicaSets of a Deployment, for example.
      for (const object of (await list(type)) ?? [])
        if (!isControlled(object)) workloads.push(readWorkload(type, object))
  const policies = await list(SIZING_POLICIES)
  return {
    ...{ workloads, excluded, isInstalled: policies !== undefined, policies: policies ?? [] },
    namespaces: new Map(namespaces.map((object) => [nameOf(object), object])),
    learned: learnedOf((await list(RECOMMENDATIONS)) ?? []),
    vpas: tool === 'vpa' || tool === 'goldilocks' ? ((await list(VPAS)) ?? []) : [],
    attunePolicies: tool === 'attune' ? ((await list(ATTUNE_POLICIES)) ?? []) : [],
    deployments: tool === 'krr' ? await listAll<ApiObject>(client, DEPLOYMENTS) : [],
  }
}

function unlessUnknown(error: unknown): undefined {
  if (error instanceof KubeError && error.reason === 'NotServed') return undefined
  throw error
}

function isControlled({ metadata: { ownerReferences } }: ApiObject): boolean {
  return Array.isArray(ownerReferences) && ownerReferences.some((owner) => owner?.controller === true)
}

function learnedOf(recommendations: readonly KubeObject[]): ReadonlyMap<string, Learned> {
  const learned = new Map<string, Learned>()
  for (const object of recommendations) {
    const key = `${namespaceOf(object as ApiObject)}/${nameOf(object as ApiObject)}`
    try {
      const known = howWell(object)
      if (known) learned.set(key, known)
    } catch {
      // It is of a newer version: nothing is known about its workload.
    }
  }
  return learned
}

function howWell(object: KubeObject): Learned | undefined {
  const { status } = readRecommendation(object).recommendation
  const containers = [...readValues(status?.learned?.containers).values()]
  if (containers.length === 0) return undefined
  const confidences = containers.flatMap((one) => RESOURCES.flatMap((resource) => one[resource]?.confidence ?? []))
  return {
    confidence: confidences.length > 0 ? Math.min(...confidences) : 0,
    days: Math.min(...containers.map(({ evidence }) => evidence?.days ?? 0)),
  }
}
