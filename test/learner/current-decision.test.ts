import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ByteReader, ByteWriter } from '../../src/learner/bytes.ts'
import { CurrentDecision } from '../../src/learner/current-decision.ts'
import { GOAL_PRICES } from '../../src/learner/goals.ts'
import { CPU_BUCKETS } from '../../src/learner/log-buckets.ts'
import { near } from './near.ts'
import { cores } from './windows.ts'

const { edges } = CPU_BUCKETS

describe('the current decision', () => {
  test('does not exist at first, and nothing is known about it', () => {
    const none = new CurrentDecision()
    assert.deepEqual([none.cpuRequest, none.memoryRequest, none.memoryLimit, none.dueHour], [-1, -1, -1, -1])
    for (const unknown of [none.cpuConfidence, none.memoryConfidence, none.cpuCost, none.memoryCost])
      assert.ok(Number.isNaN(unknown))
    assert.deepEqual([none.prices, none.wasKilled, none.hasNewVersion, none.cpuBasis], [undefined, false, false, 0])
  })

  test('adds up what each strategy would cost, at the price of a core above its request', () => {
    const decision = new CurrentDecision(GOAL_PRICES.balanced)
    const [even, seasonal, cautious] = decision.strategies
    even!.request = cores(1)
    seasonal!.request = cores(4)
    decision.observe(0, cores(2), -1, 2)
    decision.observe(0, cores(0.5), -1, 0.5)
    assert.equal(decision.strategySamples, 2)
    const at = edges[cores(1)]!
    near(even!.hour, 2 * at + 20 * (2 - at))
    near(seasonal!.hour, 2 * edges[cores(4)]!)
    assert.equal(cautious!.hour, 0)
  })

  test('adds up nothing without CPU, without prices or before the even strategy has planned', () => {
    const spent = (prepare: (decision: CurrentDecision) => void) => {
      const decision = new CurrentDecision(GOAL_PRICES.balanced)
      for (const strategy of decision.strategies) strategy.request = 50
      prepare(decision)
      return [decision.strategySamples, ...decision.strategies.map(({ hour }) => hour)]
    }
    const NOTHING = [0, 0, 0, 0]
    assert.deepEqual(
      spent((decision) => decision.observe(0, -1, 20, Number.NaN)),
      NOTHING,
    )
    const unpriced = (decision: CurrentDecision) => {
      decision.prices = undefined
      decision.observe(0, 60, -1, 1)
    }
    assert.deepEqual(spent(unpriced), NOTHING)
    const unplanned = (decision: CurrentDecision) => {
      decision.strategies[0]!.request = -1
      decision.observe(0, 60, -1, 1)
    }
    assert.deepEqual(spent(unplanned), NOTHING)
  })

  test('passes its samples to the watched decision', () => {
    const decision = new CurrentDecision(GOAL_PRICES.balanced)
    decision.cpuRequest = 50
    decision.memoryLimit = 60
    decision.watch(5)
    decision.observe(5, 51, 61, 1)
    const { watched } = decision
    assert.deepEqual([watched.hour, watched.cpuRequest, watched.memoryLimit], [5, 50, 60])
    assert.deepEqual([watched.samples, watched.samplesAbove, watched.limitExceeded], [1, 1, true])
  })

  test('is read as it was written, field by field', () => {
    const decision = new CurrentDecision()
    const numbers = [
      'cpuRequest',
      'memoryRequest',
      'memoryLimit',
      'dueHour',
      'strategySamples',
      'cpuBasis',
      'cpuLoweredHour',
      'memoryLoweredHour',
    ] as const
    const costs = [
      'cpuConfidence',
      'memoryConfidence',
      'cpuCost',
      'memoryCost',
      'authorCpuCost',
      'authorMemoryCost',
      'inForceCpuCost',
      'inForceMemoryCost',
    ] as const
    for (const [i, field] of [...numbers, ...costs].entries()) decision[field] = 3 + i
    const watchedNumbers = [
      'hour',
      'cpuRequest',
      'memoryLimit',
      'samples',
      'samplesAbove',
      'hours',
      'lastHour',
      'statedShare',
    ] as const
    for (const [i, field] of watchedNumbers.entries()) decision.watched[field] = 40 + i
    decision.watched.cpuFeatures.set([0.5, 1.5, 2.5])
    decision.watched.memoryFeatures.set([-0.5, 4])
    for (const [i, strategy] of decision.strategies.entries())
      Object.assign(strategy, { request: i, spent: i + 0.1, switching: i + 0.2, hour: i + 0.3 })
    for (const flags of [0, 1, 2, 3, 4, 5, 6, 7]) {
      decision.wasKilled = (flags & 1) > 0
      decision.watched.limitExceeded = (flags & 2) > 0
      decision.hasNewVersion = (flags & 4) > 0
      const to = new ByteWriter()
      decision.write(to)
      const restored = new CurrentDecision()
      const from = new ByteReader(to.finish())
      restored.read(from, 5)
      assert.equal(from.remaining, 0)
      assert.deepEqual(restored, decision)
    }
  })
})
