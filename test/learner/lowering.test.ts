import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CurrentDecision } from '../../src/learner/current-decision.ts'
import { holdCpu, holdMemory, noteLowered } from '../../src/learner/lowering.ts'

const rules = { aDay: 0.3, lowerEveryHours: 6 }
const cpuAt = (best: number) => ({
  best,
  cost: 1,
  saving: 0.5,
  basis: 0,
  costOf: { best: 1, current: 2, author: Number.NaN, inForce: Number.NaN },
})
const prices = Float64Array.from({ length: 255 }, (_, i) => i)
const memoryAt = (request: number, limit: number) => ({
  ...{ requestCost: prices, limitCost: prices.map((price) => 10 * price), chance: prices, request, limit },
  ...{ bestCost: 0, newestPeak: 0, highestPeak: 0 },
})
const decisionAt = (lowered: number) =>
  Object.assign(new CurrentDecision(), {
    ...{ cpuRequest: 50, memoryRequest: 60, memoryLimit: 70, cpuLoweredHour: lowered, memoryLoweredHour: lowered },
  })

describe('a CPU request', () => {
  test('is not lowered again before the time has passed, and may rise at any time', () => {
    const at = (best: number, hours: number, lowered = 100) => holdCpu(cpuAt(best), decisionAt(lowered), hours, rules)
    assert.equal(at(40, 106).best, 40)
    assert.equal(at(55, 101).best, 55)
    assert.deepEqual([at(40, 101, -1).best, at(40, 3, -1).best], [40, 40])
    const held = at(40, 105)
    assert.deepEqual([held.best, held.saving, held.costOf.best], [50, 0, 2])
  })
})

describe('memory', () => {
  test('is not lowered again before the time has passed: neither its request nor its limit', () => {
    const at = (request: number, limit: number, hours: number) => {
      const held = holdMemory(memoryAt(request, limit), decisionAt(100), hours, rules)
      return [held.request, held.limit, held.bestCost]
    }
    assert.deepEqual(at(50, 65, 106), [50, 65, 0])
    assert.deepEqual(at(65, 75, 101), [65, 75, 0])
    assert.deepEqual(at(50, 75, 105), [60, 75, 810])
    assert.deepEqual(at(65, 65, 105), [65, 70, 765])
  })
})

test('decreases are recorded, for each resource separately', () => {
  const noted = (cpu: number, request: number, limit: number) => {
    const decision = decisionAt(-1)
    noteLowered(decision, 200, cpuAt(cpu), memoryAt(request, limit))
    return [decision.cpuLoweredHour, decision.memoryLoweredHour]
  }
  assert.deepEqual(noted(49, 60, 70), [200, -1])
  assert.deepEqual(noted(50, 59, 80), [-1, 200])
  assert.deepEqual(noted(60, 61, 69), [-1, 200])
  assert.deepEqual(noted(60, 60, 70), [-1, -1])
  const nothing = decisionAt(-1)
  noteLowered(nothing, 200, undefined, undefined)
  assert.deepEqual([nothing.cpuLoweredHour, nothing.memoryLoweredHour], [-1, -1])
})
