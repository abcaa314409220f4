import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { ContainerRecommendation, RecommendationStatus } from '../../src/api/recommendation.ts'
import { type Autoscaler, readHpa } from '../../src/policy/autoscalers.ts'
import { evaluateCanary } from '../../src/revisions/canary.ts'
import type { PodHealth } from '../../src/revisions/pod-health.ts'
import { chanceOfAtLeast } from '../../src/revisions/rates.ts'
import { reconcile } from '../../src/revisions/reconcile.ts'
import type { ReconcileInput } from '../../src/revisions/reconcile-input.ts'
import { drawsCanary } from '../../src/sizing/canary-draw.ts'
import { runs } from '../support/arbitraries.ts'
import {
  app,
  at,
  input,
  killed,
  MEBIBYTE,
  makeRevision,
  pod,
  RULES,
  statusAfter,
  told,
  values,
} from './reconcile-input.ts'

const CANARY = { ...RULES, canary: { percent: 20, forSeconds: 24 * 3600 } }
const LEARNED = app('500m', '600Mi', '700Mi')
const oom = { oomKills: [{ container: 'app', limitBytes: 700 * MEBIBYTE }], restarts: 1 }

const revision = 1
let started: RecommendationStatus
before(() => {
  started = statusAfter(undefined, input(LEARNED), CANARY)
  assert.equal(started.canary!.revision.revision, revision)
})
const turn = (before: RecommendationStatus, hours: number, pods: PodHealth[], rules = CANARY, learned = LEARNED) =>
  statusAfter(before, input(learned, { now: at(hours), pods }), rules)
const control = Array.from({ length: 8 }, () => pod(undefined, 0))
const two = (changes: Parameters<typeof pod>[2] = {}) => [pod(revision, 0, changes), pod(revision, 0)]

