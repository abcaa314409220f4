import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ByteReader, ByteWriter } from '../../src/learner/bytes.ts'
import { GOAL_PRICES } from '../../src/learner/goals.ts'
import {
  ABOVE_REQUEST_SHARE,
  OVERCOMMIT_PRICE,
  type Prices,
  readPrices,
  samePrices,
  writePrices,
} from '../../src/learner/prices.ts'

const copy = (prices: Prices): Prices => structuredClone(prices)

describe('prices', () => {
  test('are equal if every number is', () => {
    const prices = GOAL_PRICES.reliability
    assert.ok(samePrices(prices, prices) && samePrices(prices, copy(prices)))
    const { cpu, memory } = prices
    const others: Prices[] = [
      { cpu: { ...cpu, shortfall: 1 }, memory },
      { cpu: { ...cpu, limitMargin: 9 }, memory },
      { cpu, memory: { ...memory, shortfall: 1 } },
      { cpu, memory: { ...memory, oomDay: 1 } },
    ]
    for (const other of others) assert.ok(!samePrices(prices, other) && !samePrices(other, prices))
    const odd = { cpu: { ...cpu, shortfall: Number.NaN }, memory }
    assert.ok(samePrices(odd, copy(odd)), 'or nothing would ever be up to date with them')
  })

  test('are read as they were written', () => {
    for (const prices of Object.values(GOAL_PRICES)) {
      const to = new ByteWriter()
      writePrices(prices, to)
      const from = new ByteReader(to.finish())
      assert.deepEqual(readPrices(from, 5), prices)
      assert.equal(from.remaining, 0)
    }
  })

  test('of the request and of overcommitment are as documented: a third of an OOM day, and 5 %', () => {
    assert.deepEqual([ABOVE_REQUEST_SHARE, OVERCOMMIT_PRICE], [1 / 3, 0.05])
  })
})
