import type { Time } from '../clock/index.ts'
import type { ApiPod } from '../fleet/index.ts'
import { type KubeClient, type KubeObject, PODS, TokenBucket } from '../kube/index.ts'
import { DECISION_ANNOTATION } from '../policy/index.ts'
import type { ResizeBody } from './resize-body.ts'

/**
 * Writes per second for running Pods, besides those of `WRITE_BUDGETS` and Events: a resize needs three. Over any ten seconds, that is
 * less than 6 per second. Dry runs store nothing, so they do not count.
 */
const WRITES = { perSecond: 5.7, burst: 2 }

/** Kind of request, for metrics; `record` and `resize` are stored. */
export type PodRequest = 'get' | 'list' | 'dry_run' | 'record' | 'resize'

type StoredPod = ApiPod & KubeObject

/** Requests to the API server about running Pods. Each write fails with `Conflict` if the Pod has changed since it was read. */
export interface PodApi {
  get(namespace: string, name: string, signal: AbortSignal): Promise<ApiPod>
  /** All Pods of a node, in all namespaces. */
  ofNode(node: string, signal: AbortSignal): Promise<readonly ApiPod[]>
  /** Writes the record of the decision; null removes it. Returns the updated Pod. */
  record(pod: ApiPod, annotation: string | null, signal: AbortSignal): Promise<ApiPod>
  resize(pod: ApiPod, body: ResizeBody, signal: AbortSignal): Promise<void>
  /** Asks the server whether it would accept a resize; nothing is stored. */
  tryResize(pod: ApiPod, body: ResizeBody, signal: AbortSignal): Promise<void>
}

export function podApi(client: KubeClient, time: Time, count: (request: PodRequest) => void): PodApi {
  const bucket = new TokenBucket(WRITES, time)
  const nameOf = ({ metadata }: ApiPod) => ({ namespace: metadata?.namespace, name: metadata?.name ?? '' })
  const unchanged = ({ metadata }: ApiPod) => ({ uid: metadata?.uid, resourceVersion: metadata?.resourceVersion })
  const resize = async (pod: ApiPod, body: ResizeBody, signal: AbortSignal, dryRun: boolean) => {
    count(dryRun ? 'dry_run' : 'resize')
    const patch = { metadata: unchanged(pod), spec: body }
    // The bucket above limits the rate, so the client's limit is not used.
    await client.strategicPatch(PODS, { ...nameOf(pod), subresource: 'resize' }, patch, {
      signal,
      dryRun,
      urgent: true,
    })
  }
  return {
    get: async (namespace, name, signal) => {
      count('get')
      return await client.get<StoredPod>(PODS, { namespace, name }, { signal })
    },
    ofNode: async (node, signal) => {
      count('list')
      const pods: ApiPod[] = []
      const fieldSelector = `spec.nodeName=${node}`
      for await (const { items } of client.list<StoredPod>(PODS, { fieldSelector, signal })) pods.push(...items)
      return pods
    },
    record: async (pod, annotation, signal) => {
      await bucket.take(signal)
      count('record')
      const metadata = { ...unchanged(pod), annotations: { [DECISION_ANNOTATION]: annotation } }
      return (await client.mergePatch(PODS, nameOf(pod), { metadata }, { signal, urgent: true })) as StoredPod
    },
    resize: async (pod, body, signal) => {
      await bucket.take(signal)
      await resize(pod, body, signal, false)
    },
    tryResize: async (pod, body, signal) => await resize(pod, body, signal, true),
  }
}
