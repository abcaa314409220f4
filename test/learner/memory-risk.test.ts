import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MEMORY_BUCKETS } from '../../src/learner/log-buckets.ts'
import { memoryRisk } from '../../src/learner/memory-risk.ts'
import { peakSurvival } from '../../src/learner/peak-survival.ts'
import { recentPeaks } from '../../src/learner/recent-peaks.ts'
import type { UsageWindow } from '../../src/learner/usage-window.ts'
import { near } from './near.ts'
import { MIB } from './usage.ts'
import { bytes, windowOf } from './windows.ts'

const { edges } = MEMORY_BUCKETS
const PRICES = { shortfall: 20, oomDay: 30 }

/** The definition, with a loop over everything. */
function expected(window: UsageWindow, { shortfall, oomDay }: typeof PRICES, days: number) {
  const masses = new Map<number, number>()
  const hours = Array.from({ length: Math.min(336, window.hours) }, (_, age) => window.hours - 1 - age).filter(
    (hour) => window.memory(hour, 0) !== 255,
  )
  const total = (halfLife: number) => hours.reduce((sum, _, age) => sum + 2 ** (-age / halfLife), 0)
  const [day, week] = [total(24), total(168)]
  for (const [age, hour] of hours.entries()) {
    const weight = (0.5 * 2 ** (-age / 24)) / day + (0.5 * 2 ** (-age / 168)) / week
    for (const [rank, mass] of [0.7, 0.25, 0.05].entries()) {
      const bucket = window.memory(hour, rank)
      masses.set(bucket, (masses.get(bucket) ?? 0) + weight * mass)
    }
  }
  const { damage } = peakSurvival(recentPeaks(window), days)
  const request = [...edges].map((edge, i) => {
    const short = [...masses].reduce((sum, [bucket, mass]) => sum + mass * Math.max(0, edges[bucket]! - edge), 0)
    return 0.95 * edge + shortfall * short + (oomDay / 3) * damage[i]!
  })
  const limit = [...edges].map((edge, i) => 0.05 * edge + (2 / 3) * oomDay * damage[i]!)
  return { request, limit }
}

const steady = windowOf(20 * 24, (hour) => ({
  memory: [300 * MIB, 310 * MIB, (320 + ((hour * 37) % 83)) * MIB],
}))
const leastOf = (costs: readonly number[]) => costs.indexOf(Math.min(...costs))

describe('the risk of memory', () => {
  test('costs the reservation, the shortage and the kills, for every request and limit', () => {
    for (const prices of [PRICES, { shortfall: 10, oomDay: 100 }]) {
      const risk = memoryRisk(steady, prices, 20)!
      const right = expected(steady, prices, 20)
      near(risk.requestCost, right.request)
      near(risk.limitCost, right.limit)
      assert.deepEqual([risk.request, risk.limit], [leastOf(right.request), leastOf(right.limit)])
      near(risk.bestCost, right.request[risk.request]! + right.limit[risk.limit]!)
    }
  })

  test('forgets half of the usage in a day, and half of it in a week, of hours with samples', () => {
    const grown = windowOf(20 * 24, (hour) => (hour % 5 === 0 ? {} : { memory: (hour < 400 ? 300 : 600) * MIB }))
    near(memoryRisk(grown, PRICES, 20)!.requestCost, expected(grown, PRICES, 20).request)
  })

  test('considers the newest peak and the highest of six weeks', () => {
    const window = windowOf(20 * 24, (hour) => ({ memory: (hour === 100 ? 900 : hour === 470 ? 500 : 300) * MIB }))
    const { newestPeak, highestPeak, chance } = memoryRisk(window, PRICES, 20)!
    assert.deepEqual([newestPeak, highestPeak], [bytes(500 * MIB), bytes(900 * MIB)])
    near(chance, peakSurvival(recentPeaks(window), 20).chance)
  })

  test('is a guess in the first two hours, of at most four times the peak', () => {
    const first = windowOf(1, () => ({ memory: 100 * MIB }))
    const dear = { shortfall: 20, oomDay: 60 }
    const limit = (days: number) => memoryRisk(first, dear, days)!.limit
    assert.equal(limit(1 / 24), bytes(100 * MIB) + 28)
    assert.equal(limit(2 / 24), bytes(100 * MIB) + 28)
    assert.ok(limit(3 / 24) > bytes(100 * MIB) + 28)
  })

  test('never puts the limit below the request', () => {
    const { request, limit } = memoryRisk(steady, { shortfall: 100, oomDay: 0 }, 20)!
    assert.equal(limit, request)
  })

  test('is unknown before there is memory', () => {
    assert.equal(
      memoryRisk(
        windowOf(5, () => ({ cpu: 1 })),
        PRICES,
        1,
      ),
      undefined,
    )
  })
})
