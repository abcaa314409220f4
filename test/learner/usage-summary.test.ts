import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { knownDays } from '../../src/learner/known-days.ts'
import { summarizeUsage } from '../../src/learner/usage-summary.ts'
import { MIB } from './usage.ts'
import { bytes, cores, windowOf } from './windows.ts'

const busy = () => windowOf(48, (hour) => ({ cpu: hour === 3 ? 2 : 1, memory: (100 + hour) * MIB }))

describe('what is remembered of the closed hours', () => {
  test('is the same object until an hour closes', () => {
    const window = busy()
    const before = window.summary
    window.add(window.hours, cores(8), bytes(900 * MIB))
    assert.equal(window.summary, before)
    window.closeUntil(window.hours + 1)
    assert.notEqual(window.summary, before)
    assert.deepEqual(window.summary, summarizeUsage(window))
    assert.equal(window.summary.cpu!.peak, cores(8))
  })

  test('is computed again after a late sample', () => {
    const window = busy()
    assert.equal(window.summary.cpu!.peak, cores(2))
    assert.equal(window.knownDays(cores(2), 10).newest, 0)
    window.add(window.hours - 2, cores(8), bytes(900 * MIB))
    assert.equal(window.summary.cpu!.peak, cores(8))
    assert.equal(window.summary.memory!.peak, bytes(900 * MIB))
    assert.deepEqual(window.knownDays(cores(2), 10), knownDays(window, cores(2), 10))
  })

  test('of one request is never taken for another request or price', () => {
    const window = busy()
    for (const [request, price] of [
      [cores(1), 10],
      [cores(2), 10],
      [cores(1), 100],
    ] as const)
      assert.deepEqual(window.knownDays(request, price), knownDays(window, request, price))
  })
})
