import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MEMORY_BUCKETS } from '../../src/learner/log-buckets.ts'
import { peakSurvival } from '../../src/learner/peak-survival.ts'
import type { Peak } from '../../src/learner/recent-peaks.ts'
import { near } from './near.ts'

const peak = (bucket: number, weight = 1, p95 = 100): Peak => ({ back: 0, weight, peak: bucket, p95 })

/** Survival of a mass at `at` under a Laplace kernel: half of it above its own bucket. */
function laplace(x: number, at: number, width: number): number {
  const half = 0.5 * Math.exp(-Math.abs(x - at) / width)
  return x >= at ? half : 1 - half
}

/** The definition, with a loop over everything. */
function expected(peaks: readonly Peak[], days: number) {
  const total = peaks.reduce((sum, { weight }) => sum + weight, 0)
  const mean = (of: (peak: Peak) => number) => peaks.reduce((sum, each) => sum + each.weight * of(each), 0) / total
  const centre = mean((each) => each.peak)
  const deviation = mean((each) => Math.abs(each.peak - centre))
  const highest = Math.max(...peaks.map((each) => each.peak))
  const widths = [
    [0.9, Math.max(0.1 * deviation, 0.4)],
    [0.1, Math.max(0.5 * deviation, 0.4)],
  ] as const
  const young = days < 7 ? Math.min(1 / Math.max(days, 1 / 24), 8) : 0
  const known = Math.min(days, 42)
  const scale = Math.max((known * deviation + 3 * 6) / (known + 3), 0.5) + 6 * young
  const mass = 0.5 * (1 + young)
  return MEMORY_BUCKETS.edges.reduce(
    (result, _, x) => {
      const beyond = Math.exp(-Math.max(0, x - highest) / scale)
      const smooth = (of: (peak: Peak) => number) =>
        widths.reduce(
          (sum, [share, width]) =>
            sum + peaks.reduce((all, each) => all + share * each.weight * of(each) * laplace(x, each.peak, width), 0),
          0,
        )
      result.chance.push((smooth(() => 1) + mass * beyond) / (total + mass))
      result.damage.push((smooth(({ p95 }) => p95) + mass * mean(({ p95 }) => p95) * beyond) / (total + mass))
      return result
    },
    { chance: [] as number[], damage: [] as number[] },
  )
}

function check(peaks: readonly Peak[], days: number): void {
  const { chance, damage, highest } = peakSurvival(peaks, days)
  const right = expected(peaks, days)
  near(chance, right.chance, 'chance')
  near(damage, right.damage, 'damage')
  assert.equal(highest, Math.max(...peaks.map((each) => each.peak)))
}

describe('the survival of the next day’s peak', () => {
  test('is that of past peaks smoothed by a narrow and a wide kernel, and of a new record', () => {
    check([peak(80), peak(84, 2, 150), peak(100, 0.5, 400), peak(60, 1, 90)], 20)
    check([peak(80, 4), peak(120, 1, 900)], 42)
    check([peak(0), peak(254, 0.1)], 14)
  })

  test('has a kernel of at least 0.4 buckets where all days are the same, and a record of all containers’ scale', () => {
    check([peak(80), peak(80), peak(80)], 30)
    check([peak(80)], 100)
    check([peak(80)], 1e6)
  })

  test('is wider for young containers: until a week of history', () => {
    for (const days of [0, 1 / 24, 1 / 8, 0.5, 1, 3, 6.9, 7, 8]) check([peak(80), peak(90, 0.7, 300)], days)
    const at = (days: number) => peakSurvival([peak(80)], days).chance[120]!
    assert.ok(at(1) > at(3) && at(3) > at(7))
  })

  test('uses at most six weeks of deviation of the container', () => {
    check([peak(80), peak(100)], 43)
    check([peak(80), peak(100)], 200)
  })
})
