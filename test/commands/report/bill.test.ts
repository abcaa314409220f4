import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderBill, withBill } from '../../../src/commands/report/bill.ts'
import { exceeded, parseConditions } from '../../../src/commands/report/fail-on.ts'
import { fleetInsight } from '../../../src/insight/index.ts'
import { billOf, readNodesAndPods } from '../../../src/nodes/index.ts'
import { loadSolver } from '../../../src/solver/index.ts'
import { many, node, pod } from '../../nodes/made.ts'

const LOOKS = { columns: 120, paint: (_: unknown, text: string) => text } as Parameters<typeof renderBill>[1]
const owner = { kind: 'StatefulSet', name: 'db' }
const MIB = 2 ** 20

function insightWith(author: { readonly request: number } | undefined, count: number) {
  const allotment = { cpu: author ?? {}, memory: { request: 1024 * MIB } }
  return fleetInsight({
    timeSeconds: 1_800_000_000,
    sources: ['the cluster of the kubeconfig'],
    goal: 'balanced',
    prices: { currency: 'USD', coreHour: 0.03, gibHour: 0.004, pools: [] },
    notes: [],
    workloads: [
      {
        workload: { namespace: 'shop', kind: 'StatefulSet', name: 'db' },
        pods: count,
        containers: [{ name: 'app', ...(author && { author: allotment }) }],
      },
    ],
  })
}

test('the bill shows how many nodes each set of requests needs', async () => {
  const nodes = many(10, (i) => node(`node-${i}`))
  const pods = many(16, (i) => pod(`db-${i}`, { cpu: '1', memory: '1Gi' }, { owner }))
  const report = await withBill(insightWith({ request: 2 }, 16), readNodesAndPods(nodes, pods))
  assert.deepEqual(
    report.bill?.scenarios.map(({ requests, needed, atLeast }) => [requests, needed, atLeast]),
    [
      ['as they are', 4, 4],
      ["the authors'", 8, 8],
      ['applied', 4, 4],
      ['learned', 4, 4],
    ],
  )
  const text = renderBill(report, LOOKS)
  assert.match(text, /^The bill\n/)
  assert.match(text, /10 nodes now\./)
  assert.match(text, /CPU fills 4 CPU, 16 GiB: one core less saves 0\.25 of a node\./)
})

test('the bill tells scenarios apart that differ in the requests of DaemonSets alone', async () => {
  const nodes = many(10, (i) => node(`node-${i}`))
  const agent = pod('agent-0', { cpu: '3' }, { owner: { kind: 'DaemonSet', name: 'agent' } })
  const pods = [agent, ...many(8, (i) => pod(`db-${i}`, { cpu: '1', memory: '1Gi' }, { owner }))]
  const scenarios = [
    { name: 'as they are', of: () => ({}) },
    { name: 'learned', of: ({ daemonSet }: { daemonSet: string | undefined }) => (daemonSet ? { cpu: 0 } : {}) },
  ]
  const { scenarios: bill } = billOf(readNodesAndPods(nodes, pods), scenarios, await loadSolver())
  assert.deepEqual(
    bill.map(({ requests, needed }) => [requests, needed]),
    [
      ['as they are', 8],
      ['learned', 2],
    ],
  )
})

test('36 VPAs that free 2 of 48 cores and add 0.58 GiB: no node goes away, memory fills them, and what a GiB is worth', async () => {
  const nodes = many(12, (i) => node(`node-${i}`, { cpu: '4', memory: '15Gi' }))
  const memoryMib = Math.round((0.92 * 12 * 15 * 1024) / 36)
  const pods = many(36, (i) => pod(`app-${i}`, { cpu: '800m', memory: `${memoryMib}Mi` }, { owner }))
  const learned = () => ({
    cpu: 800 - Math.floor(2000 / 36),
    memory: memoryMib * MIB + Math.floor((0.58 * 1024 * MIB) / 36),
  })
  const scenarios = [
    { name: 'as they are', of: () => ({}) },
    { name: 'learned', of: learned },
  ]
  const bill = billOf(readNodesAndPods(nodes, pods), scenarios, await loadSolver())
  const text = renderBill({ ...insightWith(undefined, 36), bill }, LOOKS).replace(/\s+/g, ' ')
  assert.match(text, /12 nodes now\. With the learned requests, no more nodes can be removed than today/)
  assert.match(text, /the freed requests do not save money yet/)
  assert.match(text, /Memory fills 4 CPU, 15 GiB: one GiB less saves 0\.067 of a node\./)
  assert.doesNotMatch(text, /less saves.*less saves/)
})

