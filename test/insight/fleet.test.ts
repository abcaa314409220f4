import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type FleetInsight, fleetInsight, type Money, restrict, type Totals } from '../../src/insight/index.ts'
import { someFleet } from './generated.ts'

const RUNS = { numRuns: 300 }

/** As equal as sums in another order can be. */
function near(actual: number, expected: number, what: string): void {
  const isNear = Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected))
  assert.ok(isNear, `${what}: ${actual}, not ${expected}`)
}

function everyNumber(value: unknown, visit: (value: number, path: string) => void, path = ''): void {
  if (typeof value === 'number') visit(value, path)
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) everyNumber(inner, visit, `${path}.${key}`)
}

/** All sums of totals, by name. */
function sums({ money, authors, reserved, used, learned, trend, goals, ...counts }: Totals): Map<string, number> {
  const found = new Map<string, number>()
  const { workloads, learnedOf, pods, risks, waiting } = counts
  const summed = { workloads, learnedOf, pods, risks, waiting, money, authors, reserved, used, learned, trend }
  everyNumber(summed, (value, path) => found.set(path, value))
  for (const [goal, { cpuCores, memoryBytes, perMonth }] of Object.entries(goals))
    everyNumber({ cpuCores, memoryBytes, perMonth }, (value, path) => found.set(`${goal}${path}`, value))
  return found
}

test('the figures of namespaces add up to those of the cluster, also where some are unknown', () => {
  fc.assert(
    fc.property(someFleet, (facts) => {
      const { total, namespaces } = fleetInsight(facts)
      for (const [name, value] of sums(total)) {
        // A namespace of which nothing is learned is in the cluster's goals with what it has now, and says nothing of goals itself.
        if (/^(savings|balanced|reliability)/.test(name) || name === '.money.learned') continue
        const added = namespaces.reduce((sum, one) => sum + (sums(one).get(name) ?? 0), 0)
        near(added, value, name)
      }
    }),
    RUNS,
  )
})

test('what was saved and what is still to save is what the authors wrote less what was learned', () => {
  const holds = ({ authors, learned, savedSoFar, stillToSave }: Money, what: string) => {
    if (savedSoFar === undefined || stillToSave === undefined) return
    near(savedSoFar + stillToSave, authors! - learned!, what)
  }
  fc.assert(
    fc.property(someFleet, (facts) => {
      const { total, namespaces, workloads } = fleetInsight(facts)
      holds(total.money, 'the cluster')
      for (const one of namespaces) holds(one.money, one.name)
      for (const one of workloads) holds(one.money, one.key)
    }),
    RUNS,
  )
})

test('of sums, what nothing was learned of, or whose author is not known, counts as it is', () => {
  fc.assert(
    fc.property(someFleet, (facts) => {
      const { total, workloads } = fleetInsight(facts)
      if (total.money.now === undefined) return
      const known = workloads.filter(({ money }) => money.now !== undefined)
      const sum = (of: (money: Money) => number | undefined) =>
        known.reduce((all, { money }) => all + (of(money) ?? 0), 0)
      near(
        total.money.now,
        sum(({ now }) => now),
        'now',
      )
      near(
        total.money.savedSoFar!,
        sum(({ savedSoFar }) => savedSoFar),
        'saved so far',
      )
      near(
        total.money.stillToSave!,
        sum(({ stillToSave }) => stillToSave),
        'still to save',
      )
    }),
    RUNS,
  )
})

test('no figure is NaN, infinite or null, and JSON gives back what it was given', () => {
  fc.assert(
    fc.property(someFleet, (facts) => {
      const insight = fleetInsight(facts)
      everyNumber(insight, (value, path) => assert.ok(Number.isFinite(value), `${path} is ${value}`))
      assert.deepEqual(JSON.parse(JSON.stringify(insight)), insight)
    }),
    RUNS,
  )
})

test('shares and chances are between 0 and 1', () => {
  fc.assert(
    fc.property(someFleet, (facts) => {
      everyNumber(fleetInsight(facts), (value, path) => {
        if (/Share$|Chance$|confidence\.value$/.test(path)) assert.ok(value >= 0 && value <= 1, `${path} is ${value}`)
      })
    }),
    RUNS,
  )
})

test('tops name at most ten workloads that there are, in falling order', () => {
  fc.assert(
    fc.property(someFleet, (facts) => {
      const { topByMoney, topByRisk, workloads } = fleetInsight(facts)
      const byKey = new Map(workloads.map((one) => [one.key, one]))
      for (const keys of [topByMoney, topByRisk]) {
        assert.ok(keys.length <= 10)
        assert.equal(new Set(keys).size, keys.length)
      }
      const money = topByMoney.map((key) => byKey.get(key)!.money.stillToSave!)
      assert.deepEqual(
        money,
        money.toSorted((a, b) => b - a),
      )
      assert.ok(money.every((value) => value > 0))
      const high = topByRisk.map((key) => byKey.get(key)!.risks.filter(({ severity }) => severity === 'high').length)
      assert.deepEqual(
        high,
        high.toSorted((a, b) => b - a),
      )
    }),
    RUNS,
  )
})

test('sums cover only the workloads that a person may see', () => {
  fc.assert(
    fc.property(someFleet, (facts) => {
      const all = fleetInsight(facts)
      const part = restrict(all, ({ namespace }) => namespace === 'shop')
      const alone: FleetInsight = fleetInsight({
        ...facts,
        workloads: facts.workloads.filter(({ workload }) => workload.namespace === 'shop'),
      })
      assert.deepEqual(part, alone)
    }),
    { numRuns: 100 },
  )
})

test('the order of the facts does not change the insight', () => {
  fc.assert(
    fc.property(someFleet, (facts) => {
      const again = fleetInsight({ ...facts, workloads: facts.workloads.toReversed() })
      assert.deepEqual(again.workloads, fleetInsight(facts).workloads)
      assert.deepEqual(again.topByMoney, fleetInsight(facts).topByMoney)
    }),
    { numRuns: 100 },
  )
})
