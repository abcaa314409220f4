import { isoSeconds } from '../api/index.ts'
import type { KubeObject } from '../kube/index.ts'
import { runsToItsEnd, type WorkloadType, workloadType } from '../workloads/index.ts'
import type { Actor } from './actor.ts'
import { ActionError } from './error.ts'
import type { Target } from './target.ts'

/** Annotation that `kubectl rollout restart` writes too, so that other tools recognise both as a restart. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt'

interface Rollable extends KubeObject {
  readonly spec?: {
    readonly paused?: boolean
    readonly updateStrategy?: { readonly type?: string }
  }
}

/** Kinds whose Pods cannot be restarted: they end, or you restart their owner. */
const NOT_RESTARTED: ReadonlySet<string> = new Set(['CronJob', 'Job', 'ReplicaSet'])

/** The type of a kind of workload that can be restarted; undefined if it cannot. */
export function restartableType(kind: string): WorkloadType | undefined {
  return NOT_RESTARTED.has(kind) ? undefined : workloadType(kind)
}

/**
 * Restarts the Pods of a workload, according to its rollout settings, so that they get the applied revision. Returns a sentence that says
 * what happens.
 *
 * @throws ActionError if the workload cannot be restarted or is paused; KubeError if the API server refuses
 */
export async function restart(
  { client, fieldManager }: Actor,
  { workload, type, text }: Target,
  dryRun = false,
): Promise<string> {
  const { kind, namespace, name } = workload
  if (kind !== 'Job' && runsToItsEnd(kind)) return 'nothing to restart: its next run gets the applied revision'
  if (kind === 'Job' || kind === 'ReplicaSet')
    throw new ActionError(`${text}: a ${kind} does not replace its Pods: delete them, or restart its owner`)
  const { spec } = await client.get<Rollable>(type, { namespace, name })
  if (spec?.paused) throw new ActionError(`${text} is paused: resume it first (kubectl rollout resume ${text})`)
  const now = isoSeconds(new Date())
  const body =
    kind === 'Rollout'
      ? { spec: { restartAt: now } }
      : { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: now } } } } }
  await client.mergePatch(type, { namespace, name }, body, { dryRun, fieldManager })
  return spec?.updateStrategy?.type === 'OnDelete'
    ? 'each of its Pods is replaced when you delete it (updateStrategy OnDelete)'
    : 'its Pods are being replaced'
}
