import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CHANGE_RULES } from '../../src/learner/change-rules.ts'
import {
  CPU_FEATURES,
  CPU_MODEL,
  cpuFeatures,
  MEMORY_FEATURES,
  MEMORY_MODEL,
  memoryFeatures,
} from '../../src/learner/confidence.ts'
import type { ContainerRecord } from '../../src/learner/container-record.ts'
import { dailyCandidate } from '../../src/learner/cpu-candidate.ts'
import { cpuHistograms } from '../../src/learner/cpu-histograms.ts'
import { decide } from '../../src/learner/decide.ts'
import { FleetRecord } from '../../src/learner/fleet-record.ts'
import { GOAL_PRICES } from '../../src/learner/goals.ts'
import { shareAbove } from '../../src/learner/held-days.ts'
import { knownDays } from '../../src/learner/known-days.ts'
import { CPU_BUCKETS, MEMORY_BUCKETS } from '../../src/learner/log-buckets.ts'
import { memoryRisk } from '../../src/learner/memory-risk.ts'
import { OnlineLogistic } from '../../src/learner/online-logistic.ts'
import { cautiousPrices } from '../../src/learner/version.ts'
import { near } from './near.ts'
import { HOUR, MIB, START } from './usage.ts'
import { bytes, cores, recordOf } from './windows.ts'

const PRICES = GOAL_PRICES.balanced
const NOBODY = { cpuRequest: -1, memoryRequest: -1, memoryLimit: -1 }
const fleetOf = (cadence: '24h' | '1h' = '24h') => new FleetRecord(PRICES, cadence)
const values = ({ decision }: ContainerRecord) => [decision.cpuRequest, decision.memoryRequest, decision.memoryLimit]

function steady(hours: number): ContainerRecord {
  const record = recordOf(hours, (hour) => ({ cpu: 1 + (hour % 3) / 5, memory: (300 + (hour % 7) * 10) * MIB }))
  record.takePrices(PRICES)
  return record
}

function decided(record: ContainerRecord, { fleet = fleetOf(), author = NOBODY, containers = 50 } = {}) {
  decide(record, { fleet, containers, author, inForce: author, rules: CHANGE_RULES })
  return record
}

/** What would be best, and what it would save, by the parts that decide. */
function best(record: ContainerRecord, days: number, prices = PRICES) {
  const histograms = cpuHistograms(record.usage)!
  const cpu = dailyCandidate(
    record.usage,
    histograms,
    record.decision,
    { author: -1, inForce: -1 },
    prices.cpu,
    record.originHour,
  )
  const memory = memoryRisk(record.usage, prices.memory, days)!
  return { cpu, memory, values: [cpu.best, memory.request, memory.limit] }
}

describe('a first decision', () => {
  test('takes the best request and limit, with their costs and basis', () => {
    const record = steady(48)
    const { cpu, memory, values: expected } = best(record, 2)
    const [costs, requestCost, limitCost] = [cpu.costOf.best, memory.requestCost.slice(), memory.limitCost.slice()]
    const author = { cpuRequest: cores(4), memoryRequest: bytes(1024 * MIB), memoryLimit: bytes(2048 * MIB) }
    const { decision } = decided(record, { author })
    assert.deepEqual(values(record), expected)
    assert.equal(decision.cpuBasis, 1)
    near(decision.cpuCost, costs)
    near(decision.memoryCost, requestCost[expected[1]!]! + limitCost[expected[2]!]!)
    near([decision.authorCpuCost, decision.inForceCpuCost], Array(2).fill(CPU_BUCKETS.edges[cores(4)]!))
    assert.equal(decision.inForceMemoryCost, decision.authorMemoryCost)
    near(decision.authorMemoryCost, requestCost[author.memoryRequest]! + limitCost[author.memoryLimit]!)
    assert.ok(Number.isNaN(decided(steady(48)).decision.authorMemoryCost))
  })

  test('does not exist if the last 14 days have no samples', () => {
    const record = steady(10)
    record.usage.closeUntil(400)
    record.decision.wasKilled = true
    decided(record)
    assert.deepEqual(values(record), [-1, -1, -1])
    assert.equal(record.decision.wasKilled, true)
  })

  test('is made for one resource if only that is known, and later for the other', () => {
    const record = recordOf(30, () => ({ cpu: Number.NaN, memory: 300 * MIB }))
    record.takePrices(PRICES)
    decided(record)
    assert.deepEqual([record.decision.cpuRequest, record.decision.memoryRequest > 0], [-1, true])
    assert.ok(Number.isNaN(record.decision.cpuConfidence) && !Number.isNaN(record.decision.memoryConfidence))
    for (let i = 0; i < 20; i++) record.add(START + 30 * HOUR + i, 1, 300 * MIB)
    record.usage.closeUntil(31)
    decided(record)
    assert.equal(record.decision.cpuRequest, cores(1))
    const cpuAlone = recordOf(30, () => ({ cpu: 1, memory: Number.NaN }))
    cpuAlone.takePrices(PRICES)
    decided(cpuAlone)
    assert.deepEqual(values(cpuAlone), [cores(1), -1, -1])
    assert.ok(Number.isNaN(cpuAlone.decision.memoryConfidence) && Number.isNaN(cpuAlone.decision.memoryCost))
  })

  test('is for the next hour if the cadence is hourly', () => {
    const record = steady(48)
    decided(record, { fleet: fleetOf('1h') })
    assert.equal(record.decision.cpuBasis, 2)
    assert.ok(record.decision.strategies[0]!.request >= 0)
    for (const { request } of decided(steady(48)).decision.strategies) assert.equal(request, -1)
  })
})

