import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { seeded } from '../../bench/seeded.ts'
import {
  bindingResources,
  LinearPrograms,
  type LpSolver,
  lowerBound,
  pack,
  problemOf,
  readNodesAndPods,
  requestsByPod,
} from '../../src/nodes/index.ts'
import { loadSolver } from '../../src/solver/index.ts'
import { type ApiNode, type ApiPod, many, node, pod, problem } from './made.ts'

describe('the nodes that a cluster needs', () => {
  let solve: LpSolver
  before(async () => {
    solve = await loadSolver()
  })
  const needed = (nodes: readonly ApiNode[], pods: readonly ApiPod[]) => {
    const its = problem(nodes, pods)
    const packed = pack(new LinearPrograms(its.problem, solve), its.present)
    const leftOut = packed.leftOut.reduce((sum, count) => sum + count, 0)
    return { nodes: packed.needed.reduce((sum, count) => sum + count, 0), bound: packed.bound, leftOut }
  }
  const ten = many(10, (i) => node(`node-${i}`))

  it('are those that requests fill', () => {
    assert.deepEqual(
      needed(
        ten,
        many(16, (i) => pod(`p-${i}`, { cpu: '1', memory: '1Gi' })),
      ),
      {
        ...{ nodes: 4, bound: 4, leftOut: 0 },
      },
    )
  })

  it('are those that the number of Pods fills', () => {
    const small = many(10, (i) => node(`node-${i}`, { pods: '5' }))
    assert.equal(
      needed(
        small,
        many(20, (i) => pod(`p-${i}`, { cpu: '10m' })),
      ).nodes,
      4,
    )
  })

  it('count the Pods of DaemonSets on every node that they match', () => {
    const daemon = pod('agent-x', { cpu: '2' }, { owner: { kind: 'DaemonSet', name: 'agent' } })
    assert.equal(needed(ten, [daemon, ...many(4, (i) => pod(`p-${i}`, { cpu: '1' }))]).nodes, 2)
  })

  it('are more where Pods keep apart by hostname, and the bound says so, too', () => {
    const apart = {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'db' } } },
        ],
      },
    }
    const pods = many(6, (i) => pod(`db-${i}`, { cpu: '100m' }, { labels: { app: 'db' }, spec: { affinity: apart } }))
    assert.deepEqual(needed(ten, pods), { nodes: 6, bound: 6, leftOut: 0 })
  })

  it('are never fewer than the bound, even if the solver answers nonsense', () => {
    const { problem: its, present } = problem(
      ten,
      many(16, (i) => pod(`p-${i}`, { cpu: '1', memory: '1Gi' })),
    )
    const { cost } = pack(new LinearPrograms(its, solve), present)
    for (let dual = 0; dual < 3; dual += 0.1) {
      const wrong: LpSolver = ({ cost: columns, rowLower }) => [
        { x: new Float64Array(columns.length), rowDuals: new Float64Array(rowLower.length).fill(-dual) },
      ]
      assert.ok(lowerBound(new LinearPrograms(its, wrong)) <= cost, `${dual}`)
    }
    assert.ok(lowerBound(new LinearPrograms(its, () => [undefined])) <= cost)
  })

  it('have room for all Pods that must share a node, also where a fuller node has room for the first', () => {
    const together = {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'pair' } } },
        ],
      },
    }
    const large = many(4, (i) => pod(`large-${i}`, { cpu: '3' }))
    const pair = many(3, (i) =>
      pod(`pair-${i}`, { cpu: '1' }, { labels: { app: 'pair' }, spec: { affinity: together } }),
    )
    assert.deepEqual(needed(ten, [...large, ...pair]), { nodes: 5, bound: 4, leftOut: 0 })
  })

  it('are within 2 % of the bound where many small Pods of all proportions fill nodes of three sizes', () => {
    const sizes = [
      { cpu: '8', memory: '32Gi' },
      { cpu: '16', memory: '64Gi' },
      { cpu: '8', memory: '64Gi' },
    ]
    const nodes = many(100, (i) => node(`node-${i}`, { ...sizes[i % 3]!, pods: '58' }))
    const random = seeded(1)
    const pods = many(200, (app) => {
      const requests = {
        cpu: `${Math.round(random.logBetween(96, 670))}m`,
        memory: `${Math.round(random.logBetween(400, 2800))}Mi`,
      }
      return many(10, (i) => pod(`p-${app}-${i}`, requests))
    }).flat()
    const { nodes: count, bound, leftOut } = needed(nodes, pods)
    assert.equal(leftOut, 0)
    assert.ok(count <= 1.02 * bound, `${count} nodes, and at least ${bound}`)
  })

  it('keep the skew of zones', () => {
    const zones = many(9, (i) => node(`node-${i}`, { labels: { zone: `z${i % 3}` } }))
    const spread = {
      topologySpreadConstraints: [
        {
          ...{ topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' },
          labelSelector: { matchLabels: { app: 'web' } },
        },
      ],
    }
    const pods = many(3, (i) => pod(`web-${i}`, { cpu: '100m' }, { labels: { app: 'web' }, spec: spread }))
    assert.equal(needed(zones, pods).nodes, 3)
  })

  it('are those that a node selector and tolerations allow', () => {
    const nodes = [
      ...ten,
      ...many(3, (i) => node(`gpu-${i}`, { labels: { gpu: 'yes' }, taints: [{ key: 'gpu', effect: 'NoSchedule' }] })),
    ]
    const select = { nodeSelector: { gpu: 'yes' } }
    const tolerated = { ...select, tolerations: [{ key: 'gpu', operator: 'Exists' }] }
    const pods = many(4, (i) => pod(`g-${i}`, { cpu: '2' }, { spec: tolerated }))
    assert.deepEqual(needed(nodes, pods), { nodes: 2, bound: 2, leftOut: 0 })
    assert.equal(needed(nodes, [pod('stuck', { cpu: '1' }, { spec: select })]).leftOut, 1)
  })

  it('take no two Pods with the same port of the node', () => {
    const spec = { containers: [{ name: 'app', ports: [{ hostPort: 80 }] }] } as unknown as NonNullable<ApiPod['spec']>
    assert.equal(
      needed(
        ten,
        many(3, (i) => pod(`p-${i}`, {}, { spec })),
      ).nodes,
      3,
    )
  })

  it('stay the same where CPU is freed but memory fills them; memory has a value and CPU has none', () => {
    // 36 VPAs free 2 of 48 cores and add 0.58 GiB, where 92 % of memory is requested.
    const nodes = many(12, (i) => node(`node-${i}`, { cpu: '4', memory: '15Gi' }))
    const pods = many(36, (i) =>
      pod(`p-${i}`, { cpu: '800m', memory: `${Math.round((0.92 * 12 * 15 * 1024) / 36)}Mi` }),
    )
    const cluster = readNodesAndPods(nodes, pods)
    const now = problemOf(cluster)
    const learned = requestsByPod(cluster.pods, (_, { requests }) => ({
      cpu: requests.cpu! - Math.floor(2000 / 36),
      memory: requests.memory! + Math.floor((0.58 * 2 ** 30) / 36),
    }))
    const after = problemOf(cluster, learned)
    const nodesOf = ({ problem: one, present }: typeof now) => pack(new LinearPrograms(one, solve), present).cost
    assert.equal(nodesOf(now), 12)
    assert.equal(nodesOf(after), 12)
    const [binding, ...others] = bindingResources(new LinearPrograms(after.problem, solve))
    assert.equal(binding?.resource, 'memory')
    assert.ok(Math.abs(binding.valuePerUnit * 2 ** 30 - 1 / 15) < 1e-6, 'a GiB is worth a fifteenth of a node')
    assert.deepEqual(others, [])
  })

  it('are told of what cannot be used, a line each, and the rest is counted', () => {
    const nodes = [...ten, { metadata: { name: 'young' } }]
    const pods = [pod('odd', { cpu: '-1', memory: '1Gi' }), pod('absurd', { cpu: '9e18' })]
    const { problems, ...cluster } = readNodesAndPods(nodes, pods)
    assert.deepEqual(problems, [
      'Node young has no allocatable cpu, memory, pods: it is left out until its kubelet reports it.',
      'Pod shop/odd, container app: cpu is "-1", which is not a quantity: it counts as 0.',
    ])
    const its = problemOf({ ...cluster, problems })
    assert.deepEqual(pack(new LinearPrograms(its.problem, solve)).leftOut, [0, 1])
  })

  it('are found with 5,000 different rules, and a line says how many are ignored', () => {
    const pods = many(5000, (i) => {
      const affinity = {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: `app-${i}` } } },
          ],
        },
      }
      return pod(`p-${i}`, { cpu: '10m' }, { labels: { app: `app-${i}` }, spec: { affinity } })
    })
    const its = problem(
      many(60, (i) => node(`node-${i}`)),
      pods,
    )
    assert.deepEqual(its.problems, [
      'The Pods state more than 2000 different rules about each other. 3000 are ignored, so more nodes may be needed than shown.',
    ])
    const { cost, leftOut } = pack(new LinearPrograms(its.problem, solve), its.present)
    assert.equal(cost, 46)
    assert.ok(leftOut.every((count) => count === 0))
  })
})
