import { type Recommendation, readRecommendation } from '../api/index.ts'
import { type KubeObject, unlessMissing } from '../kube/index.ts'
import { RECOMMENDATIONS, recommendationName } from '../recommendations/index.ts'
import {
  splitKindAndName,
  WORKLOAD_TYPES,
  type Workload,
  type WorkloadType,
  workloadType,
  workloadTypeByName,
} from '../workloads/index.ts'
import type { Actor } from './actor.ts'
import { ActionError } from './error.ts'

export interface Named {
  readonly workload: Workload
  /** Name of the workload as a person writes it, such as `deployment/web`. */
  readonly text: string
}

export interface Target extends Named {
  readonly type: WorkloadType
}

/**
 * Workload that a text such as `deployment/web` or `statefulset.apps.kruise.io/db` names. Its kind may be spelled in any case.
 *
 * @throws ActionError if the text is no name of a workload
 */
export function namedBy(text: string, namespace: string): Named {
  const named = splitKindAndName(text)
  if (!named)
    throw new ActionError(`${text} does not name a workload. Expected a name such as deployment/web or sts/db`)
  const { kind, name } = named
  return { workload: { namespace, kind: workloadTypeByName(kind)?.kind ?? kind, name }, text }
}

/**
 * Workload that a text such as `deployment/web` names, of a type whose Pods Plimsoll can restart.
 *
 * @throws ActionError if it names no workload of such a type
 */
export function targetOf(text: string, namespace: string): Target {
  const named = namedBy(text, namespace)
  const type = workloadTypeByName(named.workload.kind)
  if (!type) {
    const kinds = WORKLOAD_TYPES.map(({ kind }) => kind).join(', ')
    throw new ActionError(`${text}: expected a workload of one of these kinds: ${kinds}`)
  }
  return { ...named, type }
}

/** Names a workload as a person writes it, such as `deployment/web`. */
export function namedAs(workload: Workload): Named {
  return { workload, text: `${workload.kind.toLowerCase()}/${workload.name}` }
}

/**
 * Reads the Recommendation of a workload.
 *
 * @throws ActionError if there is none; KubeError if the actor may not read it
 */
export async function recommendationOf(actor: Pick<Actor, 'client'>, named: Named): Promise<Recommendation> {
  const recommendation = await findRecommendation(actor, named)
  if (!recommendation) throw noRecommendation(named)
  return recommendation
}

/** Reads the Recommendation of a workload; undefined if there is none. @throws KubeError if the actor may not read it */
export async function findRecommendation(
  { client }: Pick<Actor, 'client'>,
  { workload }: Named,
): Promise<Recommendation | undefined> {
  const name = recommendationName(workload)
  const object = await client
    .get<KubeObject>(RECOMMENDATIONS, { namespace: workload.namespace, name })
    .catch(unlessMissing)
  return object && readRecommendation(object).recommendation
}

/**
 * Creates the Recommendation of a workload before anything has been learned about it.
 *
 * @param spec what the actor wants; the workload is added
 * @throws ActionError if there is no such workload, or its kind cannot be looked up; KubeError if the API server refuses
 */
export async function createRecommendation(
  { client, fieldManager }: Actor,
  named: Named,
  spec: Omit<Recommendation['spec'], 'workload'>,
  dryRun = false,
): Promise<void> {
  const { namespace, kind, name } = named.workload
  const type = workloadType(kind)
  // Kind and name could be misspelled, and the workload of a Recommendation cannot be changed.
  if (!type || !(await client.get(type, { namespace, name }).catch(unlessMissing))) throw noRecommendation(named)
  const metadata = { namespace, name: recommendationName(named.workload) }
  const object = { metadata, spec: { workload: { kind, name }, ...spec } }
  await client.create(RECOMMENDATIONS, object as KubeObject, { dryRun, fieldManager })
}

function noRecommendation({ workload: { namespace }, text }: Named): ActionError {
  return new ActionError(
    `there is no Recommendation for ${text} in namespace ${namespace}. List them with: kubectl get rec -n ${namespace}`,
  )
}
