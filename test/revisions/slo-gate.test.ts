import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { RecommendationStatus, SloStatus } from '../../src/api/index.ts'
import { parseQuantity } from '../../src/resources/index.ts'
import { mayLowerPods, sloWaitOf } from '../../src/revisions/slo-gate.ts'
import type { SloReading } from '../../src/slos/index.ts'
import { runs } from '../support/arbitraries.ts'
import { app, at, eventsOf, input, killed, makeRevision, pod, RULES, statusAfter, values } from './reconcile-input.ts'
import { byPod, latency, of, shared } from './slo-readings.ts'

const LOWER = app('500m', '600Mi', '1Gi')
const HIGHER = app('2', '1Gi', '1Gi')
const burning = () => latency({ burn: shared(0.09) })
const missing = (state: SloReading['state'], message?: string) => latency({ state, message, burn: undefined })
const after = (learned: typeof LOWER, slos: readonly SloReading[], changes = {}, rules = RULES) =>
  statusAfter(undefined, input(learned, { slos, ...changes }), rules)

describe('while an SLO burns its error budget', () => {
  test('nothing is lowered, and the status says why with figures', () => {
    const status = after(LOWER, [burning()])
    assert.equal(status.applied, undefined)
    assert.deepEqual([status.state, status.waiting?.because], ['Waiting', 'SloBurning'])
    assert.equal(
      status.waiting?.message,
      'SLO web (95 % of requests below 250 ms): 9 % of the requests are bad; 5 % may be bad',
    )
  })

  test('values are raised, while others are not lowered', () => {
    const status = after(app('2', '512Mi', '1Gi'), [burning()])
    assert.equal(status.applied?.containers[0]?.cpu?.request, '2')
    assert.equal(status.applied?.containers[0]?.memory, undefined)
    assert.equal(after(HIGHER, [burning()]).waiting, undefined)
  })

  test('memory is raised after an OOM kill', () => {
    const status = after(killed(app('1', '2Gi', '2Gi')), [burning()])
    assert.equal(status.applied?.containers[0]?.memory?.request, '2Gi')
  })

  test('an approved value waits too, and is applied when the budget no longer burns', () => {
    const asked = after(LOWER, [burning()], { mode: 'approve' })
    const { revision, containers } = asked.pending!
    const approval = {
      revision,
      approver: 'ann',
      approved: at(0).toISOString(),
      expires: at(99).toISOString(),
      containers,
    }
    const turn = (share: number) =>
      statusAfter(
        asked,
        input(LOWER, {
          mode: 'approve',
          slos: [latency({ burn: shared(share) })],
          spec: { approval } as object,
          now: at(0.1),
        }),
        RULES,
      )
    assert.deepEqual([turn(0.09).applied, turn(0.09).waiting?.because], [undefined, 'SloBurning'])
    assert.equal(turn(0).applied?.revision, revision)
  })

  test('a canary that has run for its time does not pass', () => {
    const rules = { ...RULES, canary: { percent: 20, forSeconds: 3_600 } }
    const started = after(LOWER, [], {}, rules)
    const pods = [pod(started.canary!.revision.revision, 0)]
    const turn = (share: number, before: RecommendationStatus, hours: number) =>
      statusAfter(
        before,
        input(LOWER, { slos: [latency({ burn: shared(share) }, hours)], pods, now: at(hours) }),
        rules,
      )
    const seen = turn(0, started, 0.1)
    assert.ok(turn(0.09, seen, 2).canary)
    assert.ok(turn(0, seen, 2).applied)
  })

  test('mode observe shows no lower value either', () => {
    assert.equal(after(LOWER, [burning()], { mode: 'observe' }).wouldApply, undefined)
    assert.ok(after(HIGHER, [burning()], { mode: 'observe' }).wouldApply)
    assert.ok(after(LOWER, [latency()], { mode: 'observe' }).wouldApply)
  })

  test('a revision is not proven good', () => {
    const applied = makeRevision(1, LOWER)
    const before: RecommendationStatus = {
      applied,
      learned: applied,
      probation: { revision: 1, since: at(0).toISOString() },
    }
    const turn = (slo: SloReading) =>
      statusAfter(before, input(LOWER, { slos: [slo], pods: [pod(1, 0)], now: at(25) }), RULES).lastGood?.revision
    assert.equal(turn(latency({ burn: shared(0.09) }, 25)), undefined)
    assert.equal(turn(latency({}, 25)), 1)
  })

  test('this also holds if only the few changed Pods burn it fast, and all Pods together do not', () => {
    const applied = makeRevision(1, HIGHER)
    const few = byPod({ a: 0.9, ...Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`b${i}`, 0])) })
    const pods = [
      pod(1, -1, { name: 'a' }),
      ...Array.from({ length: 30 }, (_, i) => pod(undefined, -1, { name: `b${i}` })),
    ]
    const turn = (slo: Partial<SloReading>) =>
      statusAfter({ applied, learned: applied }, input(LOWER, { slos: [latency(slo, 48)], now: at(48), pods }), RULES)
    assert.deepEqual([turn(few).applied?.revision, turn(few).waiting?.because], [1, 'SloBurning'])
    assert.match(turn(few).waiting!.message, /1 Pod with this revision are bad, .* only gives more$/)
    assert.equal(turn({}).applied?.containers[0]?.cpu?.request, '1')
  })

  test('this is reported once, and again only after it has ended', () => {
    const now = (slos: readonly SloReading[]) => input(LOWER, { slos })
    const first = statusAfter(undefined, now([burning()]), RULES)
    assert.deepEqual(eventsOf(undefined, now([burning()]), RULES), ['SloBurning'])
    assert.deepEqual(eventsOf(first, now([latency({ burn: shared(0.11) })]), RULES), [])
  })
})

