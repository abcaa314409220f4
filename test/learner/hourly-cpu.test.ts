import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CPU_MASSES } from '../../src/learner/closed-hours.ts'
import { type CpuHistograms, cpuHistograms } from '../../src/learner/cpu-histograms.ts'
import { fillHoursAfter, hoursAfter } from '../../src/learner/hourly-analogs.ts'
import { costThroughout, expectHours, planHours } from '../../src/learner/hourly-cpu.ts'
import { CPU_BUCKETS } from '../../src/learner/log-buckets.ts'
import { STRATEGIES, type Strategy } from '../../src/learner/strategies.ts'
import type { UsageWindow } from '../../src/learner/usage-window.ts'
import { near } from './near.ts'
import { cores, windowOf } from './windows.ts'

const { edges, count } = CPU_BUCKETS
const HOURS = 12
const value = new Float64Array(count)

/** The expectation for each hour ahead, by its definition: masses over buckets. */
function expected(window: UsageWindow, histograms: CpuHistograms, strategy: Strategy, price: number): number[][] {
  const after = hoursAfter(HOURS)
  fillHoursAfter(window, 0, after)
  return Array.from({ length: HOURS }, (_, ahead) => {
    const masses = Array.from({ length: count }, (_, i) => {
      const lately =
        (20 / price) *
        (strategy.minutes * strategy.minutesFade ** ahead * histograms.minutes[i]! +
          strategy.hours * strategy.hoursFade ** ahead * histograms.hours[i]!)
      const alike = (strategy.alike / (after.total[ahead]! + 1)) * after.masses[ahead]![i]!
      return lately + strategy.day * histograms.day[i]! + strategy.week * histograms.week[i]! + alike
    })
    for (const [period, periods, halfLife, mass] of [
      [24, 14, 5, strategy.daily],
      [168, 2, Number.POSITIVE_INFINITY, strategy.weekly],
    ] as const) {
      const seen = Array.from({ length: periods }, (_, i) => i + 1).flatMap((back) =>
        [-1, 0, 1]
          .map((offset) => ({
            hour: window.hours + ahead - period * back + offset,
            weight: 2 ** (-back / halfLife) * (offset === 0 ? 1 : 0.5),
          }))
          .filter(({ hour }) => window.cpu(hour, 0) !== 255),
      )
      const total = seen.reduce((sum, { weight }) => sum + weight, 0)
      for (const { hour, weight } of seen)
        for (let rank = 0; rank < 5; rank++)
          masses[window.cpu(hour, rank)]! += ((mass * weight) / total) * CPU_MASSES[rank]!
    }
    return masses
  })
}

/** Cost of an hour with a request. */
function costOf(masses: readonly number[], request: number, price: number): number {
  const total = masses.reduce((sum, mass) => sum + mass, 0)
  const excess = masses.reduce((sum, mass, i) => sum + mass * Math.max(0, edges[i]! - edges[request]!), 0)
  return edges[request]! + (price * excess) / total
}

const nightly = windowOf(15 * 24 + 1, (hour) => ({
  cpu: [0.2, 0.25, hour % 24 === 3 ? 2 : 0.3, hour % 168 === 30 ? 4 : 0.3],
}))

function check(window: UsageWindow, strategy: Strategy, price: number, changePrice: number): void {
  const histograms = cpuHistograms(window)!
  const masses = expected(window, histograms, strategy, price)
  const buckets = Array.from({ length: histograms.highest - histograms.lowest + 1 }, (_, i) => histograms.lowest + i)
  const costs = masses.map((each) => new Map(buckets.map((bucket) => [bucket, costOf(each, bucket, price)])))
  // The best way from each request on, from the last hour to the first.
  let values = new Map(buckets.map((bucket) => [bucket, 0]))
  for (const cost of costs.toReversed()) {
    const least = Math.min(...values.values())
    values = new Map(buckets.map((b) => [b, cost.get(b)! + Math.min(values.get(b)!, least + changePrice)]))
  }
  const hourCost = costs.reduce((sum, cost) => sum + Math.min(...cost.values()), 0) / HOURS
  expectHours(window, 0)
  let asked = 0
  const priceOfChange = (cost: number) => {
    asked = cost
    return changePrice
  }
  const plan = planHours(window, histograms, strategy, price, [-1], priceOfChange, value)
  near(asked, hourCost, 'hour cost')
  near(plan.hourCost, hourCost)
  assert.equal(plan.changePrice, changePrice)
  near(
    buckets.map((bucket) => plan.value[bucket]!),
    buckets.map((bucket) => values.get(bucket)!),
    'values',
  )
  near(plan.bestValue, Math.min(...values.values()))
  near(plan.value[plan.best]!, plan.bestValue)
  const kept = cores(1)
  near(costThroughout(kept), costs.reduce((sum, cost) => sum + cost.get(kept)!, 0) / HOURS)
}

describe('a plan for the next twelve hours', () => {
  test('costs the expectation of its strategy for each hour, and a price for each change', () => {
    for (const strategy of STRATEGIES) check(nightly, strategy, 20, 0.05)
    check(nightly, STRATEGIES[0]!, 20, 0)
    check(nightly, STRATEGIES[0]!, 20, 100)
  })

  test('trusts the last minutes and hours less, the rarer a shortfall must be', () => {
    check(nightly, STRATEGIES[0]!, 100, 0.05)
    check(nightly, STRATEGIES[1]!, 10, 0.05)
  })

  test('works without past days and with gaps', () => {
    check(
      windowOf(10, (hour) => ({ cpu: 0.3 + hour / 10 })),
      STRATEGIES[1]!,
      20,
      0.05,
    )
    check(
      windowOf(9 * 24, (hour) => (hour % 5 === 0 ? {} : { cpu: 0.3 + (hour % 7) / 5 })),
      STRATEGIES[1]!,
      20,
      0.05,
    )
  })

  test('looks back 14 days for the hour of the day, and two weeks for that of the week', () => {
    const long = windowOf(30 * 24, (hour) => ({ cpu: 0.2 + (Math.floor(hour / 24) % 13) / 5 + (hour % 24) / 40 }))
    const seasonal: Strategy = { ...STRATEGIES[1]!, minutes: 0, hours: 0, day: 0, week: 0, alike: 0 }
    check(long, { ...seasonal, weekly: 0 }, 20, 0.05)
    check(long, { ...seasonal, daily: 0 }, 20, 0.05)
  })

  test('includes the cost of other requests, below and above all usage', () => {
    const window = windowOf(30, () => ({ cpu: 1 }))
    expectHours(window, 0)
    const others = [cores(0.5), cores(3), -1]
    const plan = planHours(window, cpuHistograms(window)!, STRATEGIES[0]!, 20, others, () => 1000, value)
    near(plan.value[cores(3)]!, HOURS * edges[cores(3)]!)
    const low = edges[cores(0.5)]! + 20 * (edges[cores(1)]! - edges[cores(0.5)]!)
    near(plan.value[cores(0.5)]!, HOURS * low)
    near(costThroughout(cores(0.5)), low)
    assert.ok(Number.isNaN(costThroughout(-1)))
    assert.equal(plan.best, cores(1))
  })
})
