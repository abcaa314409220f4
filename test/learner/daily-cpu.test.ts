import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cpuHistograms } from '../../src/learner/cpu-histograms.ts'
import { dailyCosts } from '../../src/learner/daily-cpu.ts'
import { CPU_BUCKETS, LOG_STEP } from '../../src/learner/log-buckets.ts'
import type { UsageWindow } from '../../src/learner/usage-window.ts'
import { weekdayLikeness } from '../../src/learner/weekdays.ts'
import { near } from './near.ts'
import { cores, windowOf } from './windows.ts'

const { edges } = CPU_BUCKETS

/** Hours from 1970 to the first hour, a Thursday at midnight. */
const ORIGIN = 0

function costs(window: UsageWindow, { others = [] as readonly number[] } = {}) {
  return dailyCosts(window, cpuHistograms(window)!, { shortfall: 10, limitMargin: 0 }, others, ORIGIN)
}

/** The share of usage above a bucket's edge, from what a bucket more costs. */
function above(cost: Float64Array, bucket: number): number {
  const step = edges[bucket + 1]! - edges[bucket]!
  return (1 - (cost[bucket + 1]! - cost[bucket]!) / step) / 10
}

describe('the expected cost of a day', () => {
  test('mixes the last minutes, the last day and the last week as 3, 50 and 47 %', () => {
    // Eleven hours, too few to have days; the last one is unlike the others.
    const window = windowOf(11, (hour) => ({ cpu: hour === 10 ? 2 : 1 }))
    const { cost, hasAnalogs } = costs(window)
    assert.equal(hasAnalogs, false)
    const newest = (halfLife: number, hours: number) => {
      const weights = Array.from({ length: hours }, (_, age) => 2 ** (-age / halfLife))
      return 1 / weights.reduce((total, weight) => total + weight, 0)
    }
    const expected = 0.03 * newest(0.7, 11) + 0.5 * newest(24, 11) + 0.47 * newest(168, 11)
    assert.ok(Math.abs(above(cost, cores(1)) - expected) < 1e-6, `${above(cost, cores(1))} for ${expected}`)
  })

  test('takes two fifths from past days, weighted by similarity of their beginning and by weekday, and half as much after 14 more days', () => {
    // Days 1 to 4, each at its own level, all after the same evening; today began like all of them.
    const levels = [1, 0.5, 2, 3, 1]
    const window = windowOf(5 * 24, (hour) => ({ cpu: hour % 24 === 23 ? 1 : levels[Math.floor(hour / 24)]! }))
    const { cost } = costs(window)
    const state = (day: number) => [0, 1, 2].map((which) => window.days.state(day, which))
    const now = state(5)
    const weights = [4, 3, 2, 1].map((day) => {
      const distance = state(day).reduce((total, bucket, i) => total + ((bucket - now[i]!) * LOG_STEP) ** 2, 0)
      return Math.exp(-distance / 2) * 2 ** (-(5 - day - 1) / 14) * weekdayLikeness(24 * day + 12, 24 * 5 + 12)
    })
    const total = weights.reduce((all, weight) => all + weight, 0)
    // Day 3 alone was above 2 cores: 23 of its 24 hours, which its sketch has as all but the first eighth of its mass.
    const masses = [0.25, 0.25, 0.2, 0.1, 0.1, 0.05, 0.035, 0.015]
    const ofDay = masses.reduce((all, mass, i) => all + (window.days.sketch(3, i) > cores(2) ? mass : 0), 0)
    const { minutes, day, week } = cpuHistograms(window)!
    const b = cores(3)
    const expected = 0.6 * (0.03 * minutes[b]! + 0.5 * day[b]! + 0.47 * week[b]!) + (0.4 * weights[1]! * ofDay) / total
    assert.ok(Math.abs(above(cost, cores(2)) - expected) < 1e-9, `${above(cost, cores(2))} for ${expected}`)
  })

  test('counts no day with fewer than six hours, nor the first, whose beginning is unknown', () => {
    assert.equal(costs(windowOf(47, () => ({ cpu: 1 }))).hasAnalogs, false)
    assert.equal(costs(windowOf(48, () => ({ cpu: 1 }))).hasAnalogs, true)
    const short = (hours: number) => windowOf(48, (hour) => (hour < 24 || hour >= 48 - hours ? { cpu: 1 } : {}))
    assert.equal(costs(short(5)).hasAnalogs, false)
    assert.equal(costs(short(6)).hasAnalogs, true)
  })

  test("is lowest at the newsvendor's quantile", () => {
    const window = windowOf(10, () => ({ cpu: Array.from({ length: 12 }, (_, i) => (i + 1) / 10) }))
    const exact = costs(window)
    assert.equal(exact.best, cores(1.1))
    assert.equal(exact.bestCost, exact.cost[exact.best])
  })

  test('includes other requests too, below and above all usage', () => {
    const window = windowOf(10, () => ({ cpu: 1 }))
    const { cost, best } = costs(window, { others: [cores(0.5), cores(3), -1] })
    near(cost[cores(0.5)]!, edges[cores(0.5)]! + 10 * (edges[cores(1)]! - edges[cores(0.5)]!))
    near(cost[cores(3)]!, edges[cores(3)]!)
    assert.equal(best, cores(1))
  })
})