/** A fleet in which a change must save two thirds of a day of cost. */
function dearFleet(): FleetRecord {
  const dear = fleetOf()
  while (dear.changePrice < 0.64) dear.updateChangePrice(true, 20, 0.3)
  return dear
}

describe('a change', () => {
  /** A container of that age with values that are a little, or far, too high. */
  function tooHigh(hours: number, buckets: number): ContainerRecord {
    const record = steady(hours)
    const [cpu, request, limit] = best(record, Math.min(hours / 24, 14)).values
    Object.assign(record.decision, { cpuRequest: cpu! + buckets, memoryRequest: request!, memoryLimit: limit! })
    return record
  }

  /** By how much the saving exceeds, in days of cost: half of the container's cost, half of the fleet's. */
  const savingOf = (record: ContainerRecord, fleetCost: number) => {
    const { cpu } = best(record, 14)
    return 0.5 * cpu.saving * (1 / cpu.cost + 1 / fleetCost)
  }

  test('is made if it saves more than its price, relative to the costs of the container and the fleet', () => {
    const record = tooHigh(400, 1)
    const { cost } = best(record, 14).cpu
    const price = savingOf(record, cost)
    assert.ok(price > 0.04 && price < 0.06, `${price}`)
    const fleetAt = (fleetCost: number) => {
      const fleet = fleetOf()
      fleet.cpuCost.add(fleetCost, 1)
      return fleet
    }
    // The saving is 0.5 s (1 / own + 1 / fleet): at a dear fleet it is worth half as much.
    const [before] = values(record)
    decided(record, { fleet: fleetAt(1e9) })
    assert.equal(record.decision.cpuRequest, before)
    decided(record, { fleet: fleetAt(cost) })
    assert.equal(record.decision.cpuRequest, before! - 1)
  })

  test('also includes memory, by the cost of request and limit together', () => {
    const record = steady(400)
    const { memory, cpu } = best(record, 14)
    const [request, limit] = [memory.request + 3, memory.limit + 9]
    Object.assign(record.decision, { cpuRequest: cpu.best, memoryRequest: request, memoryLimit: limit })
    const saving = (memory.requestCost[request]! + memory.limitCost[limit]! - memory.bestCost) / memory.bestCost
    const fleet = (price: number) => {
      const one = fleetOf()
      while (one.changePrice < price) one.updateChangePrice(true, 20, 0.3)
      return one
    }
    assert.ok(saving > 0.1, `${saving}`)
    decided(record, { fleet: fleet(saving * 1.1) })
    assert.deepEqual(values(record), [cpu.best, request, limit])
    decided(record, { fleet: fleetOf() })
    assert.deepEqual(values(record), [cpu.best, memory.request, memory.limit])
  })

  test('is not made in the first week for less than 0.02 days of cost, and after it only for its price', () => {
    const dear = dearFleet()
    const changes = (hours: number, buckets: number) => {
      const record = tooHigh(hours, buckets)
      const before = record.decision.cpuRequest
      decided(record, { fleet: dear })
      return record.decision.cpuRequest !== before
    }
    assert.deepEqual([changes(167, 1), changes(168, 1), changes(168, 30)], [true, false, true])
    // Savings just below and above 0.02: of a limit that is some buckets too high.
    const kept = [5, 6, 7, 8].map((offset) => {
      const slight = steady(167)
      const { memory, values: right } = best(slight, 167 / 24)
      const limit = right[2]! + offset
      const saving = (memory.limitCost[limit]! - memory.limitCost[right[2]!]!) / memory.bestCost
      Object.assign(slight.decision, { cpuRequest: right[0]!, memoryRequest: right[1]!, memoryLimit: limit })
      decided(slight, { fleet: dear })
      assert.equal(slight.decision.memoryLimit === limit, saving <= 0.02, `${offset}: ${saving}`)
      return saving <= 0.02
    })
    assert.ok(kept.includes(true) && kept.includes(false), `${kept}`)
  })

  test('raises the limit after an OOM kill, at any price, and lowers nothing', () => {
    const dear = dearFleet()
    const limitOf = (offset: number, wasKilled: boolean) => {
      const record = steady(400)
      const { cpu, memory } = best(record, 14)
      const limit = memory.limit + offset
      Object.assign(record.decision, {
        cpuRequest: cpu.best,
        memoryRequest: memory.request,
        memoryLimit: limit,
        wasKilled,
      })
      decided(record, { fleet: dear })
      assert.equal(record.decision.wasKilled, false)
      return record.decision.memoryLimit - memory.limit
    }
    assert.deepEqual([limitOf(-1, true), limitOf(-1, false), limitOf(1, true), limitOf(0, true)], [0, -1, 1, 0])
  })

  test('is almost free while a new version is not proven, which is priced with caution', () => {
    const dear = dearFleet()
    const record = steady(400)
    const [cpu, request, limit] = best(record, 14).values
    Object.assign(record.decision, { cpuRequest: cpu!, memoryRequest: request!, memoryLimit: limit! })
    record.noteVersion('app:1', START)
    record.noteVersion('app:2', START + 400 * HOUR)
    const cautious = best(record, 2, cautiousPrices(PRICES, { days: 0, doubt: 0.5, surprise: 0.3 }))
    assert.ok(cautious.memory.limit > limit!)
    const expected = cautious.values
    decided(record, { fleet: dear })
    assert.deepEqual(values(record), expected)
    assert.equal(record.decision.hasNewVersion, false)
  })

  test('changes the price of changes, once the container is a week old and has samples of the day', () => {
    const priceAfter = (record: ContainerRecord) => {
      const fleet = fleetOf()
      decided(record, { fleet })
      return fleet.changePrice
    }
    near(priceAfter(tooHigh(168, 30)), 0.04 * Math.exp((0.5 * 0.7) / 50))
    near(priceAfter(tooHigh(168, 0)), 0.04 * Math.exp((-0.5 * 0.3) / 50))
    assert.equal(priceAfter(tooHigh(167, 30)), 0.04)
    const silent = tooHigh(200, 30)
    silent.usage.closeUntil(224)
    assert.equal(priceAfter(silent), 0.04)
    silent.usage.closeUntil(200)
    // A first decision is no change.
    near(priceAfter(steady(200)), 0.04 * Math.exp((-0.5 * 0.3) / 50))
  })

  test('teaches the fleet the costs of containers', () => {
    const fleet = fleetOf()
    const record = steady(48)
    const { cpu, memory } = best(record, 2)
    const [cpuCost, memoryCost] = [cpu.cost, memory.bestCost]
    decided(record, { fleet })
    near([fleet.cpuCost.value(0), fleet.memoryCost.value(0)], [cpuCost, memoryCost])
    fleet.cpuCost.add(0, fleet.decay(50))
    near(fleet.cpuCost.value(0), (cpuCost * (1 - 1 / 1000)) / (2 - 1 / 1000))
  })
})

