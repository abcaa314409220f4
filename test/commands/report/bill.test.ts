import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderBill, withBill } from '../../../src/commands/report/bill.ts'
import { renderBillCsv } from '../../../src/commands/report/bill-csv.ts'
import { exceeded, parseConditions } from '../../../src/commands/report/fail-on.ts'
import { renderShapes } from '../../../src/commands/report/shapes.ts'
import { renderMoney } from '../../../src/commands/report/top-workloads.ts'
import { fleetInsight } from '../../../src/insight/index.ts'
import { billOf, readNodesAndPods } from '../../../src/nodes/index.ts'
import { pricesPerMonth } from '../../../src/readers/index.ts'
import { loadSolver } from '../../../src/solver/index.ts'
import { insightOf, learned } from '../../insight/made.ts'
import { many, node, pod } from '../../nodes/made.ts'

const LOOKS = { columns: 120, paint: (_: unknown, text: string) => text } as Parameters<typeof renderBill>[1]
const owner = { kind: 'StatefulSet', name: 'db' }
const MIB = 2 ** 20
/** Price of a node of 4 cores and 16 GiB for a month. */
const NODE = 730 * (4 * 0.03 + 16 * 0.004)

function insightWith(author: { readonly request: number } | undefined, count: number) {
  const allotment = { cpu: author ?? {}, memory: { request: 1024 * MIB } }
  return fleetInsight({
    timeSeconds: 1_800_000_000,
    sources: ['the cluster of the kubeconfig'],
    goal: 'balanced',
    prices: { currency: 'USD', coreHour: 0.03, gibHour: 0.004, pools: [], nodes: [] },
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
    report.bill?.scenarios.map(({ requests, needed, cost, leastCost }) => [requests, needed, cost, leastCost]),
    [
      ['as they are', 4, 4 * NODE, 4 * NODE],
      ["the authors'", 8, 8 * NODE, 8 * NODE],
      ['applied', 4, 4 * NODE, 4 * NODE],
      ['learned', 4, 4 * NODE, 4 * NODE],
    ],
  )
  const text = renderBill(report, LOOKS)
  assert.match(text, /^The bill\n/)
  assert.match(text, /10 nodes now, for \$1,343\.20 a month\./)
  assert.match(text, /as they are +4 +\$537\.28 +\$537\.28/)
  assert.match(
    text.replace(/\s+/g, ' '),
    /CPU fills 4 CPU, 16 GiB: one core less saves 0\.25 of a node, \$33\.58 a month\./,
  )
})

