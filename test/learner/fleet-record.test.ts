import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ByteReader, ByteWriter } from '../../src/learner/bytes.ts'
import { CPU_MODEL, MEMORY_MODEL } from '../../src/learner/confidence.ts'
import { FleetRecord } from '../../src/learner/fleet-record.ts'
import { GOAL_PRICES } from '../../src/learner/goals.ts'
import { near } from './near.ts'

const fleetOf = (cadence: '24h' | '1h') => new FleetRecord(GOAL_PRICES.balanced, cadence)

describe('the price of a change', () => {
  test('begins at 0.04 days of cost for daily decisions, and 0.4 for hourly ones', () => {
    assert.deepEqual([fleetOf('24h').changePrice, fleetOf('1h').changePrice], [0.04, 0.4])
  })

  test('rises with a change and falls with a decision without one, so that it rests at the budget', () => {
    for (const [cadence, first, decisions] of [
      ['24h', 0.04, 1],
      ['1h', 0.4, 24],
    ] as const) {
      const [raised, lowered] = [fleetOf(cadence), fleetOf(cadence)]
      raised.updateChangePrice(true, 100, 0.36)
      near(raised.changePrice, first * Math.exp((0.5 * (1 - 0.36 / decisions)) / 100))
      lowered.updateChangePrice(false, 100, 0.36)
      near(lowered.changePrice, first * Math.exp((0.5 * -0.36) / decisions / 100))
    }
    const daily = fleetOf('24h')
    for (let i = 0; i < 1000; i++) daily.updateChangePrice(i % 100 < 36, 100, 0.36)
    near(daily.changePrice, 0.04)
  })

  test('changes as fast in a fleet of one as in one of a hundred, if all change equally often', () => {
    const [one, hundred] = [fleetOf('1h'), fleetOf('1h')]
    for (let day = 0; day < 3; day++) one.updateChangePrice(true, 1, 0.3)
    for (let decision = 0; decision < 300; decision++) hundred.updateChangePrice(true, 100, 0.3)
    near(one.changePrice, hundred.changePrice)
    const none = fleetOf('1h')
    none.updateChangePrice(true, 0, 0.3)
    near(none.changePrice, 0.4 * Math.exp(0.5 * (1 - 0.3 / 24)))
  })

  test('stays between 0.005 and 8 days of cost', () => {
    const [highest, least] = [fleetOf('1h'), fleetOf('24h')]
    for (let i = 0; i < 5000; i++) {
      highest.updateChangePrice(true, 20, 0.3)
      least.updateChangePrice(false, 20, 0.3)
    }
    near([highest.changePrice, least.changePrice], [8, 0.005])
  })
})

describe('what a fleet shares', () => {
  test('is averaged over about twenty days of decisions', () => {
    near(1 / (1 - fleetOf('24h').decay(100)), 2000)
    near(1 / (1 - fleetOf('1h').decay(100)), 48_000)
  })

  test('is copied completely, and the copy is independent', () => {
    const fleet = fleetOf('1h')
    fleet.updateChangePrice(true, 20, 0.3)
    fleet.cpuCost.add(2, 0.9)
    fleet.memoryCost.add(3, 0.9)
    const [cpu, memory] = [CPU_MODEL.weights.map((_, i) => i / 10), MEMORY_MODEL.weights.map((_, i) => i / 5)]
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
    copy.updateChangePrice(true, 20, 0.3)
    copy.cpuCost.add(9, 0.9)
    copy.memoryHolds.learn(memory, true)
    assert.deepEqual(state(fleet), before)
  })

  test('is read completely, including versions with another CPU model', () => {
    const fleet = fleetOf('24h')
    const to = new ByteWriter()
    fleet.write(to)
    const from = new ByteReader(to.finish())
    fleetOf('24h').read(from)
    assert.equal(from.remaining, 0)
    for (const [version, features] of [
      [2, 15],
      [4, 23],
    ] as const) {
      const old = new ByteReader(new Uint8Array(8 * (1 + 4 + features + features ** 2 + 6 + 6 * 6)))
      const read = fleetOf('24h')
      read.read(old, version)
      assert.equal(old.remaining, 0)
      // Confidence in CPU means something else now: it starts again.
      assert.equal(read.cpuHolds.probability([0, 1, 0, 0, 0]), fleet.cpuHolds.probability([0, 1, 0, 0, 0]))
    }
  })
})
