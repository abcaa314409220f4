import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_PRICES, Prices } from '../../src/config/index.ts'
import { nodePerMonth, priceOfNode } from '../../src/insight/index.ts'
import { ASKED, insightOf } from './made.ts'

const TABLE = Prices.parse({
  coreHour: 1,
  gibHour: 2,
  pools: [
    { name: 'spot', labels: { pool: 'spot' }, coreHour: 3, gibHour: 4 },
    { name: 'large spot', labels: { pool: 'spot', size: 'large' }, coreHour: 5, gibHour: 6 },
  ],
})

test('a node costs what the first pool costs whose labels it has, else what is usual', () => {
  const core = (labels?: Record<string, string>) => priceOfNode(TABLE, labels).coreHour
  assert.deepEqual(
    [core({ pool: 'spot', size: 'large' }), core({ pool: 'spot' }), core({ pool: 'x' }), core()],
    [3, 3, 1, 1],
  )
  assert.equal(core({ toString: 'spot' }), 1)
})

test('a whole node costs what the first price of nodes says whose labels it has, else its cores and whole GiB', () => {
  const table = {
    ...TABLE,
    nodes: [
      { name: 'shape', nodeHour: 9 },
      { name: 'a', labels: { type: 'a' }, nodeHour: 5 },
    ],
  }
  const amounts = { cores: 4, bytes: 15.9 * 2 ** 30 }
  const hourly = (labels: Record<string, string>) => nodePerMonth(table, labels, amounts) / 730
  assert.deepEqual([hourly({ type: 'a' }), hourly({ type: 'b' }), hourly({ pool: 'spot' })], [5, 4 + 32, 12 + 64])
})

test('nothing given is the first idea', () => assert.deepEqual(Prices.parse({}), DEFAULT_PRICES))

test('a workload costs the mean over the nodes of its Pods', () => {
  const { workload } = insightOf(
    {
      containers: [{ name: 'app', now: ASKED }],
      prices: [
        { coreHour: 1, gibHour: 2 },
        { coreHour: 3, gibHour: 4 },
      ],
    },
    { prices: TABLE },
  )
  assert.deepEqual(workload.price, { coreHour: 2, gibHour: 3 })
  assert.equal(workload.money.now, 730 * (2 * 2 + 2 * 3))
  const unknown = insightOf({ containers: [{ name: 'app', now: ASKED }] }, { prices: TABLE }).workload
  assert.deepEqual(unknown.price, { coreHour: 1, gibHour: 2 })
})
