import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ByteReader, ByteWriter } from '../../src/learner/bytes.ts'
import { CPU_VARIANCES, MEMORY_VARIANCES } from '../../src/learner/confidence.ts'
import { FleetRecord } from '../../src/learner/fleet-record.ts'
import { GOAL_PRICES } from '../../src/learner/goals.ts'
import { near } from './near.ts'

const fleetOf = (cadence: '24h' | '1h') => new FleetRecord(GOAL_PRICES.balanced, cadence)

describe('the price of a change', () => {
  test('begins at 0.04 days of cost for daily decisions, and 0.06 for hourly ones', () => {
    assert.deepEqual([fleetOf('24h').changePrice, fleetOf('1h').changePrice], [0.04, 0.06])
  })

  test('rises with a change and falls with a decision without one, so that it rests at the budget', () => {
    for (const [cadence, first, budget] of [
      ['24h', 0.04, 0.36],
      ['1h', 0.06, 0.9 / 24],
    ] as const) {
      const [raised, lowered] = [fleetOf(cadence), fleetOf(cadence)]
      raised.updateChangePrice(true, 100)
      near(raised.changePrice, first * Math.exp((0.5 * (1 - budget)) / 100))
      lowered.updateChangePrice(false, 100)
      near(lowered.changePrice, first * Math.exp((0.5 * -budget) / 100))
    }
    const daily = fleetOf('24h')
    for (let i = 0; i < 1000; i++) daily.updateChangePrice(i % 100 < 36, 100)
    near(daily.changePrice, 0.04)
  })

  test('moves no faster in a fleet of few than in one of twenty', () => {
    const [few, twenty] = [fleetOf('24h'), fleetOf('24h')]
    few.updateChangePrice(true, 3)
    twenty.updateChangePrice(true, 20)
    near([few.changePrice, twenty.changePrice], Array(2).fill(0.04 * Math.exp((0.5 * 0.64) / 20)))
  })

  test('stays between an eighth of the first and sixteen times as much', () => {
    const [highest, least] = [fleetOf('1h'), fleetOf('1h')]
    for (let i = 0; i < 5000; i++) {
      highest.updateChangePrice(true, 20)
      least.updateChangePrice(false, 20)
    }
    near([highest.changePrice, least.changePrice], [0.06 * 16, 0.06 / 8])
  })
})

describe('what a fleet shares', () => {
  test('is averaged over about twenty days of decisions', () => {
    near(1 / (1 - fleetOf('24h').decay(100)), 2000)
    near(1 / (1 - fleetOf('1h').decay(100)), 48_000)
  })

  test('is copied whole, and the copy is independent', () => {
    const fleet = fleetOf('1h')
    fleet.updateChangePrice(true, 20)
    fleet.cpuCost.add(2, 0.9)
    fleet.memoryCost.add(3, 0.9)
    const [cpu, memory] = [CPU_VARIANCES.map((_, i) => i / 10), MEMORY_VARIANCES.map((_, i) => i / 5)]
    fleet.cpuHolds.learn(cpu, false)
    fleet.memoryHolds.learn(memory, false)
    const state = (of: FleetRecord) => [
      ...[of.changePrice, of.cpuCost.value(0), of.memoryCost.value(0)],
      ...[of.cpuHolds.probability(cpu), of.memoryHolds.probability(memory), of.decay(1)],
    ]
    const copy = fleet.copy()
    assert.deepEqual(state(copy), state(fleet))
    assert.equal(copy.prices, fleet.prices)
    const before = state(fleet)
    copy.updateChangePrice(true, 20)
    copy.cpuCost.add(9, 0.9)
    copy.memoryHolds.learn(memory, true)
    assert.deepEqual(state(fleet), before)
  })

  test('is read to the last byte, also of a version whose CPU model had no products', () => {
    const fleet = fleetOf('24h')
    const to = new ByteWriter()
    fleet.write(to)
    const from = new ByteReader(to.finish())
    fleetOf('24h').read(from)
    assert.equal(from.remaining, 0)
    const old = new ByteReader(new Uint8Array(8 * (1 + 4 + 15 + 15 * 15 + 6 + 6 * 6)))
    fleetOf('24h').read(old, 2)
    assert.equal(old.remaining, 0)
  })
})
