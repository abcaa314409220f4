import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ContainerRecommendation, Goal } from '../../src/api/index.ts'
import type { UsageSample } from '../../src/history/index.ts'
import { type Cadence, createLearner, type Learner } from '../../src/learner/index.ts'
import { checkout, DAY, decided, HOUR, history, MIB, START, sample, series, value, values, workload } from './usage.ts'

const NOW = START + 21 * DAY

function recommend(samples: readonly UsageSample[], goal: Goal = 'balanced', now = NOW, cadence: Cadence = '24h') {
  const learner = createLearner()
  learner.observe(samples)
  return decided(learner, workload, goal, now, { cadence })
}

function only(samples: readonly UsageSample[], goal?: Goal, now?: number, cadence?: Cadence): ContainerRecommendation {
  const containers = recommend(samples, goal, now, cadence)
  assert.equal(containers.length, 1)
  return containers[0]!
}

/** The samples in order of time, as a learner expects them. */
const ordered = history.map((samples) => samples.toSorted((a, b) => a.timestampSeconds - b.timestampSeconds))

/** Gives the samples to a learner and asks it every hour, as a loop does. */
function live(learner: Learner, samples: readonly UsageSample[], goal: Goal, days: number, cadence: Cadence = '24h') {
  const answers: (readonly ContainerRecommendation[])[] = []
  let next = 0
  for (let now = START + HOUR; now <= START + days * DAY; now += HOUR) {
    const from = next
    while (next < samples.length && samples[next]!.timestampSeconds < now) next++
    learner.observe(samples.slice(from, next))
    answers.push(decided(learner, workload, goal, now, { cadence }))
  }
  return answers
}

const daily = (days: number) =>
  series(days * 288, (i) => ({
    cpu: 1 + 0.8 * Math.sin((i / 288) * 2 * Math.PI) + ((i * 37) % 97) / 500,
    memory: (300 + ((i * 53) % 101)) * MIB,
  }))

