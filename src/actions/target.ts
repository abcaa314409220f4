import { type Recommendation, readRecommendation } from '../api/index.ts'
import { KubeError, type KubeObject } from '../kube/index.ts'
import { RECOMMENDATIONS, recommendationName } from '../recommendations/index.ts'
import { type Workload, type WorkloadType, workloadTypeByName } from '../workloads/index.ts'
import type { Actor } from './actor.ts'
import { ActionError } from './error.ts'

const NAMED = /^([a-zA-Z]+)\/([a-z0-9][-.a-z0-9]*)$/

export interface Named {
  readonly workload: Workload
  /** Name of the workload as a person writes it, such as `deployment/web`. */
  readonly text: string
}

export interface Target extends Named {
  readonly type: WorkloadType
}

/**
 * Workload that a text such as `deployment/web` names.
 *
 * @throws ActionError if it names no workload
 */
export function targetOf(text: string, namespace: string): Target {
  const [, kind = '', name = ''] = NAMED.exec(text) ?? []
  const type = workloadTypeByName(kind)
  if (!type) throw new ActionError(`${text} names no workload. Expected a name such as deployment/web or sts/db`)
  return { workload: { namespace, kind: type.kind, name }, type, text }
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