describe('whether an error budget burns', () => {
  const waits = (reading: SloReading, stored: Partial<SloStatus> = {}) =>
    sloWaitOf({ slos: [reading], now: at(0) }, { slos: [{ ...STORED, ...stored }] })
  const STORED: SloStatus = {
    ...{ name: 'web', kind: 'latency', text: '', state: 'Burning', budget: 0.05, time: at(0).toISOString() },
  }
  const nearly = latency({ burn: shared(0.048) })

  test('depends on the whole budget if it did not burn before, and on 0.9 of it if it did', () => {
    assert.equal(sloWaitOf({ slos: [nearly], now: at(0) }, {}), undefined)
    assert.equal(waits(nearly, { state: 'Met' }), undefined)
    assert.equal(waits(nearly)?.because, 'SloBurning')
    assert.equal(waits(nearly, { state: 'BurningFast' })?.because, 'SloBurning')
  })

  test('does not depend on other SLOs, nor on the errors of the same one', () => {
    assert.equal(waits(nearly, { kind: 'errors' }), undefined)
    assert.equal(waits(nearly, { name: 'api' }), undefined)
  })

  test('is reported with the share of the reading, or with the one in the status', () => {
    const says = (share: number) =>
      `SLO web (95 % of requests below 250 ms): ${share} % of the requests are bad; 5 % may be bad`
    assert.equal(sloWaitOf({ slos: [burning()], now: at(0) }, {})?.message, says(9))
    assert.equal(waits(burning(), { share: 0.08 })?.message, says(8))
    const fast = { state: 'BurningFast', share: 0.6 } as const
    assert.equal(waits(burning(), { ...fast, message: 'rounded down to 200 ms' })?.message, says(60))
    assert.equal(waits(burning(), { ...fast, message: 'SLO web (…): the judge' })?.message, 'SLO web (…): the judge')
  })
})

