import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Goal } from '../../src/api/index.ts'
import {
  type Cadence,
  createLearner,
  type DecisionTerms,
  GOAL_PRICES,
  type Learner,
  type Prices,
  restoreLearner,
} from '../../src/learner/index.ts'
import { checkout, DAY, HOUR, history, MIB, START, sample, series, value, values, workload } from './usage.ts'

const AT = START + 14 * DAY

function terms(goal: Goal = 'balanced', cadence: Cadence = '24h'): DecisionTerms {
  return { prices: GOAL_PRICES[goal], cadence }
}

const usage = (days: number, start = START) =>
  series(
    days * 288,
    (i) => ({
      cpu: 0.5 + 0.4 * Math.sin((i / 288) * 2 * Math.PI) + ((i * 37) % 97) / 300,
      memory: (300 + (i % 61)) * MIB,
    }),
    { start },
  )

/** Two weeks of usage, decided on every day. */
function decidedFortnight(): Learner {
  const learner = createLearner()
  for (let day = 0; day < 14; day++) {
    learner.observe(usage(1, START + day * DAY))
    learner.decide(workload, START + (day + 1) * DAY, terms())
  }
  return learner
}

const anyTerms = fc.record({ goal: fc.constantFrom(...Goal.options), cadence: fc.constantFrom<Cadence>('24h', '1h') })

