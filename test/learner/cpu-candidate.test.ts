import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CPU_BASES, dailyCandidate, hourlyCandidate } from '../../src/learner/cpu-candidate.ts'
import { cpuHistograms } from '../../src/learner/cpu-histograms.ts'
import { CurrentDecision } from '../../src/learner/current-decision.ts'
import { FleetRecord } from '../../src/learner/fleet-record.ts'
import { GOAL_PRICES } from '../../src/learner/goals.ts'
import { expectHours, planHours } from '../../src/learner/hourly-cpu.ts'
import { CPU_BUCKETS } from '../../src/learner/log-buckets.ts'
import { STRATEGIES } from '../../src/learner/strategies.ts'
import type { UsageWindow } from '../../src/learner/usage-window.ts'
import { near } from './near.ts'
import { cores, windowOf } from './windows.ts'

const { edges, count } = CPU_BUCKETS
const PRICES = GOAL_PRICES.balanced
const steady = (hours: number) => windowOf(hours, () => ({ cpu: 1 }))
const one = edges[cores(1)]!

function decided(request: number): CurrentDecision {
  const decision = new CurrentDecision(PRICES)
  decision.cpuRequest = request
  return decision
}

function hourly(window: UsageWindow, decision: CurrentDecision, { author = -1, fleet = fleetOf() } = {}) {
  return hourlyCandidate(window, cpuHistograms(window)!, decision, { author, inForce: -1 }, PRICES.cpu, fleet, 0)
}

const fleetOf = () => new FleetRecord(PRICES, '1h')

describe('the best CPU request for a day', () => {
  const daily = (window: UsageWindow, decision: CurrentDecision, author = -1) =>
    dailyCandidate(window, cpuHistograms(window)!, decision, { author, inForce: cores(8) }, PRICES.cpu, 0)

  test('is compared with the current and the author’s', () => {
    const { best, cost, saving, costOf } = daily(steady(10), decided(cores(2)), cores(4))
    assert.equal(best, cores(1))
    near([cost, saving], [one, edges[cores(2)]! - one])
    near([costOf.best, costOf.current, costOf.author], [one, edges[cores(2)]!, edges[cores(4)]!])
    near(costOf.inForce, edges[cores(8)]!)
  })

  test('saves nothing if there is no current one', () => {
    const { saving, costOf } = daily(steady(10), decided(-1))
    assert.equal(saving, 0)
    assert.ok(Number.isNaN(costOf.current) && Number.isNaN(costOf.author))
    near(costOf.best, one)
    near(daily(steady(10), decided(0), 0).costOf.author, edges[0]! + 20 * (one - edges[0]!))
    assert.ok(daily(steady(10), decided(0)).saving > 0)
  })

  test('has a basis', () => {
    assert.equal(CPU_BASES[daily(steady(10), decided(-1)).basis], 'usage of the last days')
    assert.equal(CPU_BASES[daily(steady(72), decided(-1)).basis], 'recent usage, and days that began like this one')
  })
})

