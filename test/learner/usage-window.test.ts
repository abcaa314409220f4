import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ByteReader, ByteWriter } from '../../src/learner/bytes.ts'
import { NONE } from '../../src/learner/days.ts'
import { UsageWindow } from '../../src/learner/usage-window.ts'
import { near } from './near.ts'
import { MIB } from './usage.ts'
import { addHours, bytes, cores, windowOf } from './windows.ts'

const sum = (masses: Float32Array) => masses.reduce((total, mass) => total + mass, 0)

describe('the usage window', () => {
  test('closes an hour when the next one begins, and only then', () => {
    const window = new UsageWindow()
    assert.deepEqual([window.isOpen, window.hasOpenCpu, window.isEmpty], [false, false, true])
    window.add(0, -1, 50)
    assert.deepEqual([window.isOpen, window.hasOpenCpu, window.hours, window.isEmpty], [true, false, 0, true])
    window.add(0, 40, -1)
    assert.deepEqual([window.isOpen, window.hasOpenCpu, window.recentHours], [true, true, 0])
    window.add(1, 41, -1)
    assert.deepEqual([window.hours, window.cpu(0, 4), window.memory(0, 2), window.recentHours], [1, 40, 50, 1])
    assert.deepEqual([window.isOpen, window.hasOpenCpu, window.isEmpty], [true, true, false])
    window.closeUntil(2)
    assert.deepEqual([window.hours, window.cpu(1, 0), window.isOpen, window.recent(1, 0)], [2, 41, false, 41])
    window.closeUntil(2)
    assert.equal(window.hours, 2)
  })

  test('halves the mass of an hour in a day of hours with CPU, and in a week of them', () => {
    const window = windowOf(1, () => ({ cpu: 1 }))
    near(window.day[cores(1)]!, 1)
    near(window.week[cores(1)]!, 1)
    addHours(window, 1, 25, () => ({ cpu: 2 }))
    window.closeUntil(25)
    near(window.day[cores(1)]!, 0.5)
    near(window.week[cores(1)]!, 2 ** (-1 / 7))
    addHours(window, 25, 169, () => ({ cpu: 2 }))
    window.closeUntil(169)
    near(window.day[cores(1)]!, 2 ** -7)
    near(window.week[cores(1)]!, 0.5)
    // Hours without CPU do not count.
    window.closeUntil(300)
    near(window.week[cores(1)]!, 0.5)
  })

  test('gives every hour the same mass, with any number of samples', () => {
    const window = windowOf(1, () => ({ cpu: [1, 1, 3, 3] }))
    near(window.day[cores(1)]!, 0.5)
    near(sum(window.day), 1)
    near(sum(window.week), 1)
  })

  test('keeps late samples: as a peak of their hour, and in the histograms as one of twelve samples of that age', () => {
    const window = windowOf(30, () => ({ cpu: 1, memory: 100 * MIB }))
    window.add(28, cores(5), bytes(900 * MIB))
    assert.deepEqual([window.cpu(28, 3), window.cpu(28, 4)], [cores(1), cores(5)])
    assert.deepEqual([window.memory(28, 1), window.memory(28, 2)], [bytes(100 * MIB), bytes(900 * MIB)])
    near(window.day[cores(5)]!, 2 ** (-1 / 24) / 12)
    near(window.week[cores(5)]!, 2 ** (-1 / 168) / 12)
    assert.equal(window.hours, 30)
    assert.equal(window.isOpen, false)
    window.add(0, cores(7), bytes(950 * MIB))
    assert.equal(window.days.peak(0), bytes(950 * MIB))
  })

  test('counts CPU that arrives after its hour was closed early for the next hour', () => {
    const window = new UsageWindow()
    window.add(0, -1, bytes(100 * MIB))
    window.closeUntil(1)
    window.add(0, cores(1), bytes(200 * MIB))
    assert.equal(window.cpu(0, 0), NONE)
    assert.equal(window.hasOpenCpu, true)
    assert.equal(window.memory(0, 2), bytes(200 * MIB))
    window.closeUntil(2)
    assert.equal(window.cpu(1, 4), cores(1))
    // Not that of an hour before the last, nor of one that has CPU.
    window.closeUntil(4)
    window.add(2, cores(3), -1)
    assert.equal(window.cpu(2, 0), cores(3))
    window.add(1, cores(4), -1)
    assert.equal(window.hasOpenCpu, false)
  })

  test('leaves late samples out of hours that are no longer kept, except for the peak of their day', () => {
    const window = windowOf(400, () => ({ cpu: 1, memory: 100 * MIB }))
    const before = window.week.slice()
    window.add(30, cores(9), bytes(900 * MIB))
    assert.deepEqual(window.week, before)
    assert.equal(window.days.peak(1), bytes(900 * MIB))
  })

  test('closes days with a sketch of their CPU, their memory, and how the next one begins', () => {
    const window = windowOf(48, (hour) => ({
      cpu: hour < 24 ? 1 : hour < 42 ? 2 : hour < 47 ? 3 : 4,
      memory: hour * MIB * 10,
    }))
    const sketch = (day: number) => Array.from({ length: 8 }, (_, i) => window.days.sketch(day, i))
    assert.deepEqual(sketch(0), Array(8).fill(cores(1)))
    // Of 24 hours, 18 with 2 cores, 5 with 3 and one with 4; at 0.125, 0.375, 0.6, 0.75, 0.85, 0.925, 0.97 and 0.995.
    assert.deepEqual(sketch(1), [2, 2, 2, 2, 3, 3, 4, 4].map(cores))
    assert.deepEqual([window.days.hours(0), window.days.hours(1), window.days.hours(2)], [24, 24, 0])
    assert.equal(window.days.peak(1), bytes(470 * MIB))
    assert.equal(window.days.p95(1), bytes(460 * MIB))
    const states = (day: number) => [0, 1, 2].map((which) => window.days.state(day, which))
    assert.deepEqual(states(0), [NONE, NONE, NONE])
    assert.deepEqual(states(1), [cores(1), cores(1), cores(1)])
    assert.deepEqual(states(2), [cores(4), cores(4), cores(3)])
  })

  test('sketches a day without CPU as none, and does not take the CPU of another day for it', () => {
    const window = windowOf(48, (hour) => (hour < 24 ? { cpu: 1 } : { memory: MIB }))
    assert.equal(window.days.sketch(1, 0), NONE)
    const half = windowOf(48, (hour) => (hour < 24 ? { cpu: 1 } : hour < 36 ? { cpu: 5 } : {}))
    assert.deepEqual([half.days.sketch(1, 0), half.days.sketch(1, 7), half.days.hours(1)], [cores(5), cores(5), 12])
  })

  test('counts the samples of a day', () => {
    const window = windowOf(30, () => ({ cpu: [1, 2, 3] }))
    assert.deepEqual([window.days.samples(0), window.days.samples(1)], [72, 18])
  })

  test('forgets everything after a gap of more than six weeks, and nothing before that', () => {
    const gap = (hours: number) => {
      const window = windowOf(24, () => ({ cpu: 1, memory: MIB }))
      window.add(24 + hours, cores(2), bytes(2 * MIB))
      return window
    }
    const [short, long] = [gap(43 * 24), gap(43 * 24 + 1)]
    assert.equal(short.recentHours, 24)
    assert.ok(short.week[cores(1)]! > 0)
    assert.equal(long.recentHours, 0)
    assert.equal(long.hours, 43 * 24 + 25)
    assert.deepEqual([long.days.has(0), long.days.has(44)], [false, true])
    assert.equal(long.cpu(0, 0), NONE)
    assert.deepEqual(
      [0, 1, 2].map((which) => long.days.state(44, which)),
      [NONE, NONE, NONE],
    )
  })

  test('is read as it was written, and continues alike', () => {
    const window = windowOf(500, (hour) => ({ cpu: 0.1 + (hour % 7), memory: (100 + (hour % 31)) * MIB }))
    window.add(500, cores(3), bytes(77 * MIB))
    window.days.countKill(20)
    const to = new ByteWriter()
    window.write(to)
    const restored = new UsageWindow()
    const from = new ByteReader(to.finish())
    restored.read(from)
    assert.equal(from.remaining, 0)
    for (const each of [window, restored]) addHours(each, 500, 540, (hour) => ({ cpu: hour / 100, memory: hour * MIB }))
    const bytesOf = (each: UsageWindow) => {
      const all = new ByteWriter()
      each.write(all)
      return all.finish()
    }
    assert.deepEqual(bytesOf(restored), bytesOf(window))
  })
})
