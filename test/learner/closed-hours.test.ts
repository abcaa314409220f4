import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ByteReader, ByteWriter } from '../../src/learner/bytes.ts'
import {
  CLOSED_HOURS_BYTES,
  ClosedHours,
  CPU_MASSES,
  HOURS_KEPT,
  MEMORY_MASSES,
  RANKS,
} from '../../src/learner/closed-hours.ts'
import { NONE } from '../../src/learner/days.ts'

const EMPTY = new Uint8Array()
const empty = () => new ClosedHours(new Uint8Array(CLOSED_HOURS_BYTES))
const cpuOf = (hours: ClosedHours, hour: number) => [0, 1, 2, 3, 4].map((rank) => hours.cpu(hour, rank))
const memoryOf = (hours: ClosedHours, hour: number) => [0, 1, 2].map((rank) => hours.memory(hour, rank))

describe('closed hours', () => {
  test('keep five ranks of CPU at equal shares, and median, 90th percentile and peak of memory', () => {
    const hours = empty()
    hours.push(
      Uint8Array.from({ length: 10 }, (_, i) => i + 1),
      Uint8Array.from({ length: 20 }, (_, i) => i + 101),
    )
    assert.equal(hours.hours, 1)
    assert.deepEqual(cpuOf(hours, 0), [2, 4, 6, 8, 10])
    assert.deepEqual(memoryOf(hours, 0), [110, 118, 120])
    assert.equal(RANKS, 5)
    assert.deepEqual(CPU_MASSES, [0.3, 0.2, 0.2, 0.2, 0.1])
    assert.deepEqual(MEMORY_MASSES, [0.7, 0.25, 0.05])
  })

  test('without samples have none, for each resource separately', () => {
    const hours = empty()
    hours.push(EMPTY, Uint8Array.of(7))
    hours.push(Uint8Array.of(3), EMPTY)
    assert.deepEqual([cpuOf(hours, 0), memoryOf(hours, 0)], [Array(5).fill(NONE), [7, 7, 7]])
    assert.deepEqual([cpuOf(hours, 1), memoryOf(hours, 1)], [Array(5).fill(3), [NONE, NONE, NONE]])
  })

  test('are the last 14 days: the open hour and earlier ones are unknown', () => {
    assert.equal(HOURS_KEPT, 14 * 24)
    const hours = empty()
    for (let hour = 0; hour < HOURS_KEPT + 3; hour++) hours.push(Uint8Array.of(hour % 200), Uint8Array.of(hour % 100))
    assert.deepEqual(
      [-1, 0, 2, 3, 338, 339].map((hour) => hours.isKept(hour)),
      [false, false, false, true, true, false],
    )
    assert.deepEqual([hours.cpu(2, 0), hours.cpu(3, 0), hours.cpu(338, 4), hours.cpu(339, 0)], [NONE, 3, 138, NONE])
    assert.deepEqual([hours.memory(2, 0), hours.memory(3, 2), hours.memory(338, 0)], [NONE, 3, 38])
    assert.equal(hours.memory(-1, 0), NONE)
  })

  test('raise only their peak to a late sample, or all ranks if they had no samples', () => {
    const hours = empty()
    hours.push(Uint8Array.of(10, 20, 30, 40, 50), Uint8Array.of(10, 20, 30))
    hours.push(EMPTY, EMPTY)
    hours.raiseCpu(0, 45)
    hours.raiseMemory(0, 25)
    assert.deepEqual(
      [cpuOf(hours, 0), memoryOf(hours, 0)],
      [
        [10, 20, 30, 40, 50],
        [20, 30, 30],
      ],
    )
    hours.raiseCpu(0, 60)
    hours.raiseMemory(0, 70)
    assert.deepEqual(
      [cpuOf(hours, 0), memoryOf(hours, 0)],
      [
        [10, 20, 30, 40, 60],
        [20, 30, 70],
      ],
    )
    hours.raiseCpu(1, 5)
    hours.raiseMemory(1, 6)
    assert.deepEqual([cpuOf(hours, 1), memoryOf(hours, 1)], [Array(5).fill(5), [6, 6, 6]])
    hours.raiseCpu(1, 8)
    assert.deepEqual(cpuOf(hours, 1), [5, 5, 5, 5, 8])
  })

  test('are forgotten all at once', () => {
    const hours = empty()
    hours.push(Uint8Array.of(1), Uint8Array.of(1))
    hours.forgetUntil(50)
    assert.equal(hours.hours, 50)
    for (let hour = 0; hour < 50; hour++) assert.deepEqual([hours.cpu(hour, 0), hours.memory(hour, 0)], [NONE, NONE])
  })

  test('are read as they were written', () => {
    const [hours, restored] = [empty(), empty()]
    for (let hour = 0; hour < 400; hour++) hours.push(Uint8Array.of(hour % 7), Uint8Array.of(hour % 11))
    const to = new ByteWriter()
    hours.writeCount(to)
    hours.write(to)
    const from = new ByteReader(to.finish())
    restored.readCount(from)
    restored.read(from)
    assert.equal(from.remaining, 0)
    assert.equal(restored.hours, 400)
    for (let hour = 0; hour < 400; hour++)
      assert.deepEqual([cpuOf(restored, hour), memoryOf(restored, hour)], [cpuOf(hours, hour), memoryOf(hours, hour)])
  })
})
