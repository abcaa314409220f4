import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Goal } from '../../src/api/index.ts'
import { GOAL_PRICES } from '../../src/learner/goals.ts'

describe('the prices of goals', () => {
  test('are those that docs/concepts/learning.md states', () => {
    assert.deepEqual(GOAL_PRICES, {
      savings: { cpu: { shortfall: 10, limitMargin: 0.25 }, memory: { shortfall: 10, oomDay: 10 } },
      balanced: { cpu: { shortfall: 20, limitMargin: 0.5 }, memory: { shortfall: 20, oomDay: 30 } },
      reliability: {
        cpu: { shortfall: 100, limitMargin: 1 },
        memory: { shortfall: 100, oomDay: 100 },
      },
    })
  })

  test('are in the order of the goals, in which states before version 4 are saved', () => {
    assert.deepEqual(Object.keys(GOAL_PRICES), Goal.options)
    assert.deepEqual(Goal.options, ['savings', 'balanced', 'reliability'])
  })
})
