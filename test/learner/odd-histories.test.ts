import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ContainerRecommendation, Goal } from '../../src/api/index.ts'
import type { UsageSample } from '../../src/history/index.ts'
import { type Cadence, createLearner, restoreLearner } from '../../src/learner/index.ts'
import { DAY, decided, HOUR, MIB, START, sample, series, value, values, workload } from './usage.ts'

const CADENCES: readonly Cadence[] = ['24h', '1h']

/** Feeds a history and asks every few hours, as a cluster does; every answer must be publishable. */
function live(
  samples: readonly UsageSample[],
  cadence: Cadence,
  { goal = 'balanced' as Goal, everyHours = 1, untilDay = 0 } = {},
) {
  const learner = createLearner({ minimumHistory: { seconds: 0, samples: 1 } })
  const last = Math.max(...samples.map(({ timestampSeconds }) => timestampSeconds), START + untilDay * DAY)
  const answers: ContainerRecommendation[] = []
  let next = 0
  for (let now = START + HOUR; now <= last + HOUR; now += everyHours * HOUR) {
    const from = next
    while (next < samples.length && samples[next]!.timestampSeconds < now) next++
    learner.observe(samples.slice(from, next))
    for (const answer of decided(learner, workload, goal, now, { cadence })) {
      assert.deepEqual(ContainerRecommendation.parse(answer), answer)
      if (answer.cpu && answer.memory) {
        const { cpuRequest, cpuLimit, memoryRequest, memoryLimit } = values(answer)
        assert.ok(cpuRequest > 0 && cpuRequest <= cpuLimit && memoryRequest > 0 && memoryRequest <= memoryLimit)
      }
      answers.push(answer)
    }
  }
  assert.deepEqual(restoreLearner(learner.save()).save(), learner.save())
  return answers
}