describe('confidence', () => {
  const featuresOf = ({ usage, decision }: ContainerRecord) => {
    const into = new Float32Array(CPU_FEATURES)
    const lately = shareAbove(usage, usage.hours - 6, usage.hours, decision.cpuRequest)
    cpuFeatures(knownDays(usage, decision.cpuRequest, 20), lately, into)
    return into
  }

  /** Watches a decision whose outcome is then as given. @returns what the fleet has learned, as a probability */
  function learnedFrom(
    outcome: Partial<Record<'samples' | 'samplesAbove' | 'hours', number>> & { limitExceeded?: boolean },
    { after = 24, cpuRequest = 50, memoryLimit = 60 } = {},
  ) {
    const record = steady(200)
    const { watched } = record.decision
    watched.begin(200 - after, cpuRequest, memoryLimit)
    Object.assign(watched, { samples: 200, hours: 20, statedShare: 0.1, ...outcome })
    watched.cpuFeatures.set(Array.from({ length: CPU_FEATURES }, (_, i) => (i % 4) / 4))
    watched.memoryFeatures.set(Array.from({ length: MEMORY_FEATURES }, (_, i) => (i % 3) / 3))
    const cpu = watched.cpuFeatures.slice()
    const memory = watched.memoryFeatures.slice()
    const fleet = fleetOf()
    decided(record, { fleet })
    const of = (held: boolean | undefined, first: typeof CPU_MODEL, features: ArrayLike<number>) => {
      const model = new OnlineLogistic(first)
      if (held !== undefined) model.learn(features, held)
      return model.probability(features)
    }
    const label = (actual: number, first: typeof CPU_MODEL, features: ArrayLike<number>) =>
      [true, false, undefined].find((held) => of(held, first, features) === actual)
    return {
      cpu: label(fleet.cpuHolds.probability(cpu), CPU_MODEL, cpu),
      memory: label(fleet.memoryHolds.probability(memory), MEMORY_MODEL, memory),
    }
  }

  test('is learned from whether no more samples than stated were above the request, and none above the limit', () => {
    // A tenth of 200 samples.
    assert.deepEqual(learnedFrom({ samplesAbove: 20 }), { cpu: true, memory: true })
    assert.deepEqual(learnedFrom({ samplesAbove: 21 }), { cpu: false, memory: true })
    assert.deepEqual(learnedFrom({ samplesAbove: 0, limitExceeded: true }), { cpu: true, memory: false })
  })

  test('is learned from whole days with CPU in at least twelve hours', () => {
    assert.deepEqual(learnedFrom({ hours: 11 }), { cpu: undefined, memory: undefined })
    assert.deepEqual(learnedFrom({ hours: 12 }), { cpu: true, memory: true })
    assert.deepEqual(learnedFrom({}, { after: 23 }), { cpu: undefined, memory: undefined })
  })

  test('is learned for what was decided', () => {
    assert.deepEqual(learnedFrom({}, { cpuRequest: -1 }), { cpu: undefined, memory: true })
    assert.deepEqual(learnedFrom({}, { memoryLimit: -1 }), { cpu: true, memory: undefined })
  })

  test('is calculated by the fleet from the features of the decided values', () => {
    const record = steady(100)
    const fleet = fleetOf()
    for (let i = 0; i < 50; i++) {
      fleet.cpuHolds.learn(
        CPU_MODEL.weights.map((_, j) => ((i * j) % 7) / 7),
        i % 3 > 0,
      )
      fleet.memoryHolds.learn(
        MEMORY_MODEL.weights.map((_, j) => ((i * j) % 5) / 5),
        i % 4 > 0,
      )
    }
    decided(record, { fleet })
    const { decision, usage } = record
    const cpu = featuresOf(record)
    near(decision.cpuConfidence, fleet.cpuHolds.probability(cpu))
    const memory = new Float32Array(MEMORY_FEATURES)
    memoryFeatures(memoryRisk(usage, PRICES.memory, 100 / 24)!, decision.memoryLimit, 100 / 24, memory)
    near(decision.memoryConfidence, fleet.memoryHolds.probability(memory))
    // They are kept while the decision is watched.
    assert.deepEqual([decision.watched.cpuFeatures, decision.watched.memoryFeatures], [cpu, memory])
    assert.equal(decision.watched.statedShare, knownDays(usage, decision.cpuRequest, 20).statedShare)
    assert.deepEqual(
      [decision.watched.hour, decision.watched.cpuRequest, decision.watched.memoryLimit],
      [100, decision.cpuRequest, decision.memoryLimit],
    )
  })

  test('is at most one half while no day is known', () => {
    assert.equal(decided(steady(11)).decision.cpuConfidence, 0.5)
    assert.ok(decided(steady(12)).decision.cpuConfidence > 0.7)
  })

  test('is three tenths lower while nothing is known of a new version', () => {
    const record = steady(100)
    record.noteVersion('app:1', START)
    record.noteVersion('app:2', START + 100 * HOUR)
    decided(record)
    const { decision } = record
    near(decision.cpuConfidence, 0.7 * fleetOf().cpuHolds.probability(featuresOf(record)))
    assert.ok(decision.memoryConfidence < 0.7)
  })

  test('is watched for one day after another, from the first whole day on', () => {
    const watchedFrom = (hours: number, cadence: '24h' | '1h', began = -1) => {
      const record = steady(hours)
      record.decision.watched.hour = began
      decided(record, { fleet: fleetOf(cadence) })
      return record.decision.watched.hour
    }
    assert.deepEqual([watchedFrom(23, '24h'), watchedFrom(24, '24h')], [-1, 24])
    // A window that has not ended continues; daily, the next begins where one ends.
    assert.deepEqual([watchedFrom(60, '24h', 40), watchedFrom(64, '24h', 40)], [40, 64])
    // By the hour, it begins an hour later than it could.
    assert.deepEqual([watchedFrom(64, '1h', 40), watchedFrom(65, '1h')], [-1, 65])
  })
})