test('-o bill-csv has a row for each set of requests and group, and fails without nodes', async () => {
  const nodes = many(10, (i) => node(`node-${i}`, { labels: { 'karpenter.sh/nodepool': i < 4 ? 'spot' : '=odd' } }))
  const pods = many(16, (i) => pod(`db-${i}`, { cpu: '1', memory: '1Gi' }, { owner }))
  const insight = insightWith({ request: 2 }, 16)
  const lines = async (prices: object = {}) => {
    const priced = { ...insight, prices: { ...insight.prices, ...prices } }
    return renderBillCsv(await withBill(priced, readNodesAndPods(nodes, pods))).split('\r\n')
  }
  const [titles, ...rows] = await lines()
  const columns = 'requests,group,nodes_present,nodes_needed,all_nodes_needed,pods_without_node'
  assert.equal(titles, `${columns},all_per_month,all_at_least_per_month`)
  assert.equal(rows.filter((row) => row !== '').length, 4 * 2)
  assert.match(rows[0]!, /^as they are,spot,4,\d,4,0,537\.28,537\.28$/)
  assert.match(rows[1]!, /^as they are,'=odd,6,/)
  assert.equal((await lines({ coreHour: 0, gibHour: 0 }))[0], columns)
  const refused = { ...readNodesAndPods([], []), problems: ['Nodes could not be read: forbidden'] }
  const report = await withBill(insight, refused)
  assert.throws(() => renderBillCsv(report), /The nodes are not known\. Nodes could not be read: forbidden/)
})

test('computing the bill tells what is done', async () => {
  const pods = [pod('db-0', { cpu: '1', memory: '1Gi' }, { owner })]
  const told: string[] = []
  await withBill(insightWith({ request: 2 }, 1), readNodesAndPods([node('node-0')], pods), {
    onProgress: (share, doing) => told.push(`${share} ${doing}`),
  })
  assert.deepEqual(told, [
    '0.25 nodes for the requests as they are',
    "0.5 nodes for the requests the authors'",
    '0.75 nodes for the requests applied',
    '1 nodes for the requests learned',
  ])
})

test('where all prices are 0, the bill counts nodes', async () => {
  const nodes = many(10, (i) => node(`node-${i}`))
  const pods = many(16, (i) => pod(`db-${i}`, { cpu: '1', memory: '1Gi' }, { owner }))
  const insight = insightWith({ request: 2 }, 16)
  const free = { ...insight, prices: { ...insight.prices, coreHour: 0, gibHour: 0 } }
  const report = await withBill(free, readNodesAndPods(nodes, pods))
  const text = renderBill(report, LOOKS)
  assert.match(text, /as they are +4 +4 +0/)
  assert.match(text, /10 nodes now\./)
  assert.doesNotMatch(text, /\$/)
})

test('the cheaper of two groups of nodes is kept, by the prices of nodes or of their cores and GiB', async () => {
  const groups = ['on-demand', 'spot']
  const nodes = many(8, (i) => node(`node-${i}`, { labels: { pool: groups[i % 2]! } }))
  const pods = many(8, (i) => pod(`db-${i}`, { cpu: '1', memory: '1Gi' }, { owner }))
  const insight = insightWith({ request: 1 }, 8)
  const names = {
    spot: { name: 'spot', labels: { pool: 'spot' } },
    onDemand: { name: 'od', labels: { pool: 'on-demand' } },
  }
  const tables = [
    [{ nodes: [{ ...names.spot, nodeHour: 0.05 }] }, 730 * 0.05],
    [{ nodes: [{ ...names.onDemand, nodeHour: 0.3 }] }, NODE],
    [{ pools: [{ ...names.spot, coreHour: 0.01, gibHour: 0.001 }] }, 730 * (4 * 0.01 + 16 * 0.001)],
  ] as const
  for (const [its, perNode] of tables) {
    const prices = { ...insight.prices, ...its }
    const { bill } = await withBill({ ...insight, prices }, readNodesAndPods(nodes, pods))
    assert.deepEqual([bill?.scenarios[0]?.needed, bill?.scenarios[0]?.cost], [2, 2 * perNode])
  }
})

test('fewer nodes are worth what they cost, and so are cheaper ones', async () => {
  const nodes = many(4, (i) => node(`node-${i}`))
  const pods = many(16, (i) => pod(`db-${i}`, { cpu: '1', memory: '1Gi' }, { owner }))
  const half = () => ({ cpu: 500, memory: MIB })
  const scenarios = [
    { name: 'as they are', of: () => ({}) },
    { name: 'learned', of: half },
  ]
  const says = async (from: readonly ReturnType<typeof node>[], to = scenarios) => {
    const cluster = readNodesAndPods(from, pods)
    const insight = insightWith(undefined, 16)
    const bill = billOf(cluster, to, await loadSolver(), { priceOf: pricesPerMonth(insight.prices) })
    return renderBill({ ...insight, bill }, LOOKS).replace(/\s+/g, ' ')
  }
  assert.match(await says(nodes), /the Pods need 2 fewer nodes than with today's: \$268\.64 a month less\./)
  assert.match(
    await says(nodes, scenarios.toReversed()),
    /the Pods need 2 more nodes than with today's: \$268\.64 a month more\./,
  )
  const large = many(1, (i) => node(`large-${i}`, { cpu: '16', memory: '64Gi' }))
  const small = many(1, (i) => node(`small-${i}`, { cpu: '8', memory: '64Gi' }))
  assert.match(
    await says([...large, ...small]),
    /the Pods need other nodes than with today's: \$175\.20 a month less\./,
  )
})

test('--node-shapes compares the shapes of the prices file with those of the nodes, with their own labels', async () => {
  const type = (name: string) => ({ labels: { 'node.kubernetes.io/instance-type': name } })
  const nodes = [
    ...many(4, (i) => node(`a-${i}`, type('m.xlarge'))),
    node('b', { ...type('m.2xlarge'), cpu: '8', memory: '32Gi' }),
  ]
  const pods = many(8, (i) => pod(`db-${i}`, { cpu: '1', memory: '7Gi' }, { owner }))
  const insight = insightWith({ request: 1 }, 8)
  const priced = [
    { name: 'r.xlarge', nodeHour: 0.2, cpu: 4, memory: 32 * 1024 * MIB, pods: 58 },
    { name: 'm.2xlarge', nodeHour: 0.4, cpu: 8, memory: 32 * 1024 * MIB, pods: 58 },
    { name: 'no amounts', labels: { a: 'b' }, nodeHour: 0.1 },
  ]
  const report = await withBill(
    { ...insight, prices: { ...insight.prices, nodes: priced } },
    readNodesAndPods(nodes, pods),
    { asksShapes: true },
  )
  const text = renderShapes(report, LOOKS)
  assert.match(text, /^Other nodes\?\n +ALL NODES OF +NODES +A MONTH +PODS WITHOUT A NODE\n/)
  const rows = text
    .split('\n')
    .slice(2, 5)
    .map((row) => row.trim().split(/ {2,}/))
  assert.deepEqual(rows, [
    ['r.xlarge', '2', '$292.00', '0'],
    ['m.xlarge', '4', '$537.28', '0'],
    ['m.2xlarge', '2', '$584.00', '0'],
  ])
  assert.match(text, /With the learned requests, the nodes that are there would cost \$537\.28 a month\./)
  assert.equal(renderShapes(insight, LOOKS), '')
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
  assert.match(text, /Memory fills 4 CPU, 15 GiB: one GiB less saves 0\.067 of a node/)
  assert.doesNotMatch(text, /less saves.*less saves/)
})

test('the most to free is what fills the nodes, however much the reservations of other workloads are worth', async () => {
  // Memory fills the nodes, two Pods each. CPU is free.
  const asks = { cpu: { request: 1 }, memory: { request: 8 * 1024 * MIB } }
  const workload = (name: string, its: ReturnType<typeof learned>) => ({
    ...{ workload: { namespace: 'shop', kind: 'StatefulSet', name }, pods: 8 },
    containers: [{ name: 'app', author: asks, now: asks, learned: { balanced: its } }],
  })
  const workloads = [workload('db', learned('100m', '8Gi')), workload('cache', learned('1', '5Gi'))]
  const { fleet } = insightOf({}, { workloads })
  const nodes = many(10, (i) => node(`node-${i}`))
  const pods = ['db', 'cache'].flatMap((name) =>
    many(8, (i) => pod(`${name}-${i}`, { cpu: '1', memory: '8Gi' }, { owner: { ...owner, name } })),
  )
  const report = await withBill(fleet, readNodesAndPods(nodes, pods))
  assert.deepEqual(fleet.topByMoney, ['shop/StatefulSet/db', 'shop/StatefulSet/cache'])
  assert.deepEqual(report.topByMoney, ['shop/StatefulSet/cache', 'shop/StatefulSet/db'])
  const bill = renderBill(report, LOOKS).replace(/\s+/g, ' ')
  assert.match(bill, /the Pods need 1 fewer node than with today's: \$134\.32 a month less\./)
  assert.match(bill, /CPU fills no nodes: freeing only that saves nothing, unless/)
  const table = renderMoney(report, LOOKS)
  assert.match(table, /^Most to free, by what fills the nodes\n/)
  assert.match(table, /shop\/cache .*\$70\.08 +\$134\.32/)
  assert.match(table, /shop\/db .*\$157\.68 +\$0\.00/)
  const unpriced = { ...report, bill: { ...report.bill!, isPriced: false } }
  assert.doesNotMatch(renderMoney(unpriced, LOOKS), /TO SAVE/)
  assert.match(renderMoney(fleet, LOOKS), /^Most to free\n/)
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

test('--fail-on spare-nodes and spare-cost fail with more nodes than the learned requests need, and cannot be judged without nodes', async () => {
  const nodes = many(10, (i) => node(`node-${i}`))
  const pods = many(16, (i) => pod(`db-${i}`, { cpu: '1', memory: '1Gi' }, { owner }))
  const report = await withBill(insightWith({ request: 1 }, 16), readNodesAndPods(nodes, pods))
  assert.deepEqual(exceeded(report, parseConditions('spare-nodes=6')), [])
  assert.deepEqual(exceeded(report, parseConditions('spare-nodes=5')), [
    'spare-nodes=5: 4 of 10 nodes are needed with the learned requests',
  ])
  assert.throws(() => parseConditions('spare-nodes=-1'), /is none of/)
  assert.deepEqual(exceeded(report, parseConditions('spare-cost=806')), [])
  assert.deepEqual(exceeded(report, parseConditions('spare-cost=805.5')), [
    'spare-cost=805.5: 4 of 10 nodes are needed with the learned requests, for $537.28 of $1,343.20 a month',
  ])
  assert.throws(
    () => exceeded(insightWith(undefined, 1), parseConditions('spare-nodes=5')),
    /cannot be judged: the nodes are not known\./,
  )
})

test('the bill names the GPUs that fill a small group, beside what fills larger groups', async () => {
  const inPool = (pool: string) => ({ labels: { 'cloud.google.com/gke-nodepool': pool } })
  const gpuNode = (i: number) => {
    const its = node(`gpu-${i}`, { cpu: '32', memory: '128Gi', ...inPool('gpus') })
    Object.assign((its.status as { allocatable: object }).allocatable, { 'nvidia.com/gpu': '4' })
    return its
  }
  const pools = ['a', 'b', 'c', 'd']
  const nodes = [
    ...pools.flatMap((pool) => many(6, (i) => node(`${pool}-${i}`, { ...inPool(pool) }))),
    ...many(3, gpuNode),
  ]
  const on = (pool: string) => ({ nodeSelector: { 'cloud.google.com/gke-nodepool': pool } })
  const pods = [
    ...pools.flatMap((pool) =>
      many(12, (i) => pod(`${pool}-${i}`, { cpu: '2', memory: '8Gi' }, { spec: on(pool) as never })),
    ),
    ...many(12, (i) => pod(`train-${i}`, { cpu: '1', memory: '1Gi', 'nvidia.com/gpu': '1' })),
  ]
  const text = renderBill(await withBill(insightWith(undefined, 60), readNodesAndPods(nodes, pods)), LOOKS)
  assert.match(
    text.replace(/\s+/g, ' '),
    /nvidia\.com\/gpu fills gpus: one nvidia\.com\/gpu less saves 0\.25 of a node/,
  )
})

test('the bill names a Pod that fits on no node', async () => {
  const nodes = [node('node-0')]
  const pods = [pod('db-0', { cpu: '1' }, { owner }), pod('vast', { cpu: '9e18' })]
  const report = await withBill(insightWith(undefined, 1), readNodesAndPods(nodes, pods))
  const text = renderBill(report, LOOKS).replace(/\s+/g, ' ')
  assert.match(text, /With the requests as they are, 1 Pod fits on no node that is there, such as shop\/vast\./)
})

test('the bill says what of nodes and Pods cannot be used, a line each, and counts the rest', async () => {
  const nodes = [...many(4, (i) => node(`node-${i}`)), { metadata: { name: 'young' } }]
  const apart = (i: number) => ({
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: `app-${i}` } } },
      ],
    },
  })
  const pods = [
    ...[pod('odd', { cpu: '-1', memory: '1Gi' }), pod('absurd', { cpu: '9e18' }), pod('huge', { cpu: '5' })],
    ...many(8, (i) => pod(`web-${i}`, { cpu: '1', memory: '1Gi' })),
    ...many(5000, (i) => pod(`p-${i}`, {}, { labels: { app: `app-${i}` }, spec: { affinity: apart(i) as never } })),
  ]
  const report = await withBill(insightWith(undefined, 8), readNodesAndPods(nodes, pods))
  const text = renderBill(report, LOOKS).replace(/\s+/g, ' ')
  assert.match(text, /Node young has no allocatable cpu, memory, pods: it is left out/)
  assert.match(text, /Pod shop\/odd, container app: cpu is "-1", which is not a quantity: it counts as 0/)
  assert.match(text, /Pods fit on no node that is there, such as shop\//)
  assert.match(text, /more than 2000 different rules about each other\. 3000 are ignored/)
  assert.match(text, /as they are 4 /)
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
