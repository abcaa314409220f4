import { isoSeconds } from '../../api/index.ts'
import type { ApiPod } from '../../fleet/index.ts'
import { type KubeClient, KubeError, type KubeObject, PODS, selectorText } from '../../kube/index.ts'
import { controllersWorkload, type Workload, workloadKey, workloadType } from '../../workloads/index.ts'
import type { ApiOwner } from './owner.ts'

/** Annotation that `kubectl rollout restart` writes too, so that other tools recognize both as a restart. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt'

/** Requests to the API server for restarts. */
export interface RestartApi {
  /** Reads the object that manages Pods. */
  owner(owner: Workload, signal: AbortSignal): Promise<ApiOwner>
  /** All Pods of an owner, in their current state. */
  podsOf(workload: Workload, owner: ApiOwner, signal: AbortSignal): Promise<readonly ApiPod[]>
  /** Evicts a Pod, or asks whether its PodDisruptionBudgets allow it. */
  evict(pod: ApiPod, options: { readonly dryRun: boolean; readonly signal: AbortSignal }): Promise<void>
  /** Makes a Deployment or an Argo Rollout replace all of its Pods. Fails with `Conflict` if it has changed since it was read. */
  rollOut(workload: Workload, owner: ApiOwner, now: Date, signal: AbortSignal): Promise<void>
}

export function restartApi(client: KubeClient): RestartApi {
  return {
    owner: async ({ namespace, kind, name }, signal) =>
      await client.get<ApiOwner>(workloadType(kind)!, { namespace, name }, { signal }),
    podsOf: async (workload, owner, signal) => {
      const { namespace } = workload
      const pods: ApiPod[] = []
      const labelSelector = selectorText(owner.spec?.selector ?? {}) || (owner.status?.selector ?? '')
      // An empty selector would select all Pods of the namespace.
      if (labelSelector === '') return []
      for await (const { items } of client.list<ApiPod & KubeObject>(PODS, { namespace, labelSelector, signal }))
        pods.push(...items.filter((pod) => isOf(workload, pod)))
      return pods
    },
    evict: async ({ metadata }, { dryRun, signal }) => {
      const { namespace, name = '', uid = '' } = metadata ?? {}
      await client.evict({ namespace, name, uid }, { dryRun, signal, urgent: true })
    },
    rollOut: async ({ namespace, kind, name }, { metadata: { resourceVersion } }, now, signal) => {
      const at = isoSeconds(now)
      // A Rollout would treat another template as a new version, and start with a canary.
      const spec =
        kind === 'Rollout' ? { restartAt: at } : { template: { metadata: { annotations: { [RESTARTED_AT]: at } } } }
      const body = { metadata: { resourceVersion }, spec }
      await client.mergePatch(workloadType(kind)!, { namespace, name }, body, { signal, urgent: true })
    },
  }
}

/** Other objects may select Pods with the same labels. */
function isOf(owner: Workload, { metadata }: ApiPod & KubeObject): boolean {
  const { labels, ownerReferences } = metadata as NonNullable<ApiPod['metadata']>
  const controllers = controllersWorkload({ namespace: owner.namespace, labels, ownerReferences })
  return controllers !== undefined && workloadKey(controllers) === workloadKey(owner)
}

/** Why the API server did not evict a Pod. */
export type EvictionRefusal =
  | { readonly kind: 'budget'; readonly message: string }
  | { readonly kind: 'gone' }
  /** This account may not evict or roll out: no restart can succeed. */
  | { readonly kind: 'unable'; readonly message: string }
  | { readonly kind: 'refused'; readonly message: string }

/**
 * Interprets the API server's answer to an eviction or a rollout.
 *
 * @throws the error itself if the server did not decide, for example because it is overloaded
 */
export function evictionRefusalOf(error: unknown): EvictionRefusal {
  if (!(error instanceof KubeError)) throw error
  const { status, message } = error
  // A Pod with several budgets can never be evicted.
  if (/disruption ?budget/i.test(message) && (status === 429 || status === 500)) return { kind: 'budget', message }
  if (status === 404 || status === 409) return { kind: 'gone' }
  if (status === 403 && /cannot (create|patch|get|list) resource/.test(message)) return { kind: 'unable', message }
  if (status === 403 || status === 422 || status === 400) return { kind: 'refused', message }
  throw error
}
