import { type Allotment, type ContainerResources, RESOURCES, readable } from './container.ts'

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

/**
 * QoS class of a Pod from all of its containers, including init containers. A quantity of zero counts as absent.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/
 */
export function qosClass(containers: readonly ContainerResources[]): QosClass {
  let anything = false
  let guaranteed = true
  for (const container of containers) {
    for (const resource of RESOURCES) {
      const allotment = readable(container[resource])
      const { request = 0n, limit = 0n } = allotment
      if (request > 0n || limit > 0n) anything = true
      if (!meetsItsLimit(allotment)) guaranteed = false
    }
  }
  if (!anything) return 'BestEffort'
  return guaranteed ? 'Guaranteed' : 'Burstable'
}

/** Whether a request equals its limit. A Pod is Guaranteed if this is so for each resource of each container. */
export function meetsItsLimit({ request = 0n, limit = 0n }: Allotment): boolean {
  return limit > 0n && request === limit
}
