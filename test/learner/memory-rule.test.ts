import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GOAL_RULES } from '../../src/learner/goals.ts'
import { replayMemory, sizeMemory } from '../../src/learner/memory-rule.ts'

const rules = { ...GOAL_RULES.savings, memoryPeakQuantile: 0.9, memoryMargin: 0.05, memoryLimitMargin: 0.3 }

describe('memory rule', () => {
  test('the request follows the quantile of the daily peaks, the limit the highest', () => {
    const peaks = [100, 90, 80, 70, 60, 50, 40, 30, 20, 1000]
    assert.deepEqual(sizeMemory(peaks, rules), { request: 105, limit: 1300 })
  })

  test('with fewer than ten days the ninth decile of the peaks is the highest of them', () => {
    assert.deepEqual(sizeMemory([100, 200], rules), { request: 210, limit: 260 })
  })

  test('confidence grows with the days that held and never reaches 1', () => {
    const steady = (days: number) => replayMemory(new Array<number>(days).fill(100), rules)
    assert.equal(steady(1), undefined)
    assert.equal(steady(2), undefined, 'the second day may still be running')
    assert.equal(steady(3), 2 / 3)
    assert.equal(steady(15), 14 / 15)
  })

  test('a day above the limit that the days before it gave counts against it', () => {
    assert.equal(replayMemory([100, 100, 131, 100, 100], rules), (2 + 1) / (3 + 2))
    assert.equal(replayMemory([100, 100, 130, 100, 100], rules), (3 + 1) / (3 + 2))
  })

  test('the running day counts once it has broken, not before', () => {
    assert.equal(replayMemory([100, 100, 100], rules), 2 / 3)
    assert.equal(replayMemory([100, 100, 131], rules), 2 / 4)
  })
})