describe('predictive learner', () => {
  test('asks for the cheapest CPU: the quantile of usage that its goal prices', () => {
    // Evenly spread over 1..1000 millicores: 90, 95 and 99 % of the way up.
    const even = series(21 * 288, (i) => ({ cpu: ((i * 377) % 1000) / 1000 }))
    for (const [goal, expected] of [
      ['savings', 0.9],
      ['balanced', 0.95],
      ['reliability', 0.99],
    ] as const) {
      const request = value(only(even, goal).cpu?.request)
      assert.ok(request >= expected * 0.96 && request <= expected * 1.06, `${goal}: ${request}`)
    }
  })

  test('gives steady memory a request just above it and a limit with more room, each goal more than the one before', () => {
    const steady = series(21 * 288, () => ({ memory: 500 * MIB }))
    const sizes = Goal.options.map((goal) => only(steady, goal).memory!)
    for (const { request, limit } of sizes) {
      assert.ok(value(request) >= 500 * MIB && value(request) <= 650 * MIB, request)
      assert.ok(value(limit) >= value(request) && value(limit) <= 1500 * MIB, limit)
    }
    assert.ok(value(sizes[0]!.limit) < value(sizes[2]!.limit))
  })

  test('asks for more, never less, from savings to balanced to reliability, when it decides for the first time', () => {
    fc.assert(
      fc.property(ordered, (samples) => {
        const [savings, balanced, reliability] = Goal.options.map((goal) => values(only(samples, goal)))
        for (const key of ['cpuRequest', 'cpuLimit', 'memoryRequest', 'memoryLimit'] as const) {
          assert.ok(savings![key] <= balanced![key] && balanced![key] <= reliability![key], key)
        }
      }),
    )
  })

  test('never puts a limit below its request, and says only what the model allows, at either cadence', () => {
    fc.assert(
      fc.property(
        history,
        fc.constantFrom(...Goal.options),
        fc.constantFrom('24h' as const, '1h' as const),
        (samples, goal, cadence) => {
          const recommendation = only(samples, goal, NOW, cadence)
          const { cpuRequest, cpuLimit, memoryRequest, memoryLimit } = values(recommendation)
          assert.ok(cpuRequest <= cpuLimit && memoryRequest <= memoryLimit)
          assert.deepEqual(ContainerRecommendation.parse(recommendation), recommendation)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('recommends k times as much for k times the usage, within two buckets', () => {
    const samples = daily(14)
    const now = START + 14 * DAY
    const one = values(only(samples, 'balanced', now))
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 50, noNaN: true }), (k) => {
        const scaled = samples.map((s) => ({ ...s, cpuCores: s.cpuCores * k, memoryBytes: s.memoryBytes * k }))
        const other = values(only(scaled, 'balanced', now))
        for (const key of ['cpuRequest', 'memoryRequest', 'memoryLimit'] as const) {
          const ratio = other[key] / one[key] / k
          assert.ok(ratio > 1.05 ** -2.5 && ratio < 1.05 ** 2.5, `${key}: ${one[key]} × ${k} ≠ ${other[key]}`)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('knows nothing of what is to come: cutting a history changes no answer before the cut', () => {
    for (const cadence of ['24h', '1h'] as const) {
      const samples = daily(10)
      const whole = live(createLearner(), samples, 'balanced', 10, cadence)
      const cut = live(createLearner(), samples.slice(0, 6 * 288), 'balanced', 6, cadence)
      assert.deepEqual(whole.slice(0, cut.length), cut)
    }
  })

  test('answers alike for the same samples', () => {
    const answers = () => live(createLearner(), daily(9), 'savings', 9, '1h')
    assert.deepEqual(answers(), answers())
  })

  test('decides once a turn: questions in between get that decision', () => {
    const learner = createLearner()
    const answers = live(learner, daily(12), 'balanced', 12)
    const rows = answers.flatMap((each) =>
      each.map(({ cpu, memory }) => JSON.stringify([cpu?.request, memory?.request, memory?.limit])),
    )
    for (let hour = 1; hour < rows.length; hour++)
      if (hour % 24 !== 0) assert.equal(rows[hour], rows[hour - 1], `hour ${hour}`)
    assert.ok(rows.length >= 11 * 24)
  })

  test('by the hour it follows a jump within three hours; by the day, at the next turn', () => {
    const jump = series(9 * 288, (i) => ({ cpu: i < 8 * 288 ? 0.2 : 2, memory: 64 * MIB }))
    const requestAfter = (cadence: Cadence, hours: number) => {
      const answers = live(createLearner(), jump, 'balanced', 9, cadence)
      return value(answers[8 * 24 - 1 + hours]![0]!.cpu!.request)
    }
    assert.ok(requestAfter('1h', 3) >= 2)
    assert.ok(requestAfter('24h', 23) < 0.3)
    assert.ok(requestAfter('24h', 24) >= 2)
  })

  test('reads several Pods side by side as one: quantiles over all, peaks over any', () => {
    const pods = ['a', 'b', 'c'].map((pod, p) =>
      series(14 * 288, (i) => ({ cpu: 0.2 + 0.1 * p, memory: (300 + (p === 2 && i % 288 === 7 ? 400 : 0)) * MIB }), {
        pod,
      }),
    )
    const interleaved = pods.flat().toSorted((a, b) => a.timestampSeconds - b.timestampSeconds)
    const { cpu, memory, evidence } = only(interleaved, 'balanced', START + 14 * DAY)
    assert.ok(value(cpu?.request) >= 0.4 && value(cpu?.request) < 0.43, cpu?.request)
    assert.ok(value(memory?.limit) >= 700 * MIB, memory?.limit)
    assert.ok(value(evidence?.memory?.peak) >= 700 * MIB)
    assert.equal(evidence?.samples, 3 * 14 * 288)
  })

  test('what comes late still raises the peaks', () => {
    const steady = series(10 * 288, () => ({ cpu: 0.1, memory: 100 * MIB }))
    const late = sample(START + 5 * DAY, 0.1, 900 * MIB)
    assert.ok(value(only(steady, 'balanced', START + 10 * DAY).memory?.limit) < 400 * MIB)
    assert.ok(value(only([...steady, late], 'balanced', START + 10 * DAY).evidence?.memory?.peak) >= 900 * MIB)
    assert.ok(value(only([...steady, late], 'reliability', START + 10 * DAY).memory?.limit) > 900 * MIB)
  })

  test('says nothing before a day of history or with fewer than twenty samples', () => {
    const steady = series(400, () => ({ cpu: 0.1, memory: MIB }))
    assert.deepEqual(recommend(steady.slice(0, 288), 'balanced', START + DAY - 1), [])
    assert.equal(recommend(steady.slice(0, 288), 'balanced', START + DAY).length, 1)
    const sparse = steady.filter((_, i) => i % 20 === 0)
    assert.equal(sparse.length, 20)
    const { cpu, memory } = only(sparse, 'balanced', START + 2 * DAY)
    assert.ok(cpu && memory)
    assert.deepEqual(recommend(sparse.slice(1), 'balanced', START + 2 * DAY), [])
  })

  test('needs as little history as it is told, and says how little sure it is', () => {
    const learner = createLearner({ minimumHistory: { seconds: 0, samples: 1 } })
    learner.observe([sample(START, 0.1, 100 * MIB)])
    const [container] = decided(learner, workload, 'balanced', START)
    assert.ok(value(container?.memory?.request) >= 100 * MIB)
    assert.ok(container!.cpu!.confidence! <= 0.5)
    assert.ok(container!.memory!.confidence! < 0.97)
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

  test('says nothing about a container that was not seen for 14 days, and starts again when it is back', () => {
    const steady = series(600, () => ({ cpu: 0.1, memory: MIB }))
    const last = START + 599 * 300
    assert.equal(recommend(steady, 'balanced', last + 13 * DAY).length, 1)
    assert.deepEqual(recommend(steady, 'balanced', last + 15 * DAY), [])
    const back = series(600, () => ({ cpu: 3, memory: 500 * MIB }), { start: START + 200 * DAY })
    const { cpu } = only([...steady, ...back], 'balanced', START + 203 * DAY)
    assert.ok(value(cpu?.request) >= 3)
  })

  test('keeps the evidence: window, samples, percentiles and peak', () => {
    const steady = series(20 * 288, (i) => ({ cpu: i % 100 === 0 ? 0.5 : 0.1, memory: 64 * MIB }))
    const { evidence } = only(steady, 'balanced', START + 20 * DAY)
    assert.equal(evidence?.from, '2026-01-11T00:00:00.000Z')
    assert.equal(evidence.to, '2026-01-24T23:55:00.000Z')
    assert.equal(evidence.samples, 14 * 288)
    for (const [quantity, exact] of [
      [evidence.cpu?.p50, 0.1],
      [evidence.cpu?.peak, 0.5],
      [evidence.memory?.p99, 64 * MIB],
    ] as const) {
      assert.ok(value(quantity) >= exact && value(quantity) <= exact * 1.06, `${quantity} for ${exact}`)
    }
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
      decided(learner, workload, 'balanced', START + 3 * DAY),
      recommend(good, 'balanced', START + 3 * DAY),
    )
  })

  test('tells containers and workloads apart, by name and not by object', () => {
    const learner = createLearner()
    const envoy = { workload, container: 'envoy' }
    const cart = { workload: { ...workload, name: 'cart' }, container: 'checkout' }
    const copy = { workload: { ...workload }, container: 'checkout' }
    for (const [container, mebibytes] of [
      [envoy, 12],
      [checkout, 100],
      [cart, 1000],
      [copy, 200],
    ] as const) {
      learner.observe(series(300, () => ({ cpu: 0.1, memory: mebibytes * MIB }), { container }))
    }
    const peaks = (name: string) =>
      decided(learner, { ...workload, name }, 'balanced', START + DAY + HOUR).map((c) => [
        c.name,
        Math.floor(value(c.evidence?.memory?.peak) / MIB / 20),
      ])
    assert.deepEqual(peaks('checkout'), [
      ['checkout', 10],
      ['envoy', 0],
    ])
    assert.equal(peaks('cart')[0]![0], 'checkout')
    assert.deepEqual(peaks('unheard-of'), [])
    assert.deepEqual([...learner.workloads()].map(({ name }) => name).sort(), ['cart', 'checkout'])
  })

  test('grows sure of what has held, and less so of what has just changed', () => {
    const steady = createLearner()
    const answers = live(
      steady,
      series(30 * 288, (i) => ({ cpu: 0.5 + ((i * 37) % 97) / 1000, memory: 64 * MIB })),
      'balanced',
      30,
    )
    const sure = answers.at(-1)![0]!.cpu!.confidence!
    assert.ok(sure > 0.9, `${sure}`)
    const raised = series(288, () => ({ cpu: 2, memory: 64 * MIB }), { start: START + 30 * DAY })
    steady.observe(raised)
    const [after] = decided(steady, workload, 'balanced', START + 31 * DAY)
    assert.ok(value(after!.cpu!.request) >= 2)
  })
})
