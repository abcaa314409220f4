import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cpuHeldDays, DAYS_LOOKED_AT, memoryHeldDays, shareAbove } from '../../src/learner/held-days.ts'
import { near } from './near.ts'
import { MIB } from './usage.ts'
import { bytes, cores, windowOf } from './windows.ts'

/** Whole days of 1 core, and a burst of 3 cores in so many hours of some of them. */
const bursts = (days: number, hours: (day: number) => number) =>
  windowOf(days * 24, (hour) => ({ cpu: hour % 24 < hours(Math.floor(hour / 24)) ? 3 : 1 }))

describe('days on which a CPU request would have held', () => {
  test('are those with at most 1/K of the samples above it', () => {
    // 2 of 24 hours are 8.3 %, and 3 are 12.5 %.
    assert.deepEqual(
      cpuHeldDays(
        bursts(10, () => 2),
        cores(2),
        10,
      ).all,
      { days: 10, held: 10 },
    )
    assert.deepEqual(
      cpuHeldDays(
        bursts(10, () => 3),
        cores(2),
        10,
      ).all,
      { days: 10, held: 0 },
    )
    assert.deepEqual(
      cpuHeldDays(
        bursts(10, () => 3),
        cores(2),
        8,
      ).all,
      { days: 10, held: 10 },
    )
    assert.deepEqual(
      cpuHeldDays(
        bursts(10, () => 24),
        cores(3),
        100,
      ).all,
      { days: 10, held: 10 },
    )
  })

  test('count less the older they are: half in five days, and in one and a half', () => {
    const { slow, quick, all, newest, newestAbove } = cpuHeldDays(
      bursts(3, (day) => (day === 1 ? 3 : 0)),
      cores(2),
      10,
    )
    const [a, b] = [2 ** (-1 / 5), 2 ** (-2 / 5)]
    near([slow.days, slow.held], [1 + a + b, 1 + b])
    const [c, d] = [2 ** (-1 / 1.5), 2 ** (-2 / 1.5)]
    near([quick.days, quick.held], [1 + c + d, 1 + d])
    assert.deepEqual([all, newest, newestAbove], [{ days: 3, held: 2 }, true, 0])
  })

  test('tell the newest day apart', () => {
    const { newest, newestAbove } = cpuHeldDays(
      bursts(3, (day) => (day === 2 ? 6 : 0)),
      cores(2),
      10,
    )
    assert.deepEqual([newest, newestAbove], [false, 0.25])
    const silent = cpuHeldDays(
      windowOf(72, (hour) => (hour < 48 ? { cpu: 1 } : {})),
      cores(2),
      10,
    )
    assert.deepEqual([silent.newest, silent.all.days], [false, 2])
  })

  test('are those of a fortnight with at least six hours of CPU', () => {
    assert.equal(DAYS_LOOKED_AT, 14)
    assert.equal(
      cpuHeldDays(
        bursts(20, () => 0),
        cores(2),
        10,
      ).all.days,
      14,
    )
    const short = (hours: number) => windowOf(48, (hour) => (hour % 24 < hours ? { cpu: 1 } : {}))
    assert.equal(cpuHeldDays(short(5), cores(2), 10).all.days, 0)
    assert.equal(cpuHeldDays(short(6), cores(2), 10).all.days, 2)
  })

  test('end with the hour that is closed last, and begin in the middle of a day', () => {
    const window = windowOf(30, (hour) => ({ cpu: hour >= 6 && hour < 9 ? 3 : 1 }))
    assert.deepEqual(cpuHeldDays(window, cores(2), 10).all, { days: 2, held: 1 })
  })
})

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

  test('count only with samples, of a fortnight', () => {
    const window = windowOf(20 * 24, (hour) => (Math.floor(hour / 24) === 18 ? {} : { memory: 100 * MIB }))
    assert.deepEqual(memoryHeldDays(window, bytes(200 * MIB)), { days: 13, held: 13, newest: true })
    assert.deepEqual(memoryHeldDays(window, bytes(50 * MIB)), { days: 13, held: 0, newest: false })
  })
})