describe('by the hour', () => {
  const hourly = fleetOf('1h')

  /** A container of 400 hours whose last decision was so many hours before, with far too much memory. */
  function wasteful(decidedHour: number, watchedHour = 399): ContainerRecord {
    const record = steady(400)
    decided(record, { fleet: fleetOf('1h') })
    const { decision } = record
    Object.assign(decision, { memoryLimit: decision.memoryLimit + 60, dueHour: decidedHour })
    decision.watched.hour = watchedHour
    return record
  }

  test('memory is decided once a day, when a watch begins, and with any other change', () => {
    const lowered = (record: ContainerRecord) => {
      const before = record.decision.memoryLimit
      decided(record, { fleet: fleetOf('1h') })
      return record.decision.memoryLimit < before
    }
    // 400 hours are 16 days and 16 hours.
    assert.deepEqual([lowered(wasteful(399)), lowered(wasteful(384)), lowered(wasteful(383))], [false, false, true])
    assert.equal(lowered(wasteful(399, -1)), true)
    const moves = wasteful(399)
    moves.decision.cpuRequest += 60
    assert.equal(lowered(moves), true)
    assert.equal(hourly.cadence, '1h')
  })

  test('memory is decided on every hour of the first day', () => {
    const record = steady(10)
    decided(record, { fleet: fleetOf('1h') })
    const { decision } = record
    Object.assign(decision, { memoryLimit: decision.memoryLimit + 60, dueHour: 9 })
    decided(record, { fleet: fleetOf('1h') })
    assert.ok(decision.memoryLimit < 60 + 10 + bytes(300 * MIB), `${decision.memoryLimit}`)
    assert.ok(decision.watched.hour < 0)
  })

  test('a saving of memory counts for seven days', () => {
    const isMade = (days: number) => {
      const record = wasteful(383)
      const { memory } = best(record, 14)
      const limit = memory.limit + 10
      const saving = (memory.limitCost[limit]! - memory.limitCost[memory.limit]!) / memory.bestCost
      Object.assign(record.decision, { memoryRequest: memory.request, memoryLimit: limit })
      const fleet = fleetOf('1h')
      // A budget that moves the price to the saving of so many days at once.
      fleet.updateChangePrice(false, 1, -48 * Math.log((days * saving) / fleet.changePrice))
      near(fleet.changePrice, days * saving)
      decided(record, { fleet })
      return record.decision.memoryLimit < limit
    }
    assert.deepEqual([isMade(6.9), isMade(7.1)], [true, false])
  })

  test('an hour without samples says nothing about how often values change', () => {
    const priceAfter = (silentHours: number) => {
      const fleet = fleetOf('1h')
      const record = wasteful(399)
      record.usage.closeUntil(400 + silentHours)
      decided(record, { fleet })
      return fleet.changePrice
    }
    near(priceAfter(0), 0.4 * Math.exp((-0.5 * 0.3) / 24 / 50))
    assert.equal(priceAfter(1), 0.4)
  })

  test('a raise after an OOM kill does not count as a change', () => {
    const record = wasteful(399)
    Object.assign(record.decision, { memoryRequest: 20, memoryLimit: 20, wasKilled: true })
    const fleet = fleetOf('1h')
    decided(record, { fleet })
    assert.ok(record.decision.memoryLimit > 20)
    near(fleet.changePrice, 0.4 * Math.exp((-0.5 * 0.3) / 24 / 50))
  })
})

test('bytes of what a decision costs are those of its buckets', () => {
  const record = decided(steady(48))
  const { memoryRequest, memoryLimit, memoryCost } = record.decision
  assert.ok(memoryCost > MEMORY_BUCKETS.edges[memoryRequest]!)
  assert.ok(memoryLimit >= memoryRequest)
})
