import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createLearner } from '../../src/learner/index.ts'
import { DAY, decided, MIB, START, series, value, workload } from './usage.ts'

/** What is told of memory that goes on as `mebibytes` says, by the day and hour. */
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

describe('a leak', () => {
  test('is flagged with its slope, and the days until the limit', () => {
    const { leak, memory } = learn(10, (day, hour) => 400 + 40 * (day + hour / 24))
    assert.ok(value(leak?.perDay) > 32 * MIB && value(leak?.perDay) < 50 * MIB, leak?.perDay)
    const exact = (value(memory.limit) - 800 * MIB) / (40 * MIB)
    assert.ok(Math.abs(leak!.daysLeft - exact) <= 1.5, `${leak!.daysLeft} days for ${exact}`)
  })

  test('is flagged again after a restart, once it has grown for four days', () => {
    const sawtooth = (day: number) => 300 + 60 * (day % 7)
    assert.equal(learn(10, sawtooth).leak, undefined)
    assert.ok(value(learn(13, sawtooth).leak?.perDay) > 45 * MIB)
  })

  test('is none where memory is steady, swings with the day, jumps once, or fills up and stays', () => {
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

  test('is none in noise around a level, however large', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.5, max: 1.5, noNaN: true }), { minLength: 14, maxLength: 14 }),
        (noise) => {
          // A rise by chance over fourteen days in a row has a chance of one in a hundred milliards.
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

  test('is followed by no more than its own growth: a day ahead, not weeks', () => {
    const { memory } = learn(14, (day, hour) => 400 + 40 * (day + hour / 24))
    assert.ok(value(memory.request) >= 900 * MIB, memory.request)
    assert.ok(value(memory.limit) <= 1.6 * 960 * MIB, memory.limit)
  })
})