test('the bill says which autoscaler keeps which node, why, and what would let it go', async () => {
  const labels = { 'karpenter.sh/nodepool': 'default' }
  const nodes = many(4, (i) => node(`node-${i}`, { labels }))
  const pods = many(4, (i) => pod(`db-${i}`, { cpu: '1', memory: '1Gi' }, { owner, spec: { nodeName: `node-${i}` } }))
  const annotations = { 'karpenter.sh/do-not-disrupt': 'true' }
  const kept = pods.map((its) => ({ ...its, metadata: { ...its.metadata, annotations } }))
  const says = async (its: typeof pods, on: typeof nodes) => {
    const report = await withBill(insightWith({ request: 1 }, 4), readNodesAndPods(on, its))
    return renderBill(report, LOOKS).replace(/\s+/g, ' ')
  }
  assert.match(await says(pods, nodes), /Nothing was found that keeps Karpenter from removing 3 spare nodes\./)
  const text = await says(kept, nodes)
  assert.match(text, /Of 3 spare nodes, Karpenter keeps 3:/)
  assert.match(
    text,
    /· node-0: shop\/db-0: annotated karpenter\.sh\/do-not-disrupt \(remove the annotation from the Pod template\)/,
  )
  const none = await says(
    pods,
    many(4, (i) => node(`node-${i}`)),
  )
  assert.match(none, /No autoscaler was found: 3 spare nodes stay until you remove them\./)
})

test('--fail-on spare-nodes fails with more nodes than the learned requests need, and cannot be judged without nodes', async () => {
  const nodes = many(10, (i) => node(`node-${i}`))
  const pods = many(16, (i) => pod(`db-${i}`, { cpu: '1', memory: '1Gi' }, { owner }))
  const report = await withBill(insightWith({ request: 1 }, 16), readNodesAndPods(nodes, pods))
  assert.deepEqual(exceeded(report, parseConditions('spare-nodes=6')), [])
  assert.deepEqual(exceeded(report, parseConditions('spare-nodes=5')), [
    'spare-nodes=5: 4 of 10 nodes are needed with the learned requests',
  ])
  assert.throws(() => parseConditions('spare-nodes=-1'), /is none of/)
  assert.throws(
    () => exceeded(insightWith(undefined, 1), parseConditions('spare-nodes=5')),
    /cannot be judged: the nodes are not known\./,
  )
})

test('the bill names a Pod that fits on no node', async () => {
  const nodes = [node('node-0')]
  const pods = [pod('db-0', { cpu: '1' }, { owner }), pod('vast', { cpu: '9e18' })]
  const report = await withBill(insightWith(undefined, 1), readNodesAndPods(nodes, pods))
  const text = renderBill(report, LOOKS).replace(/\s+/g, ' ')
  assert.match(text, /With the requests as they are, 1 Pod fits on no node that is there, such as shop\/vast\./)
})

test('without nodes the report says that it can only value reservations, and what was refused', async () => {
  const report = await withBill(insightWith(undefined, 1), undefined)
  assert.equal(report.bill, undefined)
  assert.match(
    renderBill(report, LOOKS).replace(/\s+/g, ' '),
    /The nodes are not known here, so this report can only value reservations/,
  )
  const refused = { ...readNodesAndPods([], []), problems: ['Nodes could not be read: forbidden'] }
  const { notes } = await withBill(insightWith(undefined, 1), refused)
  assert.deepEqual(notes.at(-1), { code: 'Warning', says: 'Nodes could not be read: forbidden' })
})
