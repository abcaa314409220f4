import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ByteReader, ByteWriter } from '../../src/learner/bytes.ts'
import { ContainerRecord } from '../../src/learner/container-record.ts'
import { GOAL_PRICES } from '../../src/learner/goals.ts'
import { DAY, HOUR, MIB, START } from './usage.ts'
import { bytes, cores, recordOf } from './windows.ts'

const GIB = 2 ** 30
const { NaN: NONE } = Number

/** The peak that an OOM kill counts as; a bucket. */
function demandOf(limitBytes: number): number {
  const record = new ContainerRecord()
  record.addOomKill(START, limitBytes)
  record.usage.closeUntil(1)
  return record.usage.memory(0, 2)
}

describe('a container record', () => {
  test('learns from samples: counts, times and hours since the first one', () => {
    const record = new ContainerRecord()
    assert.equal(record.hasSamples, false)
    assert.equal(record.add(START + 1800, 1, MIB), true)
    assert.equal(record.add(START + 1800 + HOUR, 2, NONE), true)
    assert.equal(record.add(START, NONE, MIB), true)
    assert.deepEqual([record.cpuSamples, record.memorySamples], [2, 2])
    assert.deepEqual([record.firstSeconds, record.lastSeconds, record.hasSamples], [START, START + 5400, true])
    assert.deepEqual(
      [START, START + 1800, START + 5399, START + 5400].map((at) => record.hourOf(at)),
      [0, 0, 0, 1],
    )
    assert.equal(record.startOf(2), START + 1800 + 2 * HOUR)
    assert.equal(record.usage.hours, 1)
  })

  test('ignores impossible values, and reports that', () => {
    const cases: [number, number, number, boolean, number, number][] = [
      [START, 10_000, 2 ** 50, true, 1, 1],
      [START, 10_001, 2 ** 50 + 1, false, 0, 0],
      [START, 10_001, MIB, false, 0, 1],
      [START, 1, 2 ** 51, false, 1, 0],
      [START, 0, 0, true, 1, 1],
      [START, -1, MIB, false, 0, 1],
      [START, 1, -1, false, 1, 0],
      [START, NONE, NONE, false, 0, 0],
      [START, NONE, MIB, true, 0, 1],
      [START, 1, NONE, true, 1, 0],
      [0, 1, MIB, true, 1, 1],
      [-1, 1, MIB, false, 0, 0],
      [4_102_444_799, 1, MIB, true, 1, 1],
      [4_102_444_800, 1, MIB, false, 0, 0],
      [NONE, 1, MIB, false, 0, 0],
    ]
    for (const [at, cpu, memory, isTrue, cpuSamples, memorySamples] of cases) {
      const record = new ContainerRecord()
      assert.equal(record.add(at, cpu, memory), isTrue, `${[at, cpu, memory]}`)
      assert.deepEqual([record.cpuSamples, record.memorySamples], [cpuSamples, memorySamples], `${[at, cpu, memory]}`)
      assert.equal(record.hasSamples, cpuSamples + memorySamples > 0)
    }
  })

  test('counts an OOM kill as a peak of a fifth, and at least 100 MiB, above the limit', () => {
    assert.equal(demandOf(10 * GIB), bytes(12 * GIB))
    assert.equal(demandOf(64 * MIB), bytes(164 * MIB))
    assert.equal(demandOf(500 * MIB), bytes(600 * MIB))
    assert.equal(demandOf(2000 * MIB), bytes(2400 * MIB))
  })

  test('records an OOM kill on its day, and for the decision; never without a limit', () => {
    const record = recordOf(50, () => ({ cpu: 1, memory: MIB }))
    for (const limit of [0, -5, NONE]) record.addOomKill(START + 2 * DAY, limit)
    record.addOomKill(-1, GIB)
    assert.deepEqual([record.usage.days.kills(2), record.decision.wasKilled], [0, false])
    record.addOomKill(START + DAY + 10, GIB)
    assert.deepEqual([record.usage.days.kills(1), record.usage.days.kills(2)], [1, 0])
    assert.equal(record.decision.wasKilled, true)
    assert.equal(record.memorySamples, 101)
  })

  test('records when the image changes, but not the first image', () => {
    const record = recordOf(2, () => ({ cpu: 1, memory: MIB }))
    record.noteVersion('app:1', START)
    assert.deepEqual([record.versionSeconds, record.decision.hasNewVersion], [-1, false])
    record.noteVersion('app:1', START + HOUR)
    assert.equal(record.versionSeconds, -1)
    record.noteVersion('app:2', START + HOUR)
    assert.deepEqual([record.versionSeconds, record.decision.hasNewVersion], [START + HOUR, true])
    record.noteVersion('app:2', START + 2 * HOUR)
    assert.equal(record.versionSeconds, START + HOUR)
  })

  test('passes each sample to the decision', () => {
    const record = new ContainerRecord()
    record.decision.watch(0)
    record.decision.watched.cpuRequest = cores(1)
    record.add(START, 2, MIB)
    assert.deepEqual([record.decision.watched.samples, record.decision.watched.samplesAbove], [1, 1])
    record.takePrices(GOAL_PRICES.balanced)
    record.decision.strategies[0]!.request = cores(1)
    record.add(START, 2, MIB)
    assert.ok(record.decision.strategies[0]!.hour > 20 * 0.9)
  })

  test('drops a decision for other prices, but not later events', () => {
    const record = new ContainerRecord()
    record.decision.wasKilled = true
    record.takePrices(GOAL_PRICES.balanced)
    assert.deepEqual([record.decision.prices, record.decision.wasKilled], [GOAL_PRICES.balanced, true])
    record.decision.cpuRequest = 50
    record.decision.hasNewVersion = true
    record.takePrices(GOAL_PRICES.savings)
    const { cpuRequest, prices, wasKilled, hasNewVersion } = record.decision
    assert.deepEqual([cpuRequest, prices, wasKilled, hasNewVersion], [-1, GOAL_PRICES.savings, true, true])
  })

  test('is copied completely, and the copy is independent', () => {
    const record = recordOf(30, (hour) => ({ cpu: hour / 10, memory: hour * MIB }))
    record.noteVersion('app:1', START)
    record.noteVersion('app:2', START + HOUR)
    record.takePrices(GOAL_PRICES.reliability)
    const bytesOf = (of: ContainerRecord) => {
      const to = new ByteWriter()
      of.write(to)
      return to.finish()
    }
    const before = bytesOf(record)
    const copy = record.copy()
    assert.deepEqual(bytesOf(copy), before)
    copy.add(START + 40 * HOUR, 1, MIB)
    copy.noteVersion('app:2', START + 2 * HOUR)
    assert.equal(copy.versionSeconds, START + HOUR)
    copy.takePrices(GOAL_PRICES.savings)
    assert.deepEqual(bytesOf(record), before)
  })

  test('of a version that names a goal has its prices, and none has a goal that does not exist', () => {
    const record = recordOf(1, () => ({ cpu: 1, memory: MIB }))
    const to = new ByteWriter()
    record.write(to)
    // Before version 5, decisions had more features.
    to.float64s(Array<number>(10).fill(0))
    // Six times and counts, the image, then whether there are prices: a goal before version 4.
    const GOAL_AT = 6 * 8 + 4
    for (const [index, prices] of Object.values(GOAL_PRICES).entries()) {
      const old = to.finish()
      old[GOAL_AT] = index
      const restored = new ContainerRecord()
      restored.read(new ByteReader(old), 3)
      assert.equal(restored.decision.prices, prices)
    }
    const unknown = to.finish()
    unknown[GOAL_AT] = 3
    assert.throws(
      () => new ContainerRecord().read(new ByteReader(unknown), 3),
      /^RangeError: goal 3, which does not exist$/,
    )
  })
})
