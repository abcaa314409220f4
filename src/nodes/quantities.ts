import { togetherAtOnce } from '../policy/index.ts'
import { isObject, parseQuantity } from '../resources/index.ts'
import type { ClusterPod, PodContainerRequests, Quantities } from './cluster.ts'

const NANOS_PER_UNIT = 1_000_000_000n
const NANOS_PER_MILLI = 1_000_000n

/**
 * Reads amounts as kube-scheduler counts them: CPU in millicores, all others in whole units, both rounded up.
 *
 * @param onInvalid called with the name and the text of what is negative or no quantity; it does not count
 */
export function readQuantities(value: unknown, onInvalid: (resource: string, text: string) => void): Quantities {
  if (!isObject(value)) return {}
  const entries = Object.entries(value).flatMap(([resource, text]): [string, number][] => {
    const nanos = parseQuantity(text)
    if (nanos === undefined || nanos < 0n) {
      onInvalid(resource, String(text).slice(0, 40))
      return []
    }
    const unit = resource === 'cpu' ? NANOS_PER_MILLI : NANOS_PER_UNIT
    return [[resource, Number((nanos + unit - 1n) / unit)]]
  })
  return Object.fromEntries(entries)
}

/** Cores and bytes as amounts, rounded up as kube-scheduler does; what is undefined is absent. */
export function wholeQuantities({
  cores,
  bytes,
}: {
  readonly cores: number | undefined
  readonly bytes: number | undefined
}): Quantities {
  return {
    // 0.07 cores are 70 millicores, and 70.00000000000001 as a product.
    ...(cores !== undefined && { cpu: Math.ceil(cores * 1000 - 1e-6) }),
    ...(bytes !== undefined && { memory: Math.ceil(bytes) }),
  }
}

/** What a container requests instead of what its Pod has: millicores and bytes. */
export type RequestsOf = (pod: ClusterPod, container: PodContainerRequests) => Quantities

/**
 * What a Pod takes of a node: the most that its containers take at once, sidecars counted beside init containers, and the overhead of
 * its RuntimeClass; and one of the `pods` of the node.
 *
 * Source: k8s.io/component-helpers/resource, PodRequests.
 */
function podRequests(pod: ClusterPod, requestsOf: RequestsOf): Quantities {
  const most: Record<string, number> = {}
  for (const containers of togetherAtOnce(pod.containers)) {
    const sum: Record<string, number> = {}
    for (const container of containers) add(sum, { ...container.requests, ...requestsOf(pod, container) })
    for (const [resource, amount] of Object.entries(sum)) most[resource] = Math.max(most[resource] ?? 0, amount)
  }
  add(most, pod.overhead)
  most.pods = 1
  return most
}

/** What each Pod takes of a node. */
export type RequestsByPod = ReadonlyMap<ClusterPod, Quantities>

/** @param requestsOf what a container requests instead of what its Pod has; nothing by default */
export function requestsByPod(pods: readonly ClusterPod[], requestsOf: RequestsOf = () => ({})): RequestsByPod {
  return new Map(pods.map((pod) => [pod, podRequests(pod, requestsOf)]))
}

export function add(sum: Record<string, number>, more: Quantities): void {
  for (const [resource, amount] of Object.entries(more)) sum[resource] = (sum[resource] ?? 0) + amount
}
