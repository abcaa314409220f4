// Clusters that come out the same for the same seed, with every constraint that Pods may state.
import { type Seeded, seeded } from '../../../bench/seeded.ts'

export const NAMESPACE = 'shop'

export interface Shape {
  readonly nodes: number
  readonly pods: number
  /** Whether Pods state rules about each other: affinity, anti-affinity, topology spread, ports of the node. */
  readonly hasRules: boolean
}

type ApiObject = Readonly<Record<string, unknown>> & { readonly metadata: Readonly<Record<string, unknown>> }

export interface PodManifest extends ApiObject {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Record<string, string> }
  readonly spec: Readonly<Record<string, unknown>>
}

export interface SeededCluster {
  readonly nodes: readonly ApiObject[]
  /** What is there before the Pods: classes, volumes and DaemonSets. */
  readonly surroundings: readonly ApiObject[]
  readonly pods: readonly PodManifest[]
}

export const GROUP_LABEL = 'karpenter.sh/nodepool'
const HOSTNAME = 'kubernetes.io/hostname'
const ZONE = 'topology.kubernetes.io/zone'
const ZONES = ['a', 'b', 'c'] as const
const GPU = 'example.com/gpu'
/** Price of an hour, as three common shapes of a cloud have them. */
export const PRICES: Readonly<Record<string, number>> = { general: 0.192, memory: 0.252, gpu: 0.9 }
const SIZES = {
  general: { cpu: '3920m', memory: '14Gi', pods: '29', 'ephemeral-storage': '40Gi' },
  memory: { cpu: '3920m', memory: '29Gi', pods: '58', 'ephemeral-storage': '40Gi' },
  gpu: { cpu: '7910m', memory: '28Gi', pods: '58', 'ephemeral-storage': '80Gi', [GPU]: '2' },
} as const
type Group = keyof typeof SIZES
const TAINT = { key: GPU, value: 'present', effect: 'NoSchedule' }
const TOLERATION = { key: GPU, operator: 'Exists', effect: 'NoSchedule' }

/** Share of CPU and memory of the nodes without GPUs that the Pods request: what a cluster before any saving has. */
const REQUESTED = 0.55

export function seededCluster(seed: number, shape: Shape): SeededCluster {
  const raw = generate(seed, shape, { cpu: 1, memory: 1 })
  const nodes = raw.nodes.map(({ metadata }) => SIZES[(metadata.labels as Record<string, Group>)[GROUP_LABEL]!])
  const capacity = (resource: 'cpu' | 'memory') =>
    nodes.filter((size) => !(GPU in size)).reduce((sum, size) => sum + Number.parseInt(size[resource], 10), 0)
  const requested = (resource: 'cpu' | 'memory') => raw.requested.reduce((sum, one) => sum + one[resource], 0)
  return generate(seed, shape, {
    cpu: (REQUESTED * capacity('cpu')) / requested('cpu'),
    memory: (REQUESTED * capacity('memory') * 1024) / requested('memory'),
  })
}

/** Millicores and MiB. */
interface Amounts {
  readonly cpu: number
  readonly memory: number
}

function generate(seed: number, shape: Shape, factor: Amounts): SeededCluster & { readonly requested: Amounts[] } {
  const random = seeded(seed)
  const requested: Amounts[] = []
  const groupOf = (i: number): Group => (i % 20 < 12 ? 'general' : i % 20 < 17 ? 'memory' : 'gpu')
  const nodes = Array.from({ length: shape.nodes }, (_, i) => nodeOf(i, groupOf(i)))
  const surroundings: ApiObject[] = [...CLASSES, ...DAEMONS]
  const pods: PodManifest[] = []
  for (let index = 0; pods.length < shape.pods; index++) {
    const size = {
      cpu: Math.ceil(random.logBetween(25, 400) * factor.cpu),
      memory: Math.ceil(random.logBetween(100, 2000) * factor.memory),
    }
    const its = workload(random, index, size, shape, surroundings)
    requested.push(...its.map(() => size))
    pods.push(...its.slice(0, shape.pods - pods.length))
  }
  return { nodes, surroundings, pods, requested }
}

