import type { KubeObject } from '../kube/index.ts'
import { runsToItsEnd } from '../workloads/index.ts'
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
  if (kind !== 'Job' && runsToItsEnd(kind)) return 'nothing to restart: its next run gets what is applied'
  if (kind === 'Job' || kind === 'ReplicaSet')
    throw new ActionError(`${text}: a ${kind} does not make its Pods anew by itself: delete them, or restart its owner`)
  const { spec } = await client.get<Rollable>(type, { namespace, name })
  if (spec?.paused) throw new ActionError(`${text} is paused: resume it first (kubectl rollout resume ${text})`)
  const now = `${new Date().toISOString().slice(0, 19)}Z`
  const body =
    kind === 'Rollout'
      ? { spec: { restartAt: now } }
      : { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: now } } } } }
  await client.mergePatch(type, { namespace, name }, body, { dryRun, fieldManager })
  return spec?.updateStrategy?.type === 'OnDelete'
    ? 'its Pods are made anew as you delete them (updateStrategy OnDelete)'
    : 'its Pods are being made anew'
}
