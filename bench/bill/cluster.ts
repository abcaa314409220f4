import type { Cluster, RequestsOf } from '../../src/nodes/index.ts'
import { readNodesAndPods } from '../../src/nodes/index.ts'
import { type Seeded, seeded } from '../seeded.ts'

export interface Size {
  readonly pods: number
  readonly workloads: number
  readonly nodes: number
}

type ApiNode = Parameters<typeof readNodesAndPods>[0] extends Iterable<infer T> ? T : never
type ApiPod = Parameters<typeof readNodesAndPods>[1] extends Iterable<infer T> ? T : never

const HOSTNAME = 'kubernetes.io/hostname'
const ZONE = 'topology.kubernetes.io/zone'
const GROUPS = [
  { name: 'small', cpu: 8, memoryGib: 32 },
  { name: 'large', cpu: 16, memoryGib: 64 },
  { name: 'memory', cpu: 8, memoryGib: 64 },
]
const ZONES = 3
const DAEMON_SETS = 5

/** A cluster of three groups of nodes in three zones, about two thirds full; one workload in ten spreads or keeps apart. */
export function madeCluster(size: Size, seed = 1): Cluster {
  const random = seeded(seed)
  return readNodesAndPods(nodes(size.nodes), pods(size, random))
}

function* nodes(count: number): Iterable<ApiNode> {
  for (let i = 0; i < count; i++) {
    const { name, cpu, memoryGib } = GROUPS[i % GROUPS.length]!
    const labels = {
      [HOSTNAME]: `node-${i}`,
      [ZONE]: `zone-${Math.floor(i / GROUPS.length) % ZONES}`,
      'eks.amazonaws.com/nodegroup': name,
    }
    yield {
      metadata: { name: `node-${i}`, labels },
      status: { allocatable: { cpu: String(cpu), memory: `${memoryGib}Gi`, pods: '58' } },
    }
  }
}

function* pods({ pods: count, workloads, nodes: nodeCount }: Size, random: Seeded): Iterable<ApiPod> {
  for (let daemon = 0; daemon < DAEMON_SETS; daemon++)
    for (let i = 0; i < nodeCount; i++)
      yield pod(`agent-${daemon}-${i}`, `agent-${daemon}`, 'DaemonSet', '50m', '100Mi', {}, i)
  const perWorkload = count / workloads
  // Mean of what a Pod requests, so that two thirds of the nodes are requested.
  const meanCpu = ((32 / 3) * nodeCount * 1000 * 0.6) / count
  for (let w = 0, made = 0; w < workloads; w++) {
    const cpu = `${Math.round(random.logBetween(0.3, 2.1) * meanCpu)}m`
    const memory = `${Math.round(random.logBetween(0.3, 2.1) * meanCpu * 4.2)}Mi`
    const trait = random.uniform()
    const app = `app-${w}`
    for (; made < Math.round((w + 1) * perWorkload); made++)
      yield pod(`${app}-${made}`, app, 'StatefulSet', cpu, memory, placement(app, trait), made % nodeCount)
  }
}

function placement(app: string, trait: number): NonNullable<ApiPod['spec']> {
  const labelSelector = { matchLabels: { app } }
  if (trait < 0.05)
    return {
      topologySpreadConstraints: [{ topologyKey: ZONE, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector }],
    }
  if (trait < 0.1)
    return {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: HOSTNAME, labelSelector }],
        },
      },
    }
  return {}
}

function pod(
  name: string,
  app: string,
  kind: string,
  cpu: string,
  memory: string,
  spec: NonNullable<ApiPod['spec']>,
  node: number,
): ApiPod {
  return {
    metadata: {
      ...{ name, namespace: 'shop', labels: { app } },
      ownerReferences: [{ kind, name: app, controller: true }],
    },
    spec: {
      containers: [{ name: 'app', resources: { requests: { cpu, memory } } }],
      nodeName: `node-${node}`,
      ...spec,
    },
  }
}

/** Four sets of requests, all of which differ. */
export const SCENARIOS: readonly { readonly name: string; readonly of: RequestsOf }[] = [
  { name: 'as they are', of: () => ({}) },
  ...[1.1, 0.8, 0.6].map((factor) => ({ name: `${factor} of them`, of: times(factor) })),
]

function times(factor: number): RequestsOf {
  return (_, { requests }) => ({
    cpu: Math.ceil((requests.cpu ?? 0) * factor),
    memory: Math.ceil((requests.memory ?? 0) * factor),
  })
}