describe('a canary', () => {
  test('goes to a share of the Pods first: the other Pods get nothing else', () => {
    assert.equal(started.applied, undefined)
    assert.equal(values(started.canary!.revision), '500m 600Mi 700Mi')
    assert.deepEqual([started.state, started.canary!.percent], ['Canary', 20])
  })

  test('goes to all Pods when its time since its first Pod has passed without trouble', () => {
    const seen = turn(started, 30, [pod(revision, 29), ...control])
    assert.equal(seen.canary!.since, '2026-03-02T05:00:00Z')
    const waiting = turn(seen, 52, [...two(), ...control])
    assert.ok(waiting.canary)
    const on = turn(waiting, 53, [...two(), ...control])
    assert.deepEqual([on.applied?.revision, on.canary, on.state], [revision, undefined, 'Applied'])
  })

  test('waits until a Pod carries it', () => {
    assert.equal(turn(started, 500, control).canary, started.canary)
  })

  test('is rolled back immediately when its container is OOM-killed and no other is', () => {
    const back = turn(started, 2, [...two(oom), ...control])
    assert.deepEqual([back.canary, back.applied, back.state], [undefined, undefined, 'RolledBack'])
    assert.match(back.rollback!.message, /OOM-killed at a limit of 700Mi/)
    assert.equal(turn(back, 24 * 99, control).canary, undefined)
  })

  test('is not blamed for trouble that the other Pods have too', () => {
    for (const trouble of [oom, { crashing: ['app'], restarts: 5 }]) {
      const suffering = Array.from({ length: 8 }, () => pod(undefined, 0, trouble))
      assert.ok(turn(started, 2, [...two(trouble), ...suffering]).canary)
    }
  })

  test('is rolled back when its Pods restart significantly more often: at its end for few restarts, before only for many', () => {
    assert.ok(turn(started, 2, [...two({ restarts: 2 }), ...control]).canary)
    const early = turn(started, 2, [...two({ restarts: 5 }), ...control])
    assert.equal(early.rollback?.message, '5 restarts in 2 Pods, 0 in 8 others')
    const seen = turn(started, 1, [...two(), ...control])
    assert.ok(turn(seen, 24, [...two({ restarts: 2 }), ...control]).rollback)
    const calm = control.map((one) => ({ ...one, restarts: 1 }))
    assert.equal(turn(seen, 24, [...two({ restarts: 2 }), ...calm]).applied?.revision, revision)
  })

  test('is rolled back when its Pods are throttled more than the others: early for much, at its end for little', () => {
    const group = (own: [number, number], others: [number, number]) => [
      ...two().map((one) => ({ ...one, throttling: { throttled: own[0], periods: own[1] } })),
      ...control.map((one) => ({ ...one, throttling: { throttled: others[0], periods: others[1] } })),
    ]
    const early = turn(started, 2, group([2_000, 4_000], [400, 4_000]))
    assert.equal(
      early.rollback?.message,
      'its Pods were throttled at their CPU limits in 50 % of their CPU periods, the other Pods in 10 %',
    )
    // A start causes many throttled periods, and a few busy minutes prove little.
    assert.ok(turn(started, 2, group([1_000, 2_000], [0, 2_000])).canary)
    assert.ok(turn(started, 2, group([1_200, 4_000], [400, 4_000])).canary)
    const seen = turn(started, 1, group([0, 0], [0, 0]))
    const at25 = (own: [number, number], others: [number, number]) => turn(seen, 25, group(own, others))
    assert.match(
      at25([1_200, 4_000], [400, 4_000]).rollback!.message,
      /30 % of their CPU periods, the other Pods in 10 %/,
    )
    assert.equal(at25([520, 4_000], [400, 4_000]).applied?.revision, revision)
    assert.equal(at25([100, 200], [0, 200]).applied?.revision, revision)
    // The others have no limit.
    assert.ok(at25([1_200, 4_000], [0, 0]).rollback)
  })

  test('is not judged by throttling if that is unknown', () => {
    const seen = turn(started, 1, [...two(), ...control])
    assert.equal(turn(seen, 25, [...two(), ...control]).applied?.revision, revision)
  })

  test('does not delay memory that an OOM-killed container needs', () => {
    const applied = turn(statusAfter(undefined, input(LEARNED), RULES), 25, [], CANARY, app('200m', '600Mi', '700Mi'))
    assert.ok(applied.canary)
    const raised = turn(applied, 26, [], CANARY, killed(app('200m', '900Mi', '1000Mi')))
    assert.equal(values(raised.applied), '500m 900Mi 1000Mi')
    assert.deepEqual(raised.canary, applied.canary)
  })

  test('ends for a new autoscaler: the next one leaves out its resources', () => {
    const hpa = readHpa({ metadata: {}, spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' } } })
    const next = statusAfter(started, input(LEARNED, { autoscalers: [hpa], now: at(1) }), CANARY)
    assert.notEqual(next.canary!.revision.revision, revision)
    assert.equal(values(next.canary!.revision), '600Mi 700Mi')
    assert.equal(statusAfter(next, input(LEARNED, { autoscalers: [hpa], now: at(2) }), CANARY), next)
  })

  test('that ended never gives its number to another revision, because Pods may still carry it', () => {
    const small = app('100m', '600Mi', '700Mi')
    const tried = statusAfter(undefined, input(small), CANARY)
    assert.equal(tried.canary!.revision.revision, 2)
    const paused = statusAfter(tried, input([], { mode: 'observe', now: at(1) }), CANARY)
    const again = statusAfter(paused, input(small, { now: at(2) }), CANARY)
    assert.equal(again.canary!.revision.revision, 3)
  })

  test('ends with the setting, or when the namespace is no longer in auto', () => {
    assert.equal(turn(started, 1, control, RULES as typeof CANARY).canary, undefined)
    for (const mode of ['observe', 'approve'] as const)
      assert.equal(statusAfter(started, input(LEARNED, { mode, now: at(1) }), CANARY).canary, undefined, mode)
  })
})

describe('the events of a canary', () => {
  const only = ({ events }: ReturnType<typeof reconcile>) => events.map(({ changes: _, ...event }) => event)
  const valuesIn = ({ events }: ReturnType<typeof reconcile>) =>
    events.flatMap(({ changes = [] }) =>
      changes.map(({ container, resource, to }) => `${container} ${resource} ${to?.request}`),
    )
  const given = (hours: number, pods: PodHealth[], changes: Partial<ReconcileInput> = {}) =>
    reconcile(started, input(LEARNED, { now: at(hours), pods, ...changes }), CANARY)

  test('report its start, with its values', () => {
    const start = reconcile(undefined, input(LEARNED), CANARY)
    assert.deepEqual(only(start), [{ reason: 'CanaryStarted', by: 'plimsoll', revision }])
    assert.deepEqual(valuesIn(start), ['app cpu 500m', 'app memory 600Mi'])
    const cpu: ContainerRecommendation[] = [
      { name: 'a', cpu: { request: '1' } },
      { name: 'b', memory: { request: '1Gi' } },
    ]
    assert.deepEqual(valuesIn(reconcile(undefined, input(cpu), CANARY)), ['a cpu 1', 'b memory 1Gi'])
  })

  test('report that it passes, as the first entry of the changelog', () => {
    const passed = given(24, [...two(), ...control])
    const message = 'Throttling was not compared: the history has no figures for it.'
    const [first, ...others] = only(passed)
    assert.deepEqual(first, { reason: 'CanaryPassed', by: 'plimsoll', revision, message })
    // It has run for a day by then.
    assert.deepEqual(others, [{ reason: 'ProvenGood', by: 'plimsoll', revision }])
    assert.deepEqual(
      passed.status.changelog!.map((change) => [change.reason, change.revision, ...told(change)]),
      [['CanaryPassed', revision, 'app cpu 1 -> 500m', 'app memory 1Gi/1Gi -> 600Mi/700Mi', message]],
    )
  })

  test('report that it fails, why, and until when no other revision is tried', () => {
    const failed = given(2, [...two(oom), ...control])
    const { message, until } = failed.status.rollback!
    assert.deepEqual(only(failed), [{ reason: 'CanaryFailed', by: 'plimsoll', revision, message, until }])
    assert.deepEqual([failed.status.rollback!.revision, until], [revision, '2026-03-02T02:00:00Z'])
    assert.equal(failed.status.changelog, undefined)
  })

  test('do not change a canary that keeps running', () => {
    const status = { canary: { ...started.canary!, since: at(1).toISOString() } }
    assert.equal(evaluateCanary(status, input([], { pods: [pod(revision, 1)], now: at(2) }), CANARY).status, status)
  })

  test('report nothing while it runs, nor when nobody should get it any more', () => {
    assert.deepEqual(given(23.999, [...two(), ...control]).events, [])
    assert.deepEqual(given(24, [...two(), ...control], { mode: 'observe' }).events, [])
  })
})

describe('a canary whose time is over', () => {
  const pods = [...two(), ...control]
  const stops: readonly (readonly [what: string, Partial<ReconcileInput>])[] = [
    ['somebody holds the workload', { spec: { hold: { by: 'eve' } } }],
    ['the cluster is frozen', { freezes: [{ of: 'the cluster' }] }],
    ['the change window is closed', { opening: { isOpen: false } }],
  ]
  for (const [what, changes] of stops)
    test(`keeps running while ${what}`, () => {
      const status = statusAfter(started, input(LEARNED, { now: at(30), pods, ...changes }), CANARY)
      assert.deepEqual([status.applied, status.canary?.revision], [undefined, started.canary!.revision])
      assert.equal(turn(status, 31, pods).applied?.revision, revision)
    })

  test('still fails if it causes trouble while something else keeps it from passing', () => {
    const changes = { spec: { hold: { by: 'eve' } }, now: at(30), pods: [...two(oom), ...control] }
    assert.equal(statusAfter(started, input(LEARNED, changes), CANARY).rollback?.revision, revision)
  })
})

describe('an autoscaler', () => {
  const hpaOf = (resource: 'cpu' | 'memory', container?: string): Autoscaler => ({
    ...{ kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'web' },
    ...{ target: { kind: 'Deployment', name: 'web' }, claims: [{ resource, container }] },
  })
  test('ends a canary that sizes a resource that it controls, in one of its containers', () => {
    const canary = {
      percent: 20,
      revision: makeRevision(1, [...LEARNED, { name: 'proxy', memory: { request: '1Gi' } }]),
    }
    assert.deepEqual(evaluateCanary({ canary }, input([], { autoscalers: [hpaOf('cpu')] }), CANARY).status, {})
    const other = evaluateCanary({ canary }, input([], { autoscalers: [hpaOf('cpu', 'proxy')] }), CANARY)
    assert.deepEqual(other, { status: { canary }, events: [] })
  })

  test('that ends a canary does not give its number to the next one, because Pods may carry it', () => {
    const small = app('100m', '600Mi', '700Mi')
    const before = statusAfter(undefined, input(small), CANARY)
    assert.equal(before.canary!.revision.revision, 2)
    const after = statusAfter(before, input(small, { autoscalers: [hpaOf('cpu')], now: at(1) }), CANARY)
    assert.equal(after.canary!.revision.revision, 3)
  })

  test('ends a canary that sizes a resource that it controls, and no other', () => {
    const cpu: ContainerRecommendation[] = [{ name: 'app', cpu: { request: '500m' } }]
    const before = statusAfter(undefined, input(cpu), CANARY)
    const after = (hpa: Autoscaler) =>
      statusAfter(before, input(cpu, { autoscalers: [hpa], now: at(1) }), CANARY).canary?.revision
    assert.equal(after(hpaOf('memory')), before.canary!.revision)
    assert.equal(after(hpaOf('cpu', 'proxy')), before.canary!.revision)
    assert.notDeepEqual(after(hpaOf('cpu')), before.canary!.revision)
  })
})

describe('drawing', () => {
  test('gives a canary to its share of the Pods, for any names', () => {
    for (const percent of [1, 20, 50, 99]) {
      for (const name of [(i: number) => `db-${i}`, (i: number) => `7d9f0c1e-${i}-4b7a-9d55-3f1c0a2b${i}`]) {
        const drawn = Array.from({ length: 5000 }, (_, i) => name(i)).filter((one) => drawsCanary(one, 7, percent))
        assert.ok(Math.abs(drawn.length / 50 - percent) < 2.5, `${drawn.length} of 5000 at ${percent} %`)
      }
    }
  })

  test('gives the same result for the same Pod and revision, and may differ for another revision', () => {
    const drawn = (revision: number) =>
      Array.from({ length: 100 }, (_, i) => drawsCanary(`db-${i}`, revision, 20)).join()
    assert.equal(drawn(3), drawn(3))
    assert.notEqual(drawn(3), drawn(4))
  })
})

describe('the chance that this many of all events belong to the group', () => {
  test('equals the binomial distribution', () => {
    assert.equal(chanceOfAtLeast(0, 10, 0.2), 1)
    assert.equal(chanceOfAtLeast(0, 7, 0.3), 1)
    assert.ok(Math.abs(chanceOfAtLeast(1, 1, 0.2) - 0.2) < 1e-12)
    assert.ok(Math.abs(chanceOfAtLeast(2, 2, 0.2) - 0.04) < 1e-12)
    assert.ok(Math.abs(chanceOfAtLeast(8, 10, 0.5) - 56 / 1024) < 1e-12)
    assert.equal(chanceOfAtLeast(3, 3, 1), 1)
  })

  test('falls with the events of the group and rises with its share, and is between 0 and 1', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.nat(2000), fc.double({ min: 0.01, max: 0.98, noNaN: true }), (a, b, share) => {
        const chance = chanceOfAtLeast(a, a + b, share)
        assert.ok(chance >= 0 && chance <= 1)
        assert.ok(chanceOfAtLeast(a + 1, a + b + 1, share) <= chance + 1e-9)
        assert.ok(chanceOfAtLeast(a, a + b, share + 0.01) >= chance - 1e-9)
      }),
      { numRuns: runs(300) },
    )
  })
})
