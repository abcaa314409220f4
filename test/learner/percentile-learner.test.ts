import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { UsageSample } from '../../src/history/index.ts'
import { GOAL_RULES } from '../../src/learner/goals.ts'
import { createLearner } from '../../src/learner/index.ts'
import { ContainerRecommendation, Goal } from '../../src/recommendations/index.ts'
import { checkout, DAY, HOUR, history, MIB, START, sample, series, value, values, workload } from './usage.ts'

const NOW = START + 21 * DAY

function recommend(samples: readonly UsageSample[], goal: Goal = 'balanced', now = NOW) {
  const learner = createLearner()
  learner.observe(samples)
  return learner.recommend(workload, goal, now)
}

function only(samples: readonly UsageSample[], goal?: Goal, now?: number): ContainerRecommendation {
  const containers = recommend(samples, goal, now)
  assert.equal(containers.length, 1)
  return containers[0]!
}

describe('percentile learner', () => {
  test('follows the CPU quantile of its goal', () => {
    // Evenly spread over 1..1000 millicores in two days: 90, 95 and 99 % of the way up.
    const even = series(576, (i) => ({ cpu: ((i * 377) % 1000) / 1000 }))
    for (const [goal, expected] of [
      ['savings', 0.9],
      ['balanced', 0.95],
      ['reliability', 0.99],
    ] as const) {
      const request = value(only(even, goal, START + 2 * DAY).cpu?.request)
      assert.ok(request >= expected * 0.98 && request <= expected * 1.07, `${goal}: ${request}`)
    }
  })

  test('gives memory the trailing peak and the margins of its goal', () => {
    const spiky = series(4 * 288, (i) => ({ memory: i === 300 ? 1000 * MIB : 500 * MIB }))
    const { memory } = only(spiky, 'balanced', START + 4 * DAY)
    assert.equal(memory?.request, '1100Mi')
    assert.equal(memory?.limit, '1450Mi')
  })

  test('forgets a peak that is more than a fortnight old', () => {
    const once = series(21 * 288, (i) => ({ cpu: i === 0 ? 4 : 0.1, memory: i === 0 ? 900 * MIB : 100 * MIB }))
    const { cpu, memory, evidence } = only(once)
    assert.equal(memory?.request, '110Mi')
    assert.equal(evidence?.cpu?.peak, '100m')
    assert.ok(value(cpu?.limit) < 0.2)
  })

  test('asks for more, never less, from savings to balanced to reliability', () => {
    fc.assert(
      fc.property(history, (samples) => {
        const [savings, balanced, reliability] = Goal.options.map((goal) => values(only(samples, goal)))
        for (const key of ['cpuRequest', 'cpuLimit', 'memoryRequest', 'memoryLimit'] as const) {
          assert.ok(savings![key] <= balanced![key] && balanced![key] <= reliability![key], key)
        }
      }),
    )
  })

  test('never puts a limit below its request, and says only what the model allows', () => {
    fc.assert(
      fc.property(history, fc.constantFrom(...Goal.options), (samples, goal) => {
        const recommendation = only(samples, goal)
        const { cpuRequest, cpuLimit, memoryRequest, memoryLimit } = values(recommendation)
        assert.ok(cpuRequest <= cpuLimit && memoryRequest <= memoryLimit)
        assert.deepEqual(ContainerRecommendation.parse(recommendation), recommendation)
      }),
    )
  })

  test('recommends k times as much for k times the usage, within a bucket', () => {
    fc.assert(
      fc.property(history, fc.double({ min: 0.1, max: 10, noNaN: true }), (samples, k) => {
        const scaled = samples.map((s) => ({ ...s, cpuCores: s.cpuCores * k, memoryBytes: s.memoryBytes * k }))
        const [a, b] = [values(only(samples)), values(only(scaled))]
        const near = (one: number, other: number, grain: number) =>
          Math.abs(one * k - other) <= 0.055 * Math.max(one * k, other) + 2 * grain * (1 + k)
        assert.ok(near(a.cpuRequest, b.cpuRequest, 0.001), `${a.cpuRequest} × ${k} ≠ ${b.cpuRequest}`)
        assert.ok(near(a.memoryRequest, b.memoryRequest, MIB), `${a.memoryRequest} × ${k} ≠ ${b.memoryRequest}`)
        assert.ok(near(a.memoryLimit, b.memoryLimit, MIB))
      }),
    )
  })

  test('reads Pods one after the other as it reads them side by side', () => {
    const pods = ['a', 'b', 'c'].map((pod, p) =>
      series(
        (14 - p) * 288,
        (i) => ({
          cpu: 0.2 + 0.1 * p + 0.15 * Math.sin((i / 288) * 2 * Math.PI) + ((i * 37 + p * 11) % 97) / 500,
          memory: (300 + 40 * p + ((i * 53) % 101)) * MIB,
        }),
        { pod },
      ),
    )
    const podByPod = pods.flat()
    const interleaved = podByPod.toSorted((a, b) => a.timestampSeconds - b.timestampSeconds)
    const backwards = pods.toReversed().flat()
    const now = START + 14 * DAY
    for (const goal of Goal.options) {
      assert.deepEqual(recommend(interleaved, goal, now), recommend(podByPod, goal, now))
      assert.deepEqual(recommend(backwards, goal, now), recommend(podByPod, goal, now))
    }
  })

  test('says nothing before a day of history or with fewer than twenty samples', () => {
    const steady = series(400, () => ({ cpu: 0.1, memory: MIB }))
    assert.deepEqual(recommend(steady.slice(0, 288), 'balanced', START + DAY), [])
    assert.equal(recommend(steady.slice(0, 289), 'balanced', START + DAY).length, 1)
    const sparse = steady.filter((_, i) => i % 20 === 0)
    assert.equal(sparse.length, 20)
    const { cpu, memory } = only(sparse, 'balanced', START + 2 * DAY)
    assert.ok(cpu && memory)
    assert.deepEqual(recommend(sparse.slice(1), 'balanced', START + 2 * DAY), [])
  })

  test('needs as little history as it is told', () => {
    const learner = createLearner({ seconds: 0, samples: 1 })
    learner.observe([sample(START, 0.1, 100 * MIB)])
    const [container] = learner.recommend(workload, 'balanced', START)
    assert.equal(container?.memory?.request, '110Mi')
    assert.equal(container.memory.confidence, undefined)
  })

  test('leaves out the resource that it knows too little about', () => {
    const container = only(
      series(600, (i) => ({ cpu: 0.1, ...(i % 50 === 0 && { memory: MIB }) })),
      'balanced',
      START + 2 * DAY,
    )
    assert.notEqual(container.cpu, undefined)
    assert.equal(container.memory, undefined)
    assert.equal(container.evidence?.memory, undefined)
  })

  test('says nothing of a container that was not seen for a fortnight', () => {
    const steady = series(600, () => ({ cpu: 0.1, memory: MIB }))
    const last = START + 599 * 300
    assert.equal(recommend(steady, 'balanced', last + 13 * DAY).length, 1)
    assert.deepEqual(recommend(steady, 'balanced', last + 15 * DAY), [])
  })

  test('keeps the evidence: window, samples, percentiles and peak', () => {
    const steady = series(20 * 288, (i) => ({ cpu: i % 100 === 0 ? 0.5 : 0.1, memory: 64 * MIB }))
    const { evidence } = only(steady, 'balanced', START + 20 * DAY - 1)
    assert.deepEqual(evidence, {
      from: '2026-01-10T00:00:00.000Z',
      to: '2026-01-24T23:55:00.000Z',
      samples: 15 * 288,
      cpu: { p50: '102m', p95: '102m', p99: '102m', peak: '500m' },
      memory: { p50: '64Mi', p95: '64Mi', p99: '64Mi', peak: '64Mi' },
    })
  })

  test('evidence begins with the first sample when that is younger than a fortnight', () => {
    const noon = series(500, () => ({ cpu: 0.1 }), { start: START + 12 * HOUR })
    assert.equal(only(noon, 'balanced', START + 3 * DAY).evidence?.from, '2026-01-05T12:00:00.000Z')
  })

  test('keeps the CPU limit at the request while the quantile remembers more than the fortnight of peaks', () => {
    const fell = series(36 * 288, (i) => ({ cpu: i < 20 * 288 ? 4 : 0.1 }))
    const { cpu } = only(fell, 'reliability', START + 36 * DAY)
    assert.ok(value(cpu?.request) > 4)
    assert.equal(cpu?.limit, cpu?.request)
  })

  test('gives memory the replayed confidence and CPU none', () => {
    const { cpu, memory } = only(
      series(10 * 288, () => ({ cpu: 0.1, memory: MIB })),
      'balanced',
      START + 10 * DAY,
    )
    assert.equal(memory?.confidence, (8 + 1) / (8 + 2))
    assert.equal(cpu?.confidence, undefined)
  })

  test('leaves out what cannot be, counts it, and is none the wiser for it', () => {
    const good = series(600, () => ({ cpu: 0.1, memory: 64 * MIB }))
    const impossible = [
      ...[Number.NaN, Number.POSITIVE_INFINITY, -1, 4_102_444_801, START * 1000].map((t) => sample(t, 0.1, 64 * MIB)),
      sample(START, Number.NaN, Number.NaN),
      sample(START, -0.1, -1),
      sample(START, Number.POSITIVE_INFINITY, Number.NaN),
      sample(START, 1e9, 1e18),
    ]
    const learner = createLearner()
    learner.observe([...impossible, ...good, ...impossible])
    assert.deepEqual(learner.counts, { samples: 600, ignored: 2 * impossible.length })
    assert.deepEqual(
      learner.recommend(workload, 'balanced', START + 3 * DAY),
      recommend(good, 'balanced', START + 3 * DAY),
    )
  })

  test('learns the value that makes sense when the other does not', () => {
    const learner = createLearner()
    learner.observe(series(600, () => ({ cpu: -1, memory: 64 * MIB })))
    assert.deepEqual(learner.counts, { samples: 0, ignored: 600 })
    const [container] = learner.recommend(workload, 'balanced', START + 3 * DAY)
    assert.equal(container?.cpu, undefined)
    assert.equal(container?.evidence?.memory?.peak, '64Mi')
  })

  test('tells containers and workloads apart, by name and not by object', () => {
    const learner = createLearner()
    const envoy = { workload, container: 'envoy' }
    const cart = { workload: { ...workload, name: 'cart' }, container: 'checkout' }
    const copy = { workload: { ...workload }, container: 'checkout' }
    for (const [container, mebibytes] of [
      [envoy, 10],
      [checkout, 100],
      [cart, 1000],
      [copy, 200],
    ] as const) {
      learner.observe(series(300, () => ({ cpu: 0.1, memory: mebibytes * MIB }), { container }))
    }
    const peaks = (name: string) =>
      learner
        .recommend({ ...workload, name }, 'balanced', START + DAY + HOUR)
        .map((c) => [c.name, c.evidence?.memory?.peak])
    assert.deepEqual(peaks('checkout'), [
      ['checkout', '200Mi'],
      ['envoy', '10Mi'],
    ])
    assert.deepEqual(peaks('cart'), [['checkout', '1000Mi']])
    assert.deepEqual(peaks('unheard-of'), [])
    assert.deepEqual([...learner.workloads()].map(({ name }) => name).sort(), ['cart', 'checkout'])
  })

  test('its goals pay the prices that they stand for', () => {
    const price = { savings: 10, balanced: 20, reliability: 100 }
    for (const goal of Goal.options) assert.equal(GOAL_RULES[goal].cpuQuantile, 1 - 1 / price[goal])
  })
})
