import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { weighDays } from '../../src/learner/day-weights.ts'
import { MEMORY_BUCKETS } from '../../src/learner/log-buckets.ts'
import { recentPeaks } from '../../src/learner/recent-peaks.ts'
import { near } from './near.ts'
import { MIB } from './usage.ts'
import { bytes, windowOf } from './windows.ts'

describe('recent peaks', () => {
  test('are those of the days that end now, the newest first, each with its weight', () => {
    const window = windowOf(20 * 24, (hour) => ({ memory: (100 + ((Math.floor(hour / 24) * 7) % 5) * 30) * MIB }))
    const peaks = recentPeaks(window)
    assert.deepEqual(
      peaks.map(({ back }) => back),
      Array.from({ length: 20 }, (_, i) => i),
    )
    near(
      peaks.map(({ weight }) => weight),
      [...weighDays(peaks)],
    )
  })

  test('are those of days that end now, with their 95th percentiles in bytes', () => {
    const window = windowOf(50, (hour) => ({ memory: (hour === 27 ? 500 : hour === 20 ? 700 : 100) * MIB }))
    const peaks = recentPeaks(window).map(({ peak, p95 }) => [peak, p95])
    const hundred = MEMORY_BUCKETS.edges[bytes(100 * MIB)]
    assert.deepEqual(peaks, [
      [bytes(500 * MIB), hundred],
      [bytes(700 * MIB), hundred],
    ])
  })

  test('leave out days with fewer than six hours, except for the newest, unless all are short', () => {
    const shortDay = (hours: number) =>
      windowOf(4 * 24, (hour) => (Math.floor(hour / 24) === 1 && hour % 24 >= hours ? {} : { memory: 100 * MIB }))
    assert.deepEqual(
      recentPeaks(shortDay(5)).map(({ back }) => back),
      [0, 1, 3],
    )
    assert.deepEqual(
      recentPeaks(shortDay(6)).map(({ back }) => back),
      [0, 1, 2, 3],
    )
    const short = windowOf(4 * 24, (hour) => (hour % 24 < 2 ? { memory: 100 * MIB } : {}))
    assert.deepEqual(
      recentPeaks(short).map(({ back }) => back),
      [0, 1, 2, 3],
    )
    const newestShort = windowOf(3 * 24, (hour) => (hour >= 48 && hour < 70 ? {} : { memory: 100 * MIB }))
    assert.deepEqual(
      recentPeaks(newestShort).map(({ back }) => back),
      [0, 1, 2],
    )
  })

  test('leave out days without samples, and end where history begins', () => {
    const window = windowOf(4 * 24, (hour) => (Math.floor(hour / 24) === 2 ? {} : { memory: 100 * MIB }))
    assert.deepEqual(
      recentPeaks(window).map(({ back }) => back),
      [0, 2, 3],
    )
    assert.deepEqual(recentPeaks(windowOf(0, () => ({}))), [])
    assert.deepEqual(
      recentPeaks(windowOf(24, () => ({ memory: MIB }))).map(({ back }) => back),
      [0],
    )
    assert.deepEqual(
      recentPeaks(windowOf(25, () => ({ memory: MIB }))).map(({ back }) => back),
      [0, 1],
    )
  })

  test('reach back six weeks: beyond the hours, by the nearest whole day', () => {
    const window = windowOf(50 * 24 + 5, (hour) => ({ memory: (100 + Math.floor(hour / 24) * 3) * MIB }))
    // Steady growth counts as a leak, which moves peaks: one noisy day in between makes it none.
    const noisy = windowOf(50 * 24 + 5, (hour) => ({ memory: (Math.floor(hour / 24) % 5) * 100 * MIB + 100 * MIB }))
    assert.equal(recentPeaks(window).length, 42)
    const peaks = recentPeaks(noisy)
    assert.deepEqual(
      peaks.map(({ back }) => back),
      Array.from({ length: 42 }, (_, i) => i),
    )
    // 20 days back, the day that ends at hour 725 is nearest to day 29, which ends at hour 720.
    assert.equal(peaks[20]!.peak, bytes(((29 % 5) * 100 + 100) * MIB))
    assert.equal(peaks[20]!.p95, MEMORY_BUCKETS.edges[bytes(((29 % 5) * 100 + 100) * MIB)])
  })

  test('move forward along a leak, but not beyond a day’s growth from the newest', () => {
    // 40 MiB a day, all through the day the same.
    const window = windowOf(8 * 24, (hour) => ({ memory: (400 + 40 * Math.floor(hour / 24)) * MIB }))
    const peaks = recentPeaks(window)
    const edge = (bucket: number) => MEMORY_BUCKETS.edges[bucket]!
    const floors = Array.from({ length: 8 }, (_, day) => edge(bytes((400 + 40 * day) * MIB)))
    const slopes = floors
      .flatMap((floor, i) => floors.slice(i + 1).map((later, j) => (later - floor) / (j + 1)))
      .toSorted((a, b) => a - b)
    const perDay = slopes[Math.floor(slopes.length / 2)]!
    const tomorrow = bytes(floors[7]! + perDay)
    for (const { back, peak, p95 } of peaks) {
      const grown = floors[7 - back]! + perDay * (back + 1)
      assert.equal(peak, Math.min(bytes(grown), tomorrow), `${back} days back`)
      near(p95, Math.min(grown, edge(peak)))
    }
    assert.ok(peaks.every(({ peak }) => peak <= tomorrow))
  })
})
