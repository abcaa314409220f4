import { type Recommendation, readRecommendation } from '../api/index.ts'
import { KubeError, type KubeObject } from '../kube/index.ts'
import { RECOMMENDATIONS, recommendationName } from '../recommendations/index.ts'
import { WORKLOAD_TYPES, type Workload, type WorkloadType, workloadTypeByName } from '../workloads/index.ts'
import type { Actor } from './actor.ts'
import { ActionError } from './error.ts'

/** A kind, with or without its API group, and a name. */
const NAMED = /^([a-zA-Z][a-zA-Z0-9]*(?:\.[-.a-z0-9]+)?)\/([a-z0-9][-.a-z0-9]*)$/

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
  const [, kind = '', name = ''] = NAMED.exec(text) ?? []
  if (!kind) throw new ActionError(`${text} names no workload. Expected a name such as deployment/web or sts/db`)
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
export async function recommendationOf(
  { client }: Pick<Actor, 'client'>,
  { workload, text }: Named,
): Promise<Recommendation> {
  const { namespace } = workload
  const name = recommendationName(workload)
  try {
    return readRecommendation(await client.get<KubeObject>(RECOMMENDATIONS, { namespace, name })).recommendation
  } catch (cause) {
    if (!(cause instanceof KubeError) || cause.status !== 404) throw cause
    throw new ActionError(
      `there is no Recommendation for ${text} in namespace ${namespace}. See those there are: kubectl get rec -n ${namespace}`,
      { cause },
    )
  }
}
