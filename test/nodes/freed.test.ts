import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import fc from 'fast-check'
import { type Bill, billOf, type LpSolver, type Quantities, readNodesAndPods } from '../../src/nodes/index.ts'
import { loadSolver } from '../../src/solver/index.ts'
import { type ApiNode, type ApiPod, many, node, pod } from './made.ts'

const GIB = 2 ** 30
const key = (name: string) => `shop/StatefulSet/${name}`
const owned = (name: string, count: number, requests: Record<string, string>, kind = 'StatefulSet') =>
  many(count, (i) => pod(`${name}-${i}`, requests, { owner: { kind, name }, spec: { nodeName: `node-${i}` } }))

describe('what freed requests are worth', () => {
  let solve: LpSolver
  before(async () => {
    solve = await loadSolver()
  })
  /** The bill with other requests for some workloads. */
  const bill = (nodes: readonly ApiNode[], pods: readonly ApiPod[], learned: Record<string, Quantities>): Bill =>
    billOf(
      readNodesAndPods(nodes, pods),
      [
        { name: 'as they are', of: () => ({}) },
        { name: 'learned', of: ({ workload }) => learned[workload ?? ''] ?? {} },
      ],
      solve,
    )
  const worthOf = ({ freed }: Bill) => freed.map(({ workload, worth }) => [workload, Number(worth.toFixed(3))])
  const twelve = many(12, (i) => node(`node-${i}`))

  it('is nothing for a resource that binds nowhere, and comes before it for one that does', () => {
    // Memory fills the nodes: 16 Pods of 6 GiB. Three quarters of CPU are free.
    const pods = [
      ...owned('cpu', 8, { cpu: '1', memory: '6Gi' }),
      ...owned('memory', 8, { cpu: '100m', memory: '6Gi' }),
    ]
    const its = bill(twelve, pods, { [key('cpu')]: { cpu: 100 }, [key('memory')]: { memory: 4 * GIB } })
    assert.deepEqual(
      its.binding.map(({ resource }) => resource),
      ['memory'],
    )
    assert.deepEqual(worthOf(its), [[key('memory'), (8 * 2) / 16]])
  })

  it('is less than nothing for a workload that needs more of what binds, and the bill does not save for it', () => {
    const pods = [...owned('less', 8, { cpu: '1' }), ...owned('more', 8, { cpu: '1' })]
    const its = bill(twelve, pods, { [key('less')]: { cpu: 250 }, [key('more')]: { cpu: 1250 } })
    assert.deepEqual(worthOf(its), [
      [key('less'), 1.5],
      [key('more'), -0.5],
    ])
    assert.deepEqual(
      its.freed.map(({ saved }) => Number(saved.toFixed(6))),
      [its.scenarios[0]!.cost - its.scenarios[1]!.cost, 0],
    )
  })

  it('saves nothing where no node goes away', () => {
    const its = bill(twelve, owned('web', 8, { cpu: '1' }), { [key('web')]: { cpu: 900 } })
    assert.deepEqual(
      its.freed.map(({ worth, saved }) => [Number(worth.toFixed(3)), saved]),
      [[0.2, 0]],
    )
  })

  it('saves nothing where more Pods have no node', () => {
    const pods = [...owned('web', 8, { cpu: '2' }), ...owned('vast', 1, { cpu: '4' })]
    const its = bill(twelve, pods, { [key('web')]: { cpu: 500 }, [key('vast')]: { cpu: 9000 } })
    assert.ok(its.scenarios[1]!.cost < its.scenarios[0]!.cost)
    assert.ok(its.freed.every(({ saved }) => saved === 0))
  })

  it('counts a DaemonSet on the nodes that are needed', () => {
    const agent = owned('agent', 12, { cpu: '2' }, 'DaemonSet')
    const its = bill(twelve, [...agent, ...owned('web', 8, { cpu: '1' })], { 'shop/DaemonSet/agent': { cpu: 1000 } })
    // 8 cores on nodes with room for 2 cores are 4 nodes, and a core of each of them is worth half a node.
    assert.deepEqual(worthOf(its), [['shop/DaemonSet/agent', 2]])
  })

  it('is never more for a node than the most expensive node costs, also where Pods have no node', () => {
    const its = bill([node('node-0')], owned('web', 8, { cpu: '1' }), { [key('web')]: { cpu: 900 } })
    assert.equal(its.scenarios[0]!.leftOut, 4)
    assert.equal(its.binding.length, 1)
    assert.ok(its.binding.every(({ nodesPerUnit }) => nodesPerUnit * 4000 <= 1 + 1e-9))
  })

  it('adds up to at most what the bill saves, has the sign of the change, and is the same every time', () => {
    const amounts = fc.record({
      pods: fc.integer({ min: 1, max: 6 }),
      cpu: fc.integer({ min: 10, max: 3000 }),
      memory: fc.integer({ min: 1, max: 48 }),
      keeps: fc.double({ min: 0, max: 1.5, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(amounts, { minLength: 1, maxLength: 5 }), fc.constantFrom('4', '8'), (all, cpu) => {
        const nodes = many(30, (i) => node(`node-${i}`, i % 2 === 0 ? {} : { cpu, memory: '32Gi' }))
        const pods = all.flatMap(({ pods: count, cpu: millicores, memory }, w) =>
          owned(`w${w}`, count, { cpu: `${millicores}m`, memory: `${memory * 256}Mi` }),
        )
        const learned = Object.fromEntries(
          all.map(({ cpu: millicores, memory, keeps }, w) => [
            key(`w${w}`),
            { cpu: Math.ceil(millicores * keeps), memory: Math.ceil((memory * GIB * keeps) / 4) },
          ]),
        )
        const its = bill(nodes, pods, learned)
        const [now, then] = its.scenarios
        const saved = its.freed.reduce((sum, one) => sum + one.saved, 0)
        assert.ok(saved <= Math.max(0, now!.cost - then!.cost) + 1e-9, `${saved}`)
        for (const { worth, saved: part } of its.freed) assert.ok(part >= 0 && part <= Math.max(0, worth) + 1e-9)
        for (const [w, { keeps }] of all.entries()) {
          const worth = its.freed.find(({ workload }) => workload === key(`w${w}`))?.worth ?? 0
          assert.ok(keeps <= 1 ? worth >= 0 : worth <= 1e-9, `${keeps} of it: ${worth}`)
        }
        assert.deepEqual(bill(nodes, pods, learned).freed, its.freed)
      }),
      { numRuns: 10 },
    )
  })
})