describe('a question', () => {
  test('changes nothing, whatever it asks for and whatever is due', () => {
    fc.assert(
      fc.property(history, fc.array(anyTerms, { maxLength: 3 }), anyTerms, (samples, asked, decision) => {
        const learner = createLearner()
        const half = samples.length >> 1
        learner.observe(samples.slice(0, half))
        learner.decide(workload, START + 10 * DAY, terms(decision.goal, decision.cadence))
        learner.observe(samples.slice(half))
        learner.observeOomKill({ container: checkout, timestampSeconds: START + 20 * DAY, limitBytes: 100 * MIB })
        learner.observeVersion(checkout, 'checkout:1', START + 20 * DAY)
        const before = learner.save()
        for (const { goal, cadence } of asked) learner.recommend(workload, START + 21 * DAY, terms(goal, cadence))
        assert.deepEqual(learner.save(), before)
      }),
      { numRuns: 40 },
    )
  })

  test('is answered with what a decision at that time would be', () => {
    fc.assert(
      fc.property(history, fc.array(anyTerms, { minLength: 1, maxLength: 4 }), (samples, decisions) => {
        const learner = createLearner({ minimumHistory: { seconds: 0, samples: 1 } })
        const size = Math.ceil(samples.length / decisions.length)
        for (const [i, { goal, cadence }] of decisions.entries()) {
          learner.observe(samples.slice(i * size, (i + 1) * size))
          const at = START + (18 + i) * DAY
          const foretold = learner.recommend(workload, at, terms(goal, cadence))
          assert.deepEqual(learner.decide(workload, at, terms(goal, cadence)), foretold)
          assert.deepEqual(learner.recommend(workload, at, terms(goal, cadence)), foretold)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('about another goal leaves the current decision unchanged, however often that is asked', () => {
    const learner = decidedFortnight()
    const untouched = restoreLearner(learner.save())
    const before = learner.recommend(workload, AT, terms())
    const others = Goal.options.map((goal) => learner.recommend(workload, AT, terms(goal)).containers[0]!)
    assert.deepEqual(learner.recommend(workload, AT, terms()), before)
    const requests = others.map((each) => values(each).cpuRequest)
    assert.ok(requests[0]! < requests[1]! && requests[1]! < requests[2]!, `${requests}`)
    for (const each of [learner, untouched]) {
      each.observe(usage(1, AT))
      each.decide(workload, AT + DAY, terms())
    }
    assert.deepEqual(learner.save(), untouched.save())
  })

  test('may be about any prices: more than three points, from cheap to safe', () => {
    const learner = decidedFortnight()
    const points = [2, 5, 10, 15, 20, 40, 60, 80, 100].map((price) => {
      const prices: Prices = {
        cpu: { shortfall: price, limitMargin: 0.5 },
        memory: { shortfall: price, oomDay: price },
      }
      return values(learner.recommend(workload, AT, { prices, cadence: '24h' }).containers[0]!)
    })
    for (const [i, point] of points.entries()) {
      if (i === 0) continue
      assert.ok(point.cpuRequest >= points[i - 1]!.cpuRequest, `${i}: CPU request`)
      assert.ok(point.memoryLimit >= points[i - 1]!.memoryLimit, `${i}: memory limit`)
    }
    assert.ok(new Set(points.map(({ cpuRequest }) => cpuRequest)).size >= 5)
  })

  test('prices the resources independently: dearer memory moves only memory', () => {
    const learner = decidedFortnight()
    const ask = (prices: Prices) => values(learner.recommend(workload, AT, { prices, cadence: '24h' }).containers[0]!)
    const { cpu, memory } = GOAL_PRICES.savings
    const cheap = ask({ cpu, memory })
    const safe = ask({ cpu, memory: GOAL_PRICES.reliability.memory })
    assert.equal(safe.cpuRequest, cheap.cpuRequest)
    assert.ok(safe.memoryLimit > cheap.memoryLimit)
    const fast = ask({ cpu: GOAL_PRICES.reliability.cpu, memory })
    assert.equal(fast.memoryLimit, cheap.memoryLimit)
    assert.ok(fast.cpuRequest > cheap.cpuRequest)
  })

  test('is answered by a proposal that says where it comes from, also about what is not known', () => {
    const learner = decidedFortnight()
    assert.equal(learner.recommend(workload, AT, terms()).source, 'observed')
    const unknown = { ...workload, name: 'unheard-of' }
    assert.deepEqual(learner.recommend(unknown, AT, terms()), { source: 'observed', containers: [] })
    assert.deepEqual(learner.decide(unknown, AT, terms()), { source: 'observed', containers: [] })
    assert.deepEqual([...learner.workloads()], [workload])
  })
})

describe('deciding', () => {
  test('where nothing is due changes nothing', () => {
    const learner = decidedFortnight()
    const before = learner.save()
    for (let minute = 0; minute < 60; minute++) learner.decide(workload, AT + minute * 60, terms())
    assert.deepEqual(learner.save(), before)
  })

  test('for other prices replaces the decision at once, and an OOM kill that it had not taken in yet is not lost', () => {
    const killed = decidedFortnight()
    const limitBytes = 8 * 1024 * MIB
    killed.observe(usage(1, AT).slice(0, 2))
    killed.observeOomKill({ container: checkout, timestampSeconds: AT + 400, limitBytes })
    killed.decide(workload, AT + 600, terms('savings'))
    const [after] = killed.recommend(workload, AT + 600, terms('savings')).containers
    assert.ok(value(after!.evidence!.memory!.peak) >= 1.2 * limitBytes, after!.evidence!.memory!.peak)
  })

  test('takes its cadence from whoever asks, who may change it from time to time', () => {
    const learner = decidedFortnight()
    const requestAt = (hours: number, cadence: Cadence) => {
      learner.observe(series(12, () => ({ cpu: 4, memory: 300 * MIB }), { start: AT + (hours - 1) * HOUR }))
      learner.decide(workload, AT + hours * HOUR, terms('balanced', cadence))
      return values(learner.recommend(workload, AT + hours * HOUR, terms('balanced', cadence)).containers[0]!)
        .cpuRequest
    }
    assert.ok(requestAt(1, '24h') < 2)
    assert.ok(requestAt(2, '24h') < 2)
    assert.ok(requestAt(3, '1h') >= 4)
    assert.ok(requestAt(4, '24h') >= 4)
  })

  test('does not decide again and again while CPU that was once known has nothing to go by', () => {
    // CPU of two hours, then memory alone for longer than CPU is remembered.
    const learner = createLearner({ minimumHistory: { seconds: 0, samples: 1 } })
    learner.observe(series(24, () => ({ cpu: 0.1, memory: 100 * MIB })))
    learner.observe([sample(START + 60 * DAY, Number.NaN, 100 * MIB)])
    learner.observe([sample(START + 60 * DAY + HOUR, Number.NaN, 100 * MIB)])
    const at = START + 60 * DAY + 2 * HOUR
    learner.decide(workload, at, terms())
    const before = learner.save()
    learner.decide(workload, at + 60, terms())
    assert.deepEqual(learner.save(), before)
    assert.equal(learner.recommend(workload, at, terms()).containers[0]!.cpu, undefined)
  })
})
