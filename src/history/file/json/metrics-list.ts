import { isObject } from '../../../resources/index.ts'
import type { Item } from './item.ts'

/** A Pod of the Kubernetes metrics API, as `kubectl get --raw /apis/metrics.k8s.io/v1beta1/pods` prints a list of them. */
export function recordsOfMetricsApi({
  metadata,
  timestamp,
  containers,
}: Readonly<Record<string, unknown>>): Iterable<Item> | undefined {
  if (!isObject(metadata) || typeof timestamp !== 'string' || !Array.isArray(containers)) return undefined
  return containers.map((container) => {
    if (!isObject(container) || !isObject(container.usage)) return { bad: 'a container without usage' }
    const { name, usage } = container
    const { cpu, memory } = usage
    return { record: { namespace: metadata.namespace, pod: metadata.name, container: name, timestamp, cpu, memory } }
  })
}
