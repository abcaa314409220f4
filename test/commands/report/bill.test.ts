import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderBill, withBill } from '../../../src/commands/report/bill.ts'
import { fleetInsight } from '../../../src/insight/index.ts'
import { readNodesAndPods } from '../../../src/nodes/index.ts'
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
  assert.match(text, /What fills 4 CPU, 16 GiB is CPU: one core less is worth 0\.25 of a node\./)
})

test('without nodes there is no bill', async () => {
  const report = await withBill(insightWith(undefined, 1), undefined)
  assert.equal(report.bill, undefined)
  assert.equal(renderBill(report, LOOKS), '')
})
