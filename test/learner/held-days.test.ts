import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { memoryHeldDays, shareAbove } from '../../src/learner/held-days.ts'
import { near } from './near.ts'
import { MIB } from './usage.ts'
import { bytes, cores, windowOf } from './windows.ts'

describe('the share of CPU above a request', () => {
  test('is counted in ranks of hours with samples', () => {
    const window = windowOf(10, (hour) => (hour === 9 ? {} : { cpu: hour === 8 ? [1, 1, 1, 3, 3] : 1 }))
    near(shareAbove(window, 0, 10, cores(2)), 2 / 45)
    near(shareAbove(window, 8, 10, cores(2)), 0.4)
    near(shareAbove(window, 8, 9, cores(1)), 0.4)
    near(shareAbove(window, -6, 8, cores(0.5)), 1)
    assert.equal(shareAbove(window, 9, 10, cores(0.1)), 0)
    assert.equal(shareAbove(window, 0, 8, cores(3)), 0)
  })
})

describe('days on which a memory limit would have held', () => {
  test('are those whose peak is at or below it', () => {
    const window = windowOf(5 * 24, (hour) => ({ memory: (hour === 50 ? 300 : 100) * MIB }))
    assert.deepEqual(memoryHeldDays(window, bytes(200 * MIB)), { days: 5, held: 4, newest: true })
    assert.deepEqual(memoryHeldDays(window, bytes(300 * MIB)), { days: 5, held: 5, newest: true })
    assert.deepEqual(memoryHeldDays(window, bytes(50 * MIB)), { days: 5, held: 0, newest: false })
  })

  test('only count with samples, in the last 14 days', () => {
    const window = windowOf(20 * 24, (hour) => (Math.floor(hour / 24) === 18 ? {} : { memory: 100 * MIB }))
    assert.deepEqual(memoryHeldDays(window, bytes(200 * MIB)), { days: 13, held: 13, newest: true })
    assert.deepEqual(memoryHeldDays(window, bytes(50 * MIB)), { days: 13, held: 0, newest: false })
  })
})