describe('unusual histories', () => {
  for (const cadence of CADENCES) {
    test(`successive Pods are one container, every ${cadence}: sized for any one of them`, () => {
      // Each Pod lives for nine hours, two overlap; the newer warms up from 100 to 400 MiB.
      const samples = Array.from({ length: 60 }, (_, pod) => pod)
        .flatMap((pod) =>
          series(108, (i) => ({ cpu: 0.4, memory: Math.min(100 + 10 * i, 400) * MIB }), {
            start: START + pod * 6 * HOUR,
            pod: `web-${pod}`,
          }),
        )
        .sort((a, b) => a.timestampSeconds - b.timestampSeconds)
      const last = live(samples, cadence).at(-1)!
      assert.ok(value(last.cpu?.request) >= 0.4 && value(last.cpu?.request) < 0.45, last.cpu?.request)
      assert.ok(value(last.memory?.limit) >= 400 * MIB && value(last.memory?.limit) < 1000 * MIB, last.memory?.limit)
    })

    test(`a CronJob that runs for ten minutes a night is sized by its runs, not by the time between, every ${cadence}`, () => {
      const samples = Array.from({ length: 20 }, (_, night) =>
        [0, 300].map((at) => sample(START + night * DAY + at, 1.5, (600 + (night % 3)) * MIB)),
      ).flat()
      const last = live(samples, cadence).at(-1)!
      assert.ok(value(last.cpu?.request) >= 1.5 && value(last.cpu?.request) < 1.6, last.cpu?.request)
      assert.ok(value(last.memory?.limit) >= 600 * MIB && value(last.memory?.limit) < 1200 * MIB, last.memory?.limit)
    })

    test(`constant usage is requested exactly, and zero usage as the minimum, every ${cadence}`, () => {
      const constant = live(
        series(14 * 288, () => ({ cpu: 0.5, memory: 200 * MIB })),
        cadence,
      ).at(-1)!
      assert.ok(value(constant.cpu?.request) >= 0.5 && value(constant.cpu?.request) < 0.53, constant.cpu?.request)
      assert.ok(value(constant.memory?.request) >= 200 * MIB && value(constant.memory?.request) < 260 * MIB)
      assert.ok(constant.cpu!.confidence! > 0.8, `${constant.cpu!.confidence}`)
      const nothing = live(
        series(14 * 288, () => ({ cpu: 0, memory: 0 })),
        cadence,
      ).at(-1)!
      assert.equal(nothing.cpu?.request, '10m')
      assert.ok(value(nothing.memory?.request) <= 20 * MIB, nothing.memory?.request)
    })

    test(`samples every minute from the metrics API give the same as every five, every ${cadence}`, () => {
      const usage = (slot: number) => ({
        cpu: 0.3 + 0.2 * Math.sin((slot / 288) * 2 * Math.PI) + (slot % 7) / 50,
        memory: (300 + (slot % 11)) * MIB,
      })
      const every = (seconds: number) =>
        Array.from({ length: (9 * DAY) / seconds }, (_, i) => {
          const { cpu, memory } = usage(Math.floor((i * seconds) / 300))
          return sample(START + i * seconds, cpu, memory)
        })
      const [fine, coarse] = [60, 300].map((seconds) =>
        values(live(every(seconds), cadence, { everyHours: 6 }).at(-1)!),
      )
      for (const key of ['cpuRequest', 'memoryRequest', 'memoryLimit'] as const) {
        const ratio = fine![key] / coarse![key]
        assert.ok(ratio > 0.93 && ratio < 1.07, `${key}: ${fine![key]} and ${coarse![key]}`)
      }
    })

    test(`an hour of history leads to a wide margin and low confidence, every ${cadence}`, () => {
      const last = live(
        series(12, () => ({ cpu: 0.2, memory: 100 * MIB })),
        cadence,
      ).at(-1)!
      assert.ok(value(last.memory?.limit) >= 200 * MIB && value(last.memory?.limit) <= 500 * MIB, last.memory?.limit)
      assert.ok(last.cpu!.confidence! < 0.9 && last.memory!.confidence! < 0.95)
      assert.equal(last.evidence?.cpu?.doubt, '1 hour of history')
    })

    test(`a gap of forty days leads to no recommendation, and ends with the first samples after it, every ${cadence}`, () => {
      const before = series(10 * 288, () => ({ cpu: 2, memory: 900 * MIB }))
      const after = series(3 * 288, () => ({ cpu: 0.1, memory: 100 * MIB }), { start: START + 50 * DAY })
      const answers = live([...before, ...after], cadence, { everyHours: 12 })
      // Two a day while it ran, for the 14 days that are remembered, and again.
      assert.ok(answers.length <= 2 * (10 + 14 + 3) + 2, `${answers.length}`)
      const last = answers.at(-1)!
      assert.ok(value(last.memory?.request) < 950 * MIB)
      assert.ok(value(last.cpu?.request) <= 2.1, last.cpu?.request)
    })
  }

  test('clock jumps in both directions, and invalid numbers, break nothing and have no lasting effect', () => {
    const good = series(12 * 288, (i) => ({ cpu: 0.2 + (i % 5) / 100, memory: 256 * MIB }))
    const jumps = good.map((each, i) => {
      if (i % 97 === 0) return { ...each, timestampSeconds: each.timestampSeconds - 5 * HOUR }
      if (i % 89 === 0) return { ...each, cpuCores: Number.NaN }
      if (i % 83 === 0) return { ...each, memoryBytes: -1 }
      if (i % 79 === 0) return { ...each, cpuCores: Number.POSITIVE_INFINITY, timestampSeconds: -1 }
      return each
    })
    const [clean, jumped] = [good, jumps].map((samples) => values(live(samples, '24h', { everyHours: 6 }).at(-1)!))
    for (const key of ['cpuRequest', 'memoryRequest'] as const) {
      const ratio = jumped![key] / clean![key]
      assert.ok(ratio > 0.93 && ratio < 1.07, `${key}: ${clean![key]} and ${jumped![key]}`)
    }
    const ahead = [...good.slice(0, 3000), sample(START + 30 * DAY, 0.2, 256 * MIB), ...good.slice(3000)]
    assert.ok(value(live(ahead, '24h', { everyHours: 24 }).at(-1)!.cpu?.request) < 0.3)
  })

  test('with any samples in any order, every answer is publishable and every state can be restored', () => {
    const odd = fc.oneof(
      fc.double({ min: 0, max: 1e4 }),
      fc.constantFrom(0, Number.NaN, -1, Number.POSITIVE_INFINITY, 1e-300, 1e300, Number.MAX_SAFE_INTEGER),
    )
    const at = fc.oneof(
      fc.integer({ min: START, max: START + 60 * DAY }),
      fc.constantFrom(0, -1, Number.NaN, START - 400 * DAY, START + 3 * DAY + 0.5),
    )
    const samples = fc.array(fc.record({ at, cpu: odd, memory: fc.oneof(odd, fc.double({ min: 0, max: 1e15 })) }), {
      minLength: 1,
      maxLength: 60,
    })
    fc.assert(
      fc.property(samples, fc.constantFrom(...CADENCES), fc.constantFrom(...Goal.options), (points, cadence, goal) => {
        const history = points.map((p) => sample(p.at, p.cpu, p.memory))
        live(
          history.filter(({ timestampSeconds }) => timestampSeconds >= 0),
          cadence,
          { goal, everyHours: 31 },
        )
      }),
      { numRuns: 60 },
    )
  })
})
