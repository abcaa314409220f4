import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { STRATEGIES } from '../../src/learner/strategies.ts'

test('the strategies are even, seasonal and cautious, with these masses: saved costs are those of these three', () => {
  const even = {
    ...{ minutes: 20, minutesFade: 0.8, hours: 2, hoursFade: 0.9 },
    ...{ day: 0.3, week: 0.03, daily: 0.1, weekly: 0.1, alike: 20 },
  }
  assert.deepEqual(STRATEGIES, [
    even,
    { ...even, daily: 1.5, weekly: 1.5 },
    { ...even, minutes: 4, day: 0.9, daily: 0, weekly: 0 },
  ])
})

describe('a strategy', () => {
  test('fades the last minutes faster than the last hours', () => {
    for (const { minutesFade, hoursFade } of STRATEGIES) assert.ok(minutesFade < hoursFade && hoursFade < 1)
  })
})
