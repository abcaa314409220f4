import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { cpuHistograms, requestCosts } from '../../src/learner/cpu-histograms.ts'
import { CPU_BUCKETS } from '../../src/learner/log-buckets.ts'
import { UsageWindow } from '../../src/learner/usage-window.ts'
import { near } from './near.ts'
import { addHours, cores, windowOf } from './windows.ts'

const { edges, count } = CPU_BUCKETS
const sum = (masses: Float64Array) => masses.reduce((total, mass) => total + mass, 0)

describe('CPU histograms', () => {
  test('do not exist before there is CPU', () => {
    assert.equal(cpuHistograms(new UsageWindow()), undefined)
    assert.equal(cpuHistograms(windowOf(3, () => ({ memory: 2 ** 20 }))), undefined)
  })

  test('halve weights in 0.7 hours, three hours, a day and a week', () => {
    const window = windowOf(1, () => ({ cpu: 1 }))
    addHours(window, 1, 2, () => ({ cpu: 2 }))
    window.closeUntil(2)
    const halfLives = { minutes: 0.7, hours: 3, day: 24, week: 168 }
    const histograms = cpuHistograms(window)!
    for (const [name, halfLife] of Object.entries(halfLives)) {
      const histogram = histograms[name as keyof typeof halfLives]
      near(histogram[cores(1)]! / histogram[cores(2)]!, 2 ** (-1 / halfLife), name)
      near(sum(histogram), 1, name)
    }
  })

  test('give every hour the same weight, with any number of samples', () => {
    const window = windowOf(1, () => ({ cpu: [1, 1, 1, 3] }))
    const { minutes, hours } = cpuHistograms(window)!
    near([minutes[cores(1)]!, minutes[cores(3)]!], [0.75, 0.25])
    near([hours[cores(1)]!, hours[cores(3)]!], [0.75, 0.25])
    const uneven = windowOf(2, (hour) => ({ cpu: hour === 0 ? Array(12).fill(1) : [2, 2, 2] }))
    const later = cpuHistograms(uneven)!
    near(later.minutes[cores(1)]! / later.minutes[cores(2)]!, 2 ** (-1 / 0.7))
    near(later.hours[cores(1)]! / later.hours[cores(2)]!, 2 ** (-1 / 3))
  })

  test('look back twelve hours for the minutes, and a day for the hours', () => {
    const window = windowOf(30, (hour) => ({ cpu: hour + 1 }))
    const { minutes, hours } = cpuHistograms(window)!
    const seen = (histogram: Float64Array) => [18, 19, 6, 7].map((value) => histogram[cores(value)]! > 0)
    assert.deepEqual(seen(minutes), [false, true, false, false])
    assert.deepEqual(seen(hours), [true, true, false, true])
  })

  test('know their first and last bucket with any mass', () => {
    const window = windowOf(40, (hour) => ({ cpu: hour === 5 ? 0.5 : hour === 6 ? 8 : 2 }))
    const { lowest, highest } = cpuHistograms(window)!
    assert.deepEqual([lowest, highest], [cores(0.5), cores(8)])
  })
})

describe('the cost of a CPU request', () => {
  const histogram = new Float64Array(count)
  const cost = new Float64Array(count)
  const fill = (masses: readonly (readonly [number, number])[]) => {
    histogram.fill(0)
    for (const [bucket, mass] of masses) histogram[bucket]! += mass
  }

  test('is the request, plus the price of each core above it', () => {
    fill([
      [cores(1), 3],
      [cores(2), 1],
    ])
    requestCosts(histogram, 10, cores(1), cores(2), cost)
    near(cost[cores(1)]!, edges[cores(1)]! + 10 * 0.25 * (edges[cores(2)]! - edges[cores(1)]!))
    near(cost[cores(2)]!, edges[cores(2)]!)
  })

  test('is that of every request by its definition, and the cheapest is found', () => {
    const masses = fc.array(fc.tuple(fc.integer({ min: 20, max: 60 }), fc.double({ min: 0.01, max: 5, noNaN: true })), {
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(masses, fc.double({ min: 1.5, max: 100, noNaN: true }), (usage, price) => {
        fill(usage)
        const best = requestCosts(histogram, price, 10, 70, cost)
        const total = usage.reduce((all, [, mass]) => all + mass, 0)
        for (let request = 10; request <= 70; request++) {
          const excess = usage.reduce(
            (all, [bucket, mass]) => all + mass * Math.max(0, edges[bucket]! - edges[request]!),
            0,
          )
          near(cost[request]!, edges[request]! + (price * excess) / total)
          assert.ok(cost[best]! <= cost[request]!)
        }
      }),
    )
  })

  test('is least at the 1 − 1/K quantile of usage', () => {
    fill(Array.from({ length: 100 }, (_, i) => [50 + Math.floor(i / 5), 1] as const))
    assert.equal(requestCosts(histogram, 10, 50, 69, cost), 50 + 17)
    assert.equal(requestCosts(histogram, 20, 50, 69, cost), 50 + 18)
    assert.equal(requestCosts(histogram, 100, 50, 69, cost), 50 + 19)
  })

  test('starts at the first bucket with usage', () => {
    fill([[0, 1]])
    assert.equal(requestCosts(histogram, 10, 0, 5, cost), 0)
    near(cost[0]!, edges[0]!)
  })
})
