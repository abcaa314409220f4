import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createLearner } from '../../src/learner/index.ts'
import { leakBytesPerDay } from '../../src/learner/leak.ts'
import { MEMORY_BUCKETS } from '../../src/learner/log-buckets.ts'
import { DAY, decided, MIB, START, series, value, workload } from './usage.ts'
import { windowOf } from './windows.ts'

/** The leak reported for memory that develops as `mebibytes` says, by day and hour. */
function learn(days: number, mebibytes: (day: number, hour: number) => number) {
  const learner = createLearner()
  learner.observe(
    series(days * 288, (i) => ({ cpu: 0.1, memory: mebibytes(Math.floor(i / 288), Math.floor(i / 12) % 24) * MIB })),
  )
  const [container] = decided(learner, workload, 'balanced', START + days * DAY)
  return {
    leak: container!.evidence!.memory!.leak,
    memory: container!.memory!,
    doubt: container!.evidence!.memory!.doubt,
  }
}

describe('the slope of a leak', () => {
  /** Days whose lowest hour is at these MiB; of so many hours each. */
  const slope = (mebibytes: readonly number[], hours = 24) => {
    const window = windowOf(mebibytes.length * 24, (hour) =>
      hour % 24 < hours ? { memory: (mebibytes[Math.floor(hour / 24)]! + (hour % 24 === 7 ? 0 : 50)) * MIB } : {},
    )
    return leakBytesPerDay(window)
  }
  const edge = (mebibytes: number) => MEMORY_BUCKETS.edges[MEMORY_BUCKETS.indexOf(mebibytes * MIB)]!
  const steps = (from: number, step: number, days: number) => Array.from({ length: days }, (_, i) => from + step * i)

  test('is the median of the slopes of all pairs of days, of the lowest hour of each', () => {
    const days = [400, 450, 520, 560, 610, 700]
    const slopes = days
      .flatMap((from, i) => days.slice(i + 1).map((to, j) => (edge(to) - edge(from)) / (j + 1)))
      .toSorted((a, b) => a - b)
    assert.equal(slope(days), slopes[Math.floor(slopes.length / 2)])
  })

  test('needs four days, each with twelve hours', () => {
    assert.equal(slope(steps(400, 60, 3)), undefined)
    assert.ok(slope(steps(400, 60, 4)))
    assert.equal(slope(steps(400, 60, 5), 11), undefined)
    assert.ok(slope(steps(400, 60, 5), 12))
  })

  test('may be as slow as a bucket a day', () => {
    assert.ok(edge(463) / edge(400) < 1.16)
    assert.ok(slope([400, 420, 441, 463]))
  })

  test('starts again after a fall below four fifths, not after less', () => {
    const before = steps(1000, 100, 4)
    assert.equal(slope([...before, 1000, 1100, 1200]), undefined)
    const fallen = slope([...before, 600, 700, 800, 900])
    assert.equal(fallen, slope([600, 700, 800, 900]))
    assert.notEqual(fallen, undefined)
  })

  test('needs nine out of ten pairs to rise', () => {
    // One step back among seven days is one pair of 21; three are more than a tenth.
    assert.ok(slope([400, 480, 460, 560, 640, 720, 800]))
    assert.equal(slope([400, 480, 460, 560, 540, 640, 620]), undefined)
  })

  test('needs the last two days to rise at least half as fast as all', () => {
    // The last two rise by 0.61 and by 0.46 of the slope of all.
    assert.ok(slope([400, 800, 1200, 1600, 2000, 2200, 2450]))
    assert.equal(slope([400, 800, 1200, 1600, 2000, 2100, 2300]), undefined)
  })

  test('looks back 14 days', () => {
    // The day 15 days ago was much lower: its pairs would steepen the slope.
    const fortnight = steps(1000, 40, 14)
    assert.equal(slope([600, ...fortnight]), slope(fortnight))
  })
})

describe('a leak', () => {
  test('is reported with its slope, and the days until the limit', () => {
    const { leak, memory } = learn(10, (day, hour) => 400 + 40 * (day + hour / 24))
    assert.ok(value(leak?.perDay) > 32 * MIB && value(leak?.perDay) < 50 * MIB, leak?.perDay)
    const exact = (value(memory.limit) - 800 * MIB) / (40 * MIB)
    assert.ok(Math.abs(leak!.daysLeft - exact) <= 1.5, `${leak!.daysLeft} days for ${exact}`)
  })

  test('is reported again after a restart, once it has grown for four days', () => {
    const sawtooth = (day: number) => 300 + 60 * (day % 7)
    assert.equal(learn(10, sawtooth).leak, undefined)
    assert.ok(value(learn(13, sawtooth).leak?.perDay) > 45 * MIB)
  })

  test('is none if memory is steady, follows the day, jumps once, or fills up and stays', () => {
    const noLeaks: ((day: number, hour: number) => number)[] = [
      () => 500,
      (day) => 500 + (day % 2),
      (_, hour) => 300 + 20 * hour,
      (day) => (day < 5 ? 300 : 600),
      (day) => 600 * (1 - 0.5 ** (day + 1)),
      (day) => 900 - 30 * day,
    ]
    for (const [i, mebibytes] of noLeaks.entries()) assert.equal(learn(10, mebibytes).leak, undefined, `case ${i}`)
  })

  test('is none in noise around a level of any size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.5, max: 1.5, noNaN: true }), { minLength: 14, maxLength: 14 }),
        (noise) => {
          // The chance that fourteen days in a row rise is one in a hundred billion.
          const rises = noise.every((x, day) => day === 0 || x > noise[day - 1]! * 0.8)
          fc.pre(!rises)
          const tail = noise.findLastIndex((x, day) => day > 0 && x < noise[day - 1]! * 0.8)
          fc.pre(noise.length - tail < 4)
          assert.equal(learn(14, (day) => 500 * noise[day]!).leak, undefined)
        },
      ),
      { numRuns: 20 },
    )
  })

  test('is followed by at most its own growth: a day ahead, not weeks', () => {
    const { memory } = learn(14, (day, hour) => 400 + 40 * (day + hour / 24))
    assert.ok(value(memory.request) >= 900 * MIB, memory.request)
    assert.ok(value(memory.limit) <= 1.6 * 960 * MIB, memory.limit)
  })
})
