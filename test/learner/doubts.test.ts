import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ContainerRecord } from '../../src/learner/container-record.ts'
import { cpuDoubt, memoryDoubt, oomKillsOf } from '../../src/learner/doubts.ts'
import { GOAL_PRICES } from '../../src/learner/goals.ts'
import { DAY, HOUR, MIB, START } from './usage.ts'
import { bytes, cores, recordOf } from './windows.ts'

/** Days with so many hours of 3 cores and 300 MiB among 1 core and 100 MiB, decided for 2 cores and 200 MiB. */
function decided(hours: number, burst: (hour: number) => boolean = () => false): ContainerRecord {
  const record = recordOf(hours, (hour) =>
    burst(hour) ? { cpu: 3, memory: 300 * MIB } : { cpu: 1, memory: 100 * MIB },
  )
  record.takePrices(GOAL_PRICES.balanced)
  record.decision.cpuRequest = cores(2)
  record.decision.memoryLimit = bytes(200 * MIB)
  return record
}

const onDays =
  (...days: number[]) =>
  (hour: number) =>
    days.includes(Math.floor(hour / 24)) && hour % 24 < 12
const both = (record: ContainerRecord, confidence = 0.5) => [
  cpuDoubt(record, confidence),
  memoryDoubt(record, confidence),
]

describe('why confidence is low', () => {
  test('is not reported if it is high or unknown', () => {
    assert.deepEqual(both(decided(24), 0.9), [undefined, undefined])
    assert.deepEqual(both(decided(24), Number.NaN), [undefined, undefined])
    assert.deepEqual(both(decided(24), 0.899), ['1 day of history', '1 day of history'])
  })

  test('is a short history: hours on the first day, then days, up to a week', () => {
    // The record has one sample in each hour, so thirteen of them cover twelve hours.
    assert.deepEqual(both(decided(1)), ['< 1 hour of history', '< 1 hour of history'])
    assert.deepEqual(both(decided(2)), ['1 hour of history', '1 hour of history'])
    assert.deepEqual(both(decided(13)), ['12 hours of history', '12 hours of history'])
    assert.deepEqual(both(decided(6 * 24 + 23)), ['6 days of history', '6 days of history'])
    assert.notEqual(both(decided(7 * 24))[0], '7 days of history')
  })

  test('is a change of the version, in words', () => {
    const said = (hoursAgo: number) => {
      const record = decided(20 * 24)
      record.noteVersion('app:1', START)
      record.noteVersion('app:2', START + 20 * DAY - hoursAgo * HOUR)
      return both(record)
    }
    for (const [hours, words] of [
      [0, 'today'],
      [23, 'today'],
      [24, 'yesterday'],
      [47, 'yesterday'],
      [48, '2 days ago'],
      [100, '4 days ago'],
    ] as const)
      assert.deepEqual(said(hours), [`changed version ${words}`, `changed version ${words}`])
  })

  test('is how often memory bursts; for CPU, only the last days and hours', () => {
    const memory = (...days: number[]) => both(decided(14 * 24, onDays(...days)))[1]
    assert.equal(memory(0, 1, 2, 3, 4, 5, 6, 7), 'bursts on most days')
    assert.deepEqual(
      [memory(1, 4, 8), memory(1, 8), memory(5)],
      ['bursts twice a week', ...Array(2).fill('bursts once a week')],
    )
    assert.deepEqual([memory(13), memory(2, 13)], ['rose in the last day', 'bursts once a week'])
    const cpu = (...days: number[]) => both(decided(14 * 24, onDays(...days)))[0]
    assert.equal(cpu(13), 'busier lately than on any day before')
    assert.equal(cpu(2, 13), 'the last day was about as busy as any')
    assert.equal(cpu(1, 4, 8), 'usage differs from day to day')
  })

  test('is that CPU rose in the last hours', () => {
    const rising = decided(14 * 24, (hour) => hour === 14 * 24 - 1)
    assert.equal(both(rising)[0], 'rose in the last hours')
  })

  test('is that days differ, if there is no other reason', () => {
    assert.deepEqual(both(decided(14 * 24)), ['usage differs from day to day', 'peaks differ from day to day'])
  })

  test('is OOM kills before anything else, and a leak before the history, only for memory', () => {
    const killed = decided(3 * 24)
    killed.addOomKill(START + 3 * DAY - 5, 200 * MIB)
    assert.deepEqual(both(killed), ['3 days of history', '1 OOM kill seen in two weeks'])
    for (let i = 0; i < 2; i++) killed.addOomKill(START + 2 * DAY - 5, 200 * MIB)
    assert.equal(both(killed)[1], '3 OOM kills seen in two weeks')
    const leaking = recordOf(5 * 24, (hour) => ({ cpu: 1, memory: (100 + hour) * MIB }))
    leaking.takePrices(GOAL_PRICES.balanced)
    assert.deepEqual(both(leaking), ['5 days of history', 'memory grows day by day'])
  })

  test('is unknown for CPU before there was a decision', () => {
    assert.equal(
      cpuDoubt(
        recordOf(24, () => ({ cpu: 1, memory: MIB })),
        0.5,
      ),
      undefined,
    )
  })
})

describe('OOM kills', () => {
  test('are counted in the current day and the fourteen before', () => {
    const record = recordOf(20 * 24, () => ({ cpu: 1, memory: MIB }))
    for (const day of [5, 6, 19]) record.addOomKill(START + day * DAY + 5, 100 * MIB)
    assert.equal(oomKillsOf(record.usage), 2)
    record.addOomKill(START + 20 * DAY + 5, 100 * MIB)
    assert.equal(oomKillsOf(record.usage), 3)
    assert.equal(oomKillsOf(recordOf(2, () => ({ cpu: 1, memory: MIB })).usage), 0)
  })
})
