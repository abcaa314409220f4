import type { ApiContainerStatus, ApiPod, FleetNode } from '../fleet/index.ts'
import { type PodSlot, readContainers, readOverhead } from '../policy/index.ts'
import { type Nanos, parseQuantity, RESOURCES, type ResourceName, readable, readResources } from '../resources/index.ts'
import { podTotal } from '../sizing/index.ts'
import type { Finding } from './finding.ts'
import type { PodApi } from './pod-api.ts'

/**
 * Whether a node has room for what a Pod would request in addition. Like the scheduler and the kubelet, this counts the highest of the
 * requested, allocated and actual values of each container.
 *
 * Source: KEP-1287, "Scheduler and API Server Interaction".
 *
 * @param pods all Pods of the node
 * @returns the resource that has no room; undefined if both have
 */
function shortOf(
  { allocatable }: Pick<FleetNode, 'allocatable'>,
  pods: Iterable<ApiPod>,
  raises: Readonly<Record<ResourceName, Nanos>>,
): ResourceName | undefined {
  const all = [...pods].filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
  return RESOURCES.find((resource) => {
    if (raises[resource] === 0n) return false
    const taken = all.reduce((sum, pod) => sum + requestOf(pod, resource), 0n)
    return taken + raises[resource] > (allocatable[resource] ?? 0n)
  })
}

/** Why a node has no room for what a Pod would request in addition; undefined if it has. Reads the node's Pods only for a raise. */
export async function roomProblem(
  api: Pick<PodApi, 'ofNode'>,
  node: FleetNode | undefined,
  raises: Readonly<Record<ResourceName, Nanos>>,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  if (raises.cpu === 0n && raises.memory === 0n) return undefined
  if (!node) return { reason: 'NodeFull', message: 'the node is not known' }
  const short = shortOf(node, await api.ofNode(node.name, signal), raises)
  return short && { reason: 'NodeFull', message: `node ${node.name} has too little ${short} left` }
}

/** What the scheduler counts for a Pod on its node. */
function requestOf(pod: ApiPod, resource: ResourceName): Nanos {
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
  const byName = new Map(statuses.map((status) => [status.name, status]))
  const parts = readContainers(pod).map((slot) => ({
    kind: slot.kind,
    request: highest(slot, byName.get(slot.name), resource),
  }))
  const level = parseQuantity(pod.spec?.resources?.requests?.[resource])
  return (level ?? podTotal(parts).request ?? 0n) + readOverhead(pod)[resource]
}

function highest({ carried }: PodSlot, status: ApiContainerStatus | undefined, resource: ResourceName): Nanos {
  const values = [
    readable(carried[resource]).request,
    parseQuantity(status?.allocatedResources?.[resource]),
    readable(readResources(status?.resources)[resource]).request,
  ]
  return values.reduce<Nanos>((most, value) => (value !== undefined && value > most ? value : most), 0n)
}