describe('while the state of an SLO is unknown', () => {
  for (const [state, says] of [
    ['NoSeries', 'Prometheus has no series for it'],
    ['Stale', 'its series have ended'],
    ['Unreachable', 'Prometheus does not answer'],
    ['Invalid', 'it cannot be used'],
  ] as const)
    test(`nothing is lowered: ${state}`, () => {
      const status = after(LOWER, [missing(state)])
      assert.deepEqual([status.applied, status.waiting?.because], [undefined, 'SloMissing'])
      assert.equal(status.waiting?.message, `SLO web: ${says}`)
      assert.ok(after(HIGHER, [missing(state)]).applied)
    })

  test('also if Prometheus has no numbers, or was not read for a while', () => {
    const nan = latency({ burn: { long: of(Number.NaN, 10), short: of(0, 1) } })
    assert.equal(after(LOWER, [nan]).waiting?.because, 'SloMissing')
    assert.equal(after(LOWER, [latency({}, -1)]).waiting?.message, 'SLO web: its series have ended')
  })

  test('values are lowered if the policy allows it', () => {
    const reading = missing('NoSeries')
    const ignored = { ...reading, objective: { ...reading.objective, ignoreMissing: true } }
    assert.equal(values(after(LOWER, [ignored]).applied), '500m 600Mi 1Gi')
  })

  test("the reader's message is reported", () => {
    assert.equal(
      after(LOWER, [missing('Invalid', 'no bucket below 10 ms')]).waiting?.message,
      'SLO web: no bucket below 10 ms',
    )
  })
})

test('a service without requests may be lowered', () => {
  assert.ok(after(LOWER, [latency({ burn: shared(0, 0) })]).applied)
  assert.ok(after(LOWER, [latency({ burn: undefined })]).applied)
})

describe('running Pods are not lowered', () => {
  const status: RecommendationStatus = { applied: makeRevision(2, LOWER) }
  const pods = [pod(2, 0, { name: 'a' }), pod(undefined, 0, { name: 'b' })]
  const may = (slos: readonly SloReading[] | undefined, more = {}) =>
    mayLowerPods({ ...status, ...more }, { slos, pods, now: at(0) })

  test('while values are not', () => {
    assert.deepEqual(
      [may(undefined), may([latency()]), may([burning()]), may([missing('Stale')])],
      [true, true, false, false],
    )
  })

  test('while the few Pods of a canary burn the budget, although all together do not', () => {
    const few = { a: 0.3, ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`b${i}`, 0])) }
    assert.equal(may([latency(byPod(few))]), false)
    assert.equal(may([latency(byPod({ ...few, a: 0.01 }))]), true)
    assert.equal(may([latency(byPod({ ...few, a: 0.01, b: 0.9 }))]), true, 'only one without it is bad')
    assert.equal(may([latency(byPod(few))], { lastGood: makeRevision(2, LOWER) }), true, 'it is proven good')
    assert.equal(
      may([latency(byPod(few))], { applied: undefined, canary: { percent: 20, revision: makeRevision(2) } }),
      false,
    )
  })
})

test('no learned value is below the current one while the budget burns', () => {
  const cpu = fc.integer({ min: 10, max: 8_000 })
  const memory = fc.integer({ min: 32, max: 8_000 })
  fc.assert(
    fc.property(fc.array(fc.tuple(cpu, memory), { minLength: 1, maxLength: 5 }), fc.boolean(), (all, isMissing) => {
      let status: RecommendationStatus | undefined
      let [lowestCpu, lowestMemory] = [1_000, 1_024]
      all.forEach(([cores, mebibytes], i) => {
        const slo = isMissing
          ? { ...missing('Stale'), readAtSeconds: at(48 * i).getTime() / 1000 }
          : latency({ burn: shared(0.2) }, 48 * i)
        const learned = app(`${cores}m`, `${mebibytes}Mi`, '16Gi')
        status = statusAfter(status, input(learned, { slos: [slo], now: at(48 * i) }), RULES)
        const container = status.applied?.containers[0]
        const [request, bytes] = [container?.cpu?.request, container?.memory?.request]
        const now = { cpu: milli(request) ?? lowestCpu, memory: mebi(bytes) ?? lowestMemory }
        assert.ok(now.cpu >= lowestCpu && now.memory >= lowestMemory, `${request} ${bytes}`)
        ;[lowestCpu, lowestMemory] = [now.cpu, now.memory]
      })
    }),
    { numRuns: runs(200) },
  )
})

const milli = (text: string | undefined) => (text === undefined ? undefined : Number(parseQuantity(text)! / 1_000_000n))
const mebi = (text: string | undefined) =>
  text === undefined ? undefined : Number(parseQuantity(text)! / (1_000_000_000n * 1_048_576n))