function nodeOf(i: number, group: Group): ApiObject {
  const name = `node-${String(i).padStart(3, '0')}`
  const labels = { [HOSTNAME]: name, [ZONE]: ZONES[i % ZONES.length]!, [GROUP_LABEL]: group }
  return {
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } },
    spec: group === 'gpu' ? { taints: [TAINT] } : {},
    status: { allocatable: SIZES[group], capacity: SIZES[group] },
  }
}

/** Traits of workloads and how often they occur; rules between Pods only where the shape has them. */
const TRAITS = [
  ['plain', 30],
  ['zone selector', 5],
  ['memory group', 5],
  ['not in a zone', 5],
  ['gpu', 3],
  ['tolerates', 4],
  ['storage', 6],
  ['init container', 7],
  ['sidecar', 4],
  ['overhead', 4],
  ['volume', 5],
  ['apart by node', 10],
  ['apart by zone', 3],
  ['spread over zones', 9],
  ['spread over nodes', 5],
  ['near another', 5],
  ['near itself', 3],
  ['port of the node', 4],
] as const
type Trait = (typeof TRAITS)[number][0]
const FIRST_RULE = TRAITS.findIndex(([name]) => name === 'apart by node')
/** Traits of which only few Pods fit into a cluster, and the most of them that one workload has. */
const MOST: Partial<Record<Trait, number>> = {
  ...{ gpu: 1, volume: 3, 'apart by node': 8, 'apart by zone': 3, 'near itself': 3, 'port of the node': 6 },
  ...{ 'spread over nodes': 12 },
}

function workload(
  random: Seeded,
  index: number,
  { cpu, memory }: Amounts,
  { hasRules }: Shape,
  surroundings: ApiObject[],
): readonly PodManifest[] {
  const trait = drawn(random, hasRules ? TRAITS : TRAITS.slice(0, FIRST_RULE))
  const app = `app-${index}`
  const count = Math.min(MOST[trait] ?? 20, 1 + Math.floor(random.logBetween(1, 24)))
  const zone = ZONES[Math.floor(random.between(0, ZONES.length))]!
  const requests: Record<string, string> = {
    ...{ cpu: `${cpu}m`, memory: `${memory}Mi` },
    ...(trait === 'storage' && { 'ephemeral-storage': `${Math.round(random.between(2, 9))}Gi` }),
    ...(trait === 'gpu' && { [GPU]: random.uniform() < 0.8 ? '1' : '2' }),
  }
  const limits = trait === 'gpu' ? { limits: { [GPU]: requests[GPU]! } } : {}
  const container = {
    ...{ name: 'app', image: 'registry.example.com/app:1', resources: { requests, ...limits } },
    ...(trait === 'port of the node' && { ports: [{ containerPort: 9100, hostPort: 9100 + (index % 3) }] }),
  }
  const other = { name: 'other', image: 'registry.example.com/other:1' }
  const initial = { requests: { cpu: '400m', memory: '300Mi' } }
  const spec = {
    containers: [container],
    ...(trait === 'init container' && { initContainers: [{ ...other, resources: initial }] }),
    ...(trait === 'sidecar' && {
      initContainers: [{ ...other, restartPolicy: 'Always', resources: { requests: { cpu: '90m', memory: '120Mi' } } }],
    }),
    ...(trait === 'overhead' && { runtimeClassName: 'sandboxed' }),
    ...(trait === 'zone selector' && { nodeSelector: { [ZONE]: zone } }),
    ...((trait === 'gpu' || trait === 'tolerates') && { tolerations: [TOLERATION] }),
    ...(random.uniform() < 0.1 && { priorityClassName: 'important' }),
    ...placement(trait, app, index, zone),
    ...{ terminationGracePeriodSeconds: 0, automountServiceAccountToken: false },
  }
  if (random.uniform() < 0.1) surroundings.push(budgetOf(app))
  return Array.from({ length: count }, (_, i) => {
    const name = `${app}-${i}`
    if (trait === 'volume') surroundings.push(...volumeOf(name, zone))
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: name } }]
    return {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: NAMESPACE, labels: { app } } },
      spec: { ...spec, ...(trait === 'volume' && { volumes }) },
    }
  })
}