describe('the best CPU request for the next hour', () => {
  test('is compared with the current and the author’s, over the plan', () => {
    const { best, cost, saving, costOf, basis } = hourly(steady(30), decided(cores(2)), { author: cores(4) })
    assert.equal(best, cores(1))
    near(cost, one)
    near([costOf.best, costOf.current, costOf.author], [one, edges[cores(2)]!, edges[cores(4)]!])
    // Twelve hours of the difference or the price of a change, whichever is less, in days.
    const change = (0.4 * 48) / (2 / one)
    near(saving, (edges[cores(2)]! - one + Math.min(11 * (edges[cores(2)]! - one), change)) / 24)
    assert.equal(CPU_BASES[basis], 'the last hours, and hours like them')
    const none = hourly(steady(30), decided(-1))
    assert.deepEqual([none.saving, Number.isNaN(none.costOf.current)], [0, true])
    assert.ok(hourly(steady(30), decided(0)).saving > 0)
  })

  test('prices a change by its own cost and the fleet’s, half each', () => {
    const fleet = fleetOf()
    fleet.cpuCost.add(10, 1)
    const { saving } = hourly(steady(30), decided(cores(8)), { fleet })
    const change = (0.4 * 48) / (1 / one + 1 / 10)
    near(saving, (edges[cores(8)]! - one + Math.min(11 * (edges[cores(8)]! - one), change)) / 24)
  })

  test('is planned by the even strategy alone for three days, then by all', () => {
    const planned = (hours: number) => {
      const decision = decided(-1)
      hourly(steady(hours), decision)
      return decision.strategies.map(({ request }) => request)
    }
    assert.deepEqual(planned(71), [cores(1), -1, -1])
    assert.deepEqual(planned(72), [cores(1), cores(1), cores(1)])
  })

  test('follows another strategy after a week, if that has cost 4 % less than the even one', () => {
    const basis = (hours: number, spent: readonly number[]) => {
      const decision = decided(-1)
      for (const [i, strategy] of decision.strategies.entries())
        Object.assign(strategy, { request: cores(1), spent: spent[i]! })
      return hourly(steady(hours), decision).basis
    }
    assert.equal(basis(168, [1.05, 1, 2]), 3)
    assert.equal(basis(167, [1.05, 1, 2]), 2)
    assert.equal(basis(168, [1.03, 1, 2]), 2)
    assert.equal(basis(168, [1.05, 2, 1]), 4)
    // Among the others, the least.
    assert.equal(basis(168, [1.2, 1.01, 1]), 4)
    assert.equal(basis(168, [1.2, 1, 1.01]), 3)
    assert.deepEqual([CPU_BASES[3], CPU_BASES[4]], ['the same hours of past days', 'the last day'])
  })

  test('follows no strategy that has not planned yet', () => {
    const decision = decided(-1)
    Object.assign(decision.strategies[0]!, { request: cores(1), spent: 5 })
    assert.equal(hourly(steady(168), decision).basis, 2)
  })

  test('adds the cost of the hours since then, decayed, and of a change, to what each strategy has spent', () => {
    const decision = decided(-1)
    decision.strategySamples = 4
    for (const strategy of decision.strategies)
      Object.assign(strategy, { request: cores(1), spent: 10, hour: 6, switching: 0.5 })
    hourly(steady(100), decision)
    for (const { spent, switching, hour } of decision.strategies) {
      near(spent, 10 * 0.9971 + 6 / 4 + 0.5)
      assert.deepEqual([switching, hour], [0, 0])
    }
    assert.equal(decision.strategySamples, 0)
    hourly(steady(100), decision)
    near(decision.strategies[0]!.spent, 10 * 0.9971 + 6 / 4 + 0.5)
  })

  test("changes a strategy's request if staying costs more than a change, and counts the change", () => {
    const change = (0.4 * 48) / (2 / one)
    const decision = decided(-1)
    decision.strategies[0]!.request = cores(4)
    decision.strategies[1]!.request = cores(1.02)
    hourly(steady(100), decision)
    const [even, seasonal, cautious] = decision.strategies
    near([even!.request, even!.switching], [cores(1), change])
    near([seasonal!.request, seasonal!.switching], [cores(1.02), 0])
    // A strategy that plans for the first time starts with the cost of the even one.
    assert.deepEqual([cautious!.request, cautious!.switching, cautious!.spent], [cores(1), 0, even!.spent])
    // Where staying costs less than a change, nothing changes; where it is what is best, there is no change to pay.
    const settled = decided(-1)
    settled.strategies[0]!.request = cores(1)
    Object.assign(settled.strategies[2]!, { request: cores(1.02), spent: 9 })
    hourly(steady(100), settled)
    assert.deepEqual(
      settled.strategies.map(({ request, switching }) => [request, switching]),
      [
        [cores(1), 0],
        [cores(1), 0],
        [cores(1.02), 0],
      ],
    )
    assert.equal(settled.strategies[2]!.spent, 9)
    const lowest = decided(-1)
    lowest.strategies[0]!.request = 0
    hourly(steady(100), lowest)
    near([lowest.strategies[0]!.request, lowest.strategies[0]!.switching], [cores(1), change])
    const late = decided(-1)
    Object.assign(late.strategies[0]!, { request: cores(1), spent: 7 })
    hourly(steady(100), late)
    assert.deepEqual(
      late.strategies.map(({ spent }) => spent),
      [7, 7, 7],
    )
  })

  test('is what the plan of the followed strategy starts with', () => {
    const window = windowOf(9 * 24, (hour) => ({ cpu: [0.2, 0.3 + ((hour * 7) % 11) / 10, hour % 24 === 3 ? 2 : 0.4] }))
    const decision = decided(cores(1))
    for (const [i, strategy] of decision.strategies.entries())
      Object.assign(strategy, { request: cores(0.5 + i / 10), spent: [3, 2, 1][i] })
    const { best, cost, saving } = hourly(window, decision)
    const value = new Float64Array(count)
    expectHours(window, 0)
    const price = (hourCost: number) => (0.4 * 48) / (2 / hourCost)
    const others = [cores(1), cores(0.7), -1]
    const plan = planHours(window, cpuHistograms(window)!, STRATEGIES[2]!, 20, others, price, value)
    assert.equal(best, plan.best)
    near([cost, saving], [plan.hourCost, (value[cores(1)]! - plan.bestValue) / 24])
  })
})
