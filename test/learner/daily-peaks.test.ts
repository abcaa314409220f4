import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { DAYS_KEPT, DailyPeaks, dayOf } from '../../src/learner/daily-peaks.ts'
import { DAY, START } from './usage.ts'

const FIRST = dayOf(START)

interface Point {
  readonly at: number
  readonly cpu: number
  readonly memory: number
}

const points = fc.array(
  fc.record({
    at: fc.integer({ min: START, max: START + 40 * DAY }),
    cpu: fc.oneof(fc.integer({ min: 0, max: 64 }), fc.constant(Number.NaN)),
    memory: fc.integer({ min: 0, max: 2 ** 24 }),
  }),
  { maxLength: 120 },
)

/** The definition: the highest of each day, days older than the window forgotten. */
function model(points: readonly Point[], lastDay: number) {
  const newest = Math.max(...points.map(({ at }) => dayOf(at)))
  const days = [...new Set(points.map(({ at }) => dayOf(at)))].sort((a, b) => a - b)
  return days
    .filter((day) => day > Math.max(newest, lastDay) - DAYS_KEPT)
    .map((day) => {
      const ofDay = points.filter(({ at }) => dayOf(at) === day)
      const cpu = ofDay.map(({ cpu }) => cpu).filter((v) => !Number.isNaN(v))
      return {
        day,
        samples: ofDay.length,
        oomKills: 0,
        cpuCores: cpu.length === 0 ? undefined : Math.max(...cpu),
        memoryBytes: Math.max(...ofDay.map(({ memory }) => memory)),
      }
    })
}

describe('daily peaks', () => {
  test('are the highest of each of the last 15 days, in whatever order the samples come', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: FIRST, max: FIRST + 60 }), (points, lastDay) => {
        const peaks = new DailyPeaks()
        for (const { at, cpu, memory } of points) peaks.add(at, cpu, memory)
        assert.deepEqual(peaks.recent(lastDay), points.length === 0 ? [] : model(points, lastDay))
      }),
    )
  })

  test('a day begins at midnight UTC', () => {
    const peaks = new DailyPeaks()
    peaks.add(START + DAY - 0.5, 1, 1)
    peaks.add(START + DAY, 2, 2)
    assert.deepEqual(
      peaks.recent(FIRST).map(({ day, cpuCores }) => [day, cpuCores]),
      [
        [FIRST, 1],
        [FIRST + 1, 2],
      ],
    )
  })
})