function placement(trait: Trait, app: string, index: number, zone: string): object {
  const labelSelector = { matchLabels: { app } }
  const apart = (topologyKey: string) => ({
    affinity: {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector }] },
    },
  })
  const near = (topologyKey: string, other: string) => ({
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey, labelSelector: { matchLabels: { app: other } } },
        ],
      },
    },
  })
  const spread = (topologyKey: string, maxSkew: number) => ({
    topologySpreadConstraints: [{ topologyKey, maxSkew, whenUnsatisfiable: 'DoNotSchedule', labelSelector }],
  })
  const nodes = (key: string, operator: string, values: readonly string[]) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key, operator, values }] }],
        },
      },
    },
  })
  switch (trait) {
    case 'memory group':
      return nodes(GROUP_LABEL, 'In', ['memory'])
    case 'not in a zone':
      return nodes(ZONE, 'NotIn', [zone])
    case 'apart by node':
      return apart(HOSTNAME)
    case 'apart by zone':
      return apart(ZONE)
    case 'spread over zones':
      return spread(ZONE, 1)
    case 'spread over nodes':
      return spread(HOSTNAME, 2)
    case 'near another':
      return index === 0 ? {} : near(ZONE, `app-${index - 1}`)
    case 'near itself':
      return near(ZONE, app)
    default:
      return {}
  }
}

function drawn(random: Seeded, traits: readonly (readonly [Trait, number])[]): Trait {
  const each = traits.flatMap(([trait, weight]) => Array.from({ length: weight }, () => trait))
  return each[Math.floor(random.between(0, each.length))]!
}

const CLASSES: readonly ApiObject[] = [
  {
    ...{ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'sandboxed' }, handler: 'sandboxed' },
    overhead: { podFixed: { cpu: '120m', memory: '180Mi' } },
  },
  {
    ...{ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'important' }, value: 1000 },
  },
]

/** One DaemonSet for every node, and one for the nodes with GPUs. */
const DAEMONS: readonly ApiObject[] = [
  daemon('agent', { cpu: '110m', memory: '190Mi' }, { tolerations: [{ operator: 'Exists' }] }),
  daemon(
    'gpu-plugin',
    { cpu: '60m', memory: '90Mi' },
    { tolerations: [TOLERATION], nodeSelector: { [GROUP_LABEL]: 'gpu' } },
  ),
]

function daemon(name: string, requests: Readonly<Record<string, string>>, more: object): ApiObject {
  const labels = { daemon: name }
  const containers = [{ name, image: `registry.example.com/${name}:1`, resources: { requests } }]
  return {
    ...{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name, namespace: NAMESPACE } },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, terminationGracePeriodSeconds: 0, ...more } },
    },
  }
}

function budgetOf(app: string): ApiObject {
  return {
    ...{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: app, namespace: NAMESPACE } },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app } } },
  }
}

/** A volume that can be attached in one zone only, and its claim. */
function volumeOf(name: string, zone: string): readonly ApiObject[] {
  const common = { accessModes: ['ReadWriteOnce'], storageClassName: '' }
  const terms = [{ matchExpressions: [{ key: ZONE, operator: 'In', values: [zone] }] }]
  return [
    {
      ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } },
      spec: {
        ...{ ...common, capacity: { storage: '1Gi' }, hostPath: { path: '/data' } },
        claimRef: { namespace: NAMESPACE, name },
        nodeAffinity: { required: { nodeSelectorTerms: terms } },
      },
    },
    {
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: NAMESPACE } },
      spec: { ...common, volumeName: name, resources: { requests: { storage: '1Gi' } } },
    },
  ]
}
