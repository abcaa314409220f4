import type { Cluster } from '../../../src/nodes/index.ts'
import { TIGHT } from './schedulers.ts'
import { GROUP_LABEL, type PodManifest, PRICES, type SeededCluster } from './seeded-cluster.ts'
import { isUnschedulable, originalName, type RunningPod, type World } from './world.ts'

/**
 * The size of a cluster with a scheduler that fills the fullest node, and an autoscaler that drains the emptiest node as long as
 * its Pods find other nodes: the nodes that still have Pods.
 */
export async function drained(world: World, { pods }: SeededCluster, cluster: Cluster): Promise<readonly string[]> {
  const sizes = sizesOf(cluster)
  const bySize = pods.toSorted((a, b) => sizes.get(b.metadata.name)! - sizes.get(a.metadata.name)!)
  const inUse = new Map<string, PodManifest[]>()
  const place = new Map<string, string>()
  const note = (placed: readonly RunningPod[]) => {
    inUse.clear()
    for (const pod of placed) if (pod.spec.nodeName) place.set(originalName(pod), pod.spec.nodeName)
    for (const pod of bySize) {
      const node = place.get(pod.metadata.name)!
      inUse.set(node, [...(inUse.get(node) ?? []), pod])
    }
  }
  const load = (node: string) => inUse.get(node)!.reduce((sum, { metadata }) => sum + sizes.get(metadata.name)!, 0)
  note(await world.pods())
  for (const { name } of cluster.nodes) if (!inUse.has(name)) await world.cordon(name)
  for (let hasMoved = true; hasMoved; ) {
    hasMoved = false
    const tried = new Set<string>()
    for (;;) {
      const [node] = [...inUse.keys()].filter((one) => !tried.has(one)).sort((a, b) => load(a) - load(b))
      if (node === undefined) break
      tried.add(node)
      const moved = await moveAll(world, node, inUse.get(node)!)
      if (!moved) continue
      hasMoved = true
      note(moved)
    }
  }
  return [...inUse.keys()]
}

/** Moves the Pods of a node, and returns them on their new nodes; if one finds no other node, everything is as before. */
async function moveAll(
  world: World,
  node: string,
  pods: readonly PodManifest[],
): Promise<readonly RunningPod[] | undefined> {
  const names = pods.map(({ metadata }) => metadata.name)
  await world.cordon(node)
  await world.remove(names)
  await world.create(pods, TIGHT)
  const placed = await world.scheduled(names)
  if (!placed.some(isUnschedulable)) return placed
  await world.remove(names)
  await world.create(pods, TIGHT, node)
  await world.cordon(node, false)
  return undefined
}

/** The largest share of a general node that each Pod requests. */
function sizesOf({ nodes, pods }: Cluster): ReadonlyMap<string, number> {
  const { allocatable } = nodes.find(({ labels }) => labels[GROUP_LABEL] === 'general')!
  return new Map(
    pods.map(({ name, containers }) => {
      const share = (resource: string) =>
        containers.reduce((sum, { requests }) => sum + (requests[resource] ?? 0), 0) / allocatable[resource]!
      return [originalName({ metadata: { name } }), Math.max(share('cpu'), share('memory'))]
    }),
  )
}

export function costOfNodes(names: Iterable<string>, { nodes }: Cluster): number {
  const price = new Map(nodes.map(({ name, labels }) => [name, PRICES[labels[GROUP_LABEL]!]!]))
  return [...names].reduce((sum, name) => sum + price.get(name)!, 0)
}
