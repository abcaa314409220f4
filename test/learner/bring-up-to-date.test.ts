import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bringUpToDate, nextStep } from '../../src/learner/bring-up-to-date.ts'
import type { Cadence } from '../../src/learner/cadence.ts'
import { CHANGE_RULES } from '../../src/learner/change-rules.ts'
import { ContainerRecord } from '../../src/learner/container-record.ts'
import { FleetRecord } from '../../src/learner/fleet-record.ts'
import { GOAL_PRICES } from '../../src/learner/goals.ts'
import { DAY, HOUR, MIB, START } from './usage.ts'

const NO_MINIMUM = { seconds: 0, samples: 1 }
const AUTHOR = { cpuRequest: -1, memoryRequest: -1, memoryLimit: -1 }

function observed(hours: number, cpu = 1, memory = 100 * MIB): ContainerRecord {
  const record = new ContainerRecord()
  for (let i = 0; i < hours * 12; i++) record.add(START + i * 300, cpu, memory)
  return record
}

function next(record: ContainerRecord, at: number, cadence: Cadence = '24h', minimum = NO_MINIMUM) {
  return nextStep(record, START + at, { prices: GOAL_PRICES.balanced, cadence }, minimum)
}

function bring(record: ContainerRecord, at: number, cadence: Cadence = '24h', minimum = NO_MINIMUM): ContainerRecord {
  const fleet = new FleetRecord(GOAL_PRICES.balanced, cadence)
  bringUpToDate(record, START + at, minimum, {
    fleet,
    containers: 1,
    author: AUTHOR,
    inForce: AUTHOR,
    rules: CHANGE_RULES,
  })
  assert.equal(next(record, at, cadence, minimum), undefined)
  return record
}

describe('the next step', () => {
  test('takes the prices, closes the hours and decides, one after the other', () => {
    const record = observed(2)
    assert.equal(next(record, 2 * HOUR), 'take prices')
    record.takePrices(GOAL_PRICES.balanced)
    assert.equal(next(record, 2 * HOUR), 'close hours')
    record.usage.closeUntil(2)
    assert.equal(next(record, 2 * HOUR), 'decide')
    assert.equal(next(new ContainerRecord(), 2 * HOUR), undefined)
  })

  test('is none between two decisions: at one hour, six hours and every day', () => {
    const live = new ContainerRecord()
    const decided: number[] = []
    for (let hour = 0; hour < 74; hour++) {
      live.add(START + hour * HOUR, 1, 100 * MIB)
      const before = live.decision.dueHour
      bring(live, (hour + 1) * HOUR)
      if (live.decision.dueHour !== before) decided.push(hour + 1)
    }
    assert.deepEqual(decided, [1, 6, 24, 48, 72])
    assert.equal(live.decision.dueHour, 72)
  })

  test('is a decision every hour if the cadence is hourly', () => {
    const live = new ContainerRecord()
    for (let hour = 0; hour < 30; hour++) {
      live.add(START + hour * HOUR, 1, 100 * MIB)
      bring(live, (hour + 1) * HOUR, '1h')
      assert.equal(live.decision.dueHour, hour + 1)
    }
    bring(live, 30 * HOUR + 1800, '1h')
    assert.equal(live.decision.dueHour, 30)
  })

  test('is none while too little is known, except that hours are closed', () => {
    const minimum = { seconds: DAY, samples: 20 }
    const record = bring(observed(2), 3 * HOUR, '24h', minimum)
    assert.deepEqual([record.usage.hours, record.decision.cpuRequest], [3, -1])
    assert.ok(bring(observed(2), DAY, '24h', minimum).decision.cpuRequest > 0)
  })

  test('closes the open hour if there is nothing else to decide on', () => {
    const record = bring(observed(1), 0)
    assert.deepEqual([record.usage.hours, record.usage.isOpen], [1, false])
    assert.ok(record.decision.cpuRequest > 0)
  })

  test('closes the open hour for an OOM kill and decides immediately, but not ahead of the clock', () => {
    const record = bring(observed(30), 30 * HOUR)
    const { memoryLimit } = record.decision
    record.addOomKill(START + 30 * HOUR + 60, 500 * MIB)
    assert.equal(next(record, 30 * HOUR + 90), 'close the open hour')
    bring(record, 30 * HOUR + 90)
    assert.equal(record.usage.hours, 31)
    assert.ok(record.decision.memoryLimit > memoryLimit)
    record.addOomKill(START + 30 * HOUR + 120, 5000 * MIB)
    record.add(START + 31 * HOUR + 1, 1, MIB)
    assert.equal(next(record, 30 * HOUR + 150), 'decide')
    bring(record, 30 * HOUR + 150)
    assert.deepEqual([record.usage.hours, record.usage.isOpen], [31, true])
  })

  test('decides immediately when the image has changed', () => {
    const record = bring(observed(30), 30 * HOUR)
    record.noteVersion('app:1', START)
    assert.equal(next(record, 30 * HOUR), undefined)
    record.noteVersion('app:2', START + 30 * HOUR)
    assert.equal(next(record, 30 * HOUR), 'decide')
    bring(record, 30 * HOUR)
    assert.equal(record.decision.hasNewVersion, false)
  })

  test('decides on CPU as soon as it is known, closing the hour that has it', () => {
    const minimum = { seconds: 0, samples: 5 }
    const record = new ContainerRecord()
    record.addOomKill(START, 64 * MIB)
    bring(record, 1, '24h', minimum)
    assert.deepEqual([record.decision.cpuRequest, record.decision.memoryRequest > 0], [-1, true])
    for (let i = 0; i < 5; i++) record.add(START + 10 + i, 1, Number.NaN)
    assert.equal(next(record, 60, '24h', minimum), 'close the open hour')
    bring(record, 60, '24h', minimum)
    assert.ok(record.decision.cpuRequest > 0)
    // CPU that is already closed is decided on, too.
    const closed = new ContainerRecord()
    closed.addOomKill(START, 64 * MIB)
    bring(closed, 1, '24h', minimum)
    for (let i = 0; i < 5; i++) closed.add(START + 10 + i, 1, Number.NaN)
    closed.usage.closeUntil(2)
    closed.decision.dueHour = 1
    assert.equal(next(closed, 60, '24h', minimum), 'decide')
  })

  test('is none for a container that was silent for 14 days, once that is recorded', () => {
    const record = bring(observed(30), 30 * HOUR)
    const { cpuRequest } = record.decision
    record.noteVersion('app:1', START)
    record.noteVersion('app:2', START + 20 * DAY)
    bring(record, 20 * DAY)
    assert.deepEqual([record.decision.dueHour, record.decision.cpuRequest], [480, cpuRequest])
    assert.equal(record.decision.hasNewVersion, true)
  })

  test('takes other prices, even if only one of them differs', () => {
    const record = bring(observed(30), 30 * HOUR)
    const { cpu, memory } = GOAL_PRICES.balanced
    const step = (prices: typeof GOAL_PRICES.balanced) =>
      nextStep(record, START + 30 * HOUR, { prices, cadence: '24h' }, NO_MINIMUM)
    assert.equal(step({ cpu: { ...cpu }, memory: { ...memory } }), undefined)
    assert.equal(step({ cpu: { ...cpu, limitMargin: 2 }, memory }), 'take prices')
  })
})
