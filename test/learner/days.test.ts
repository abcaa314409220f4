import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ByteReader, ByteWriter } from '../../src/learner/bytes.ts'
import {
  DAYS_BYTES,
  DAYS_KEPT,
  Days,
  NONE,
  SKETCH_MASSES,
  SKETCH_QUANTILES,
  STATES as STATES_OF_A_DAY,
} from '../../src/learner/days.ts'

const STATES = [1, 2, 3]
const SKETCH = [11, 12, 13, 14, 15, 16, 17, 18]
const empty = () => new Days(new Uint8Array(DAYS_BYTES))

function daysUntil(last: number): Days {
  const days = empty()
  for (let day = 0; day <= last; day++) days.begin(day, STATES)
  return days
}

describe('days', () => {
  test('cover six weeks and the current day', () => {
    assert.equal(DAYS_KEPT, 42)
    assert.equal(empty().has(0), false)
    const days = daysUntil(50)
    assert.deepEqual(
      [-1, 7, 8, 50, 51].map((day) => days.has(day)),
      [false, false, true, true, false],
    )
  })

  test('keep how they began, a sketch of CPU, the memory and the hours with samples', () => {
    const days = daysUntil(3)
    days.setMemory(90, 80)
    days.finish(SKETCH, 23)
    days.begin(4, [4, 5, 6])
    assert.deepEqual(
      [0, 1, 2].map((which) => days.state(3, which)),
      STATES,
    )
    assert.deepEqual(
      [0, 1, 2].map((which) => days.state(4, which)),
      [4, 5, 6],
    )
    assert.deepEqual(
      SKETCH.map((_, i) => days.sketch(3, i)),
      SKETCH,
    )
    assert.deepEqual([days.peak(3), days.p95(3), days.hours(3)], [90, 80, 23])
    assert.deepEqual([days.sketch(4, 0), days.peak(4), days.p95(4), days.hours(4)], [NONE, NONE, NONE, 0])
  })

  test('are sketched by quantiles that represent all samples', () => {
    assert.equal(SKETCH_QUANTILES.length, SKETCH_MASSES.length)
    let edge = 0
    for (const [i, mass] of SKETCH_MASSES.entries()) {
      // Each quantile is in the middle of the share that it stands for; the third is a little above it.
      assert.ok(SKETCH_QUANTILES[i]! > edge && SKETCH_QUANTILES[i]! < edge + mass, `${SKETCH_QUANTILES[i]}`)
      edge += mass
    }
    assert.ok(Math.abs(edge - 1) < 1e-9)
  })

  test('count samples up to 65,535 and OOM kills up to 255, of days that are kept', () => {
    const days = daysUntil(1)
    for (let i = 0; i < 300; i++) days.countSample(1)
    assert.equal(days.samples(1), 300)
    for (let i = 0; i < 70_000; i++) days.countSample(1)
    assert.equal(days.samples(1), 65_535)
    for (let i = 0; i < 3; i++) days.countKill(1)
    assert.equal(days.kills(1), 3)
    for (let i = 0; i < 300; i++) days.countKill(1)
    assert.equal(days.kills(1), 255)
    assert.deepEqual([days.samples(0), days.kills(0)], [0, 0])
    for (const day of [-1, 2]) {
      days.countSample(day)
      days.countKill(day)
    }
    assert.deepEqual([days.samples(1), days.kills(1), days.samples(0)], [65_535, 255, 0])
    assert.deepEqual([days.samples(2), days.kills(2)], [0, 0])
  })

  test('raise the memory peak of a day that is kept and has one', () => {
    const days = daysUntil(1)
    days.raisePeak(1, 50)
    assert.equal(days.peak(1), NONE)
    days.setMemory(40, 30)
    days.raisePeak(1, 35)
    assert.equal(days.peak(1), 40)
    days.raisePeak(1, 60)
    assert.deepEqual([days.peak(1), days.p95(1)], [60, 30])
    days.raisePeak(44, 99)
    assert.equal(days.peak(1), 60)
  })

  test('that are skipped are empty, and their earlier contents are removed', () => {
    const days = daysUntil(3)
    days.setMemory(40, 30)
    days.countKill(3)
    days.finish(SKETCH, 24)
    days.begin(46, STATES)
    assert.equal(days.has(3), false)
    assert.deepEqual([days.has(4), days.peak(46), days.kills(46), days.hours(46)], [true, NONE, 0, 0])
    days.begin(500, STATES)
    for (let day = 458; day < 500; day++) assert.deepEqual([days.has(day), days.state(day, 0)], [true, NONE])
  })

  test('have a record of 17 bytes each in saved states, which a later version reads', () => {
    assert.equal(DAYS_BYTES, 43 * 17)
    const days = daysUntil(1)
    days.setMemory(90, 80)
    days.finish(SKETCH, 23)
    days.countKill(1)
    for (let i = 0; i < 258; i++) days.countSample(1)
    const to = new ByteWriter()
    days.write(to)
    const saved = to.finish()
    assert.deepEqual([...saved.subarray(0, 4)], [2, 0, 0, 0])
    assert.deepEqual([...saved.subarray(4 + 17, 4 + 34)], [...SKETCH, ...STATES, 90, 80, 23, 1, 2, 1])
  })

  test('are sketched at these shares of their samples', () => {
    assert.deepEqual(SKETCH_QUANTILES, [0.125, 0.375, 0.6, 0.75, 0.85, 0.925, 0.97, 0.995])
    assert.deepEqual(SKETCH_MASSES, [0.25, 0.25, 0.2, 0.1, 0.1, 0.05, 0.035, 0.015])
    assert.equal(STATES_OF_A_DAY, 3)
  })

  test('are read as they were written', () => {
    const days = daysUntil(60)
    days.setMemory(40, 30)
    days.finish(SKETCH, 5)
    const to = new ByteWriter()
    days.write(to)
    const restored = empty()
    const from = new ByteReader(to.finish())
    restored.read(from)
    assert.equal(from.remaining, 0)
    assert.deepEqual(
      [restored.has(60), restored.has(61), restored.peak(60), restored.sketch(60, 7)],
      [true, false, 40, 18],
    )
    const none = new ByteWriter()
    empty().write(none)
    restored.read(new ByteReader(none.finish()))
    assert.equal(restored.has(0), false)
  })
})
