import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { answerShapes, type LpSolver, type NodeShape, readNodesAndPods } from '../../src/nodes/index.ts'
import { loadSolver } from '../../src/solver/index.ts'
import { type ApiNode, type ApiPod, many, node, pod } from './made.ts'

const GIB = 2 ** 30

function shape(name: string, cores: number, gib: number, price: number, pods = 110): NodeShape {
  return { name, labels: {}, price, allocatable: { cpu: cores * 1000, memory: gib * GIB, pods } }
}

describe('other shapes of nodes', () => {
  let solve: LpSolver
  before(async () => {
    solve = await loadSolver()
  })
  const ask = (nodes: readonly ApiNode[], pods: readonly ApiPod[], shapes: readonly NodeShape[]) =>
    answerShapes(
      readNodesAndPods(nodes, pods),
      () => ({}),
      shapes,
      solve,
      () => 1,
    )
  const table = (nodes: readonly ApiNode[], pods: readonly ApiPod[], shapes: readonly NodeShape[]) =>
    ask(nodes, pods, shapes).alone.map(({ shapes: [its], cost, leftOut }) => [its!.name, its!.nodes, cost, leftOut])
  const two = many(2, (i) => node(`node-${i}`))

  it('are compared by what all Pods cost on them, and there may be more nodes than now', () => {
    const pods = many(16, (i) => pod(`p-${i}`, { cpu: '1', memory: '8Gi' }))
    assert.deepEqual(table(two, pods, [shape('balanced', 4, 16, 4), shape('memory', 4, 32, 5)]), [
      ['memory', 4, 20, 0],
      ['balanced', 8, 32, 0],
    ])
  })

  it('count what runs on every node, and the largest number of Pods', () => {
    const agent = pod('agent', { cpu: '1' }, { owner: { kind: 'DaemonSet', name: 'agent' } })
    const pods = [agent, ...many(12, (i) => pod(`p-${i}`, { cpu: '1' }))]
    assert.deepEqual(
      table(two, pods, [shape('large', 7, 64, 7), shape('small', 3, 16, 3), shape('few', 13, 64, 10, 4)]),
      [
        ['large', 2, 14, 0],
        ['small', 6, 18, 0],
        ['few', 4, 40, 0],
      ],
    )
  })

  it('keep the labels and taints of the nodes, so that Pods that only some nodes take stay apart from others', () => {
    const batch = { labels: { pool: 'batch' }, taints: [{ key: 'batch', effect: 'NoSchedule' }] }
    const nodes = [node('a'), node('b', batch)]
    const spec = { nodeSelector: { pool: 'batch' }, tolerations: [{ key: 'batch', operator: 'Exists' }] }
    const pods = [pod('web', { cpu: '1' }), pod('job', { cpu: '1' }, { spec })]
    assert.deepEqual(table(nodes, pods, [shape('large', 16, 64, 10)]), [['large', 2, 20, 0]])
  })

  it('leave out Pods that are too large for them, and come last', () => {
    const pods = [pod('vast', { cpu: '12' }), pod('small', { cpu: '1' })]
    const nodes = [node('a', { cpu: '16' })]
    assert.deepEqual(table(nodes, pods, [shape('small', 4, 16, 1), shape('large', 16, 64, 10)]), [
      ['large', 1, 10, 0],
      ['small', 1, 1, 1],
    ])
  })

  it('are mixed where that is cheaper', () => {
    const pods = [
      ...many(16, (i) => pod(`cpu-${i}`, { cpu: '2', memory: '1Gi' })),
      ...many(16, (i) => pod(`memory-${i}`, { cpu: '100m', memory: '15Gi' })),
    ]
    const { mixed, alone } = ask(two, pods, [shape('cpu', 16, 32, 5), shape('memory', 4, 128, 6)])
    assert.ok(mixed!.cost < alone[0]!.cost, `${mixed!.cost} < ${alone[0]!.cost}`)
    assert.deepEqual(
      mixed!.shapes.map(({ nodes }) => nodes > 0),
      [true, true],
    )
  })

  it('are not for nodes with GPUs and of the control plane, which keep theirs', () => {
    const gpu = node('gpu', { labels: { pool: 'gpu' } })
    const gpuNode = {
      ...gpu,
      status: { allocatable: { cpu: '8', memory: '32Gi', pods: '110', 'nvidia.com/gpu': '1' } },
    }
    const control = node('control', { labels: { 'node-role.kubernetes.io/control-plane': '' } })
    const pods = [pod('train', { cpu: '1', 'nvidia.com/gpu': '1' }), ...many(8, (i) => pod(`p-${i}`, { cpu: '2' }))]
    const { kept, alone } = ask([...two, gpuNode, control], pods, [shape('large', 16, 64, 10)])
    assert.equal(kept, 2)
    assert.deepEqual(alone, [{ shapes: [{ name: 'large', nodes: 1 }], cost: 12, leftOut: 0 }])
  })

  it('beyond eight are left out if even a rough estimate makes them more expensive', () => {
    const pods = many(16, (i) => pod(`p-${i}`, { cpu: '1' }))
    const { alone, skipped } = ask(
      two,
      pods,
      many(10, (i) => shape(`s-${i}`, 4, 16, 10 - i)),
    )
    assert.equal(skipped, 2)
    assert.deepEqual([alone.length, alone[0]!.shapes[0]!.name, alone.at(-1)!.shapes[0]!.name], [8, 's-9', 's-2'])
  })
})
