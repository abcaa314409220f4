import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NONE } from '../../src/learner/days.ts'
import {
  cpuBefore,
  daysOfHistory,
  hoursWithSamples,
  isEmpty,
  memoryBefore,
  oldestHour,
} from '../../src/learner/hour-statistics.ts'
import { UsageWindow } from '../../src/learner/usage-window.ts'
import { MIB } from './usage.ts'
import { bytes, cores, windowOf } from './windows.ts'

describe('statistics of closed hours', () => {
  test('count hours with samples of either resource', () => {
    const window = windowOf(10, (hour) => (hour % 3 === 0 ? { cpu: 1 } : hour % 3 === 1 ? { memory: MIB } : {}))
    assert.equal(hoursWithSamples(window, 0, 10), 7)
    assert.equal(hoursWithSamples(window, 3, 6), 2)
    assert.equal(hoursWithSamples(window, -5, 1), 1)
    assert.equal(hoursWithSamples(window, 9, 40), 1)
  })

  test('show whether anything is left of the last 14 days', () => {
    assert.equal(isEmpty(new UsageWindow()), true)
    const window = windowOf(1, () => ({ memory: MIB }))
    assert.equal(isEmpty(window), false)
    window.closeUntil(336)
    assert.equal(isEmpty(window), false)
    assert.equal(oldestHour(window), 0)
    window.closeUntil(337)
    assert.equal(isEmpty(window), true)
    assert.equal(oldestHour(window), 1)
  })

  test('make days of hours, and of short runs on different days', () => {
    assert.equal(daysOfHistory(new UsageWindow()), 0)
    assert.equal(daysOfHistory(windowOf(36, () => ({ cpu: 1 }))), 1.5)
    assert.equal(daysOfHistory(windowOf(600, () => ({ cpu: 1 }))), 14)
    const nightly = windowOf(10 * 24, (hour) => (hour % 24 === 2 ? { cpu: 1 } : {}))
    assert.equal(daysOfHistory(nightly), 9)
    const once = windowOf(10 * 24, (hour) => (hour === 2 ? { cpu: 1 } : {}))
    assert.equal(daysOfHistory(once), 1 / 24)
  })

  test('find the quantile of CPU before an hour, in exactly the requested hours', () => {
    const window = windowOf(48, (hour) => ({ cpu: (hour + 1) / 10 }))
    assert.equal(cpuBefore(window, 48, 1, 0.6), cores(4.8))
    assert.equal(cpuBefore(window, 48, 6, 0.95), cores(4.8))
    assert.equal(cpuBefore(window, 48, 6, 0.5), cores(4.5))
    assert.equal(cpuBefore(window, 10, 4, 0.25), cores(0.7))
    assert.equal(cpuBefore(window, 2, 24, 1), cores(0.2))
  })

  test('go back to the last hour with CPU if those have none', () => {
    const window = windowOf(40, (hour) => (hour === 3 ? { cpu: 2 } : hour === 5 ? { cpu: 3 } : { memory: MIB }))
    assert.equal(cpuBefore(window, 40, 6, 0.95), cores(3))
    assert.equal(cpuBefore(window, 5, 1, 0.95), cores(2))
    assert.equal(cpuBefore(window, 3, 1, 0.95), NONE)
    const forgotten = windowOf(1, () => ({ cpu: 2 }))
    forgotten.closeUntil(340)
    assert.equal(cpuBefore(forgotten, 340, 24, 0.95), NONE)
  })

  test('sum up the memory of 24 hours: peak, 95th percentile and hours with samples', () => {
    const window = windowOf(60, (hour) => (hour === 30 ? {} : { memory: (hour === 40 ? 900 : 100 + hour) * MIB }))
    assert.deepEqual(memoryBefore(window, 60), { peak: bytes(900 * MIB), p95: bytes(159 * MIB), hours: 24 })
    assert.deepEqual(memoryBefore(window, 40), { peak: bytes(139 * MIB), p95: bytes(138 * MIB), hours: 23 })
    assert.deepEqual(memoryBefore(window, 2), { peak: bytes(101 * MIB), p95: bytes(101 * MIB), hours: 2 })
    assert.equal(memoryBefore(window, 0), undefined)
    assert.equal(memoryBefore(window, 500), undefined)
  })

  test('weigh the median of an hour fourteen times as much as its peak', () => {
    // Of 24 hours, the peaks are a twentieth of the mass and the 90th percentiles a quarter.
    const spread = windowOf(24, () => ({
      memory: [...Array(8).fill(100 * MIB), ...Array(3).fill(200 * MIB), 400 * MIB],
    }))
    assert.deepEqual(memoryBefore(spread, 24), { peak: bytes(400 * MIB), p95: bytes(200 * MIB), hours: 24 })
    const flat = windowOf(24, (hour) => ({
      memory: hour === 0 ? [...Array(11).fill(100 * MIB), 400 * MIB] : 100 * MIB,
    }))
    assert.equal(memoryBefore(flat, 24)!.p95, bytes(100 * MIB))
  })
})
