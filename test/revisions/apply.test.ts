import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RecommendationStatus, Waiting } from '../../src/api/index.ts'
import type { Autoscaler } from '../../src/policy/index.ts'
import { apply, observe } from '../../src/revisions/apply.ts'
import type { ReconcileInput, ReconcileRules } from '../../src/revisions/reconcile-input.ts'
import {
  ASKING,
  app,
  at,
  inputOfRequests as input,
  killed,
  makeRevision,
  RULES,
  sure,
  values,
} from './reconcile-input.ts'

const LEARNED = sure(0.9)
const CANARY: ReconcileRules = { ...ASKING, canary: { percent: 20, forSeconds: 3600 } }
const HPA: Autoscaler = {
  ...{ kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'web' },
  ...{ target: { kind: 'Deployment', name: 'web' }, claims: [{ resource: 'cpu' }] },
}

/** What becomes of a status whose learned revision is 1, which is what the learner still recommends. */
function applied(status: RecommendationStatus, changes: Partial<ReconcileInput> = {}, rules = ASKING) {
  const learned = status.learned ?? makeRevision(1, LEARNED)
  const { status: after, events } = apply({ learned, ...status }, input(learned.containers, changes), rules)
  return { after, events, reasons: events.map(({ reason, by }) => `${reason} ${by}`) }
}

describe('mode observe', () => {
  const status = {
    learned: makeRevision(1, app('100m', '1Gi')),
    pending: makeRevision(2, LEARNED),
    rejected: makeRevision(3, LEARNED),
  }
  const waiting: Waiting = { because: 'Held', message: '' }
  const observed = (before: RecommendationStatus, changes: Partial<ReconcileInput> = {}) =>
    observe(before, input(app('100m', '1Gi'), changes), RULES)

  test('says what would be applied, and drops what is only for people to answer', () => {
    const { status: after, events } = observed({ ...status, waiting })
    assert.deepEqual([Object.keys(after).sort(), events], [['learned', 'wouldApply'], []])
    assert.deepEqual([values(after.wouldApply), after.wouldApply!.towards], ['500m 1Gi', 1])
  })

  test('gives a resource to an autoscaler without fresh usage, which is no step towards anything', () => {
    const before = { learned: makeRevision(1), wouldApply: makeRevision(4) }
    const { wouldApply } = observe(before, input([], { autoscalers: [HPA] }), RULES).status
    assert.deepEqual([values(wouldApply), wouldApply!.revision, wouldApply!.towards], ['1Gi', 5, undefined])
  })

  test('moves what would be applied a step a day, and not without fresh usage', () => {
    const wouldApply = makeRevision(4, app('500m', '1Gi'))
    const before = { learned: status.learned, wouldApply }
    const after = (hours: number, learned = app('100m', '1Gi')) =>
      observe(before, input(learned, { now: at(hours) }), RULES).status
    assert.equal(after(23.999), before)
    assert.equal(values(after(24).wouldApply), '250m 1Gi')
    assert.equal(after(24, []), before)
    assert.equal(Object.hasOwn(observe({}, input([]), RULES).status, 'wouldApply'), false)
  })
})

describe('the reason why a revision is applied', () => {
  const approval = {
    ...{ revision: 1, approver: 'alice', expires: at(999).toISOString() },
    containers: app('800m', '1Gi'),
  }
  test('is what was learned', () => assert.deepEqual(applied({}).reasons, ['Learned plimsoll']))

  test('is the approval, and then who gave it', () => {
    assert.deepEqual(applied({}, { mode: 'approve', spec: { approval } }).reasons, ['Approved alice'])
  })

  test('is the OOM kill, before anything else', () => {
    const learned = makeRevision(9, killed(app('1', '3Gi', '4Gi')))
    const before = { learned, applied: makeRevision(2, app('1', '1Gi', '1Gi')) }
    assert.deepEqual(applied(before, { spec: { approval }, now: at(30) }).reasons, ['RaisedAfterOomKill plimsoll'])
  })

  test('is an autoscaler, where values only went to it', () => {
    const before = makeRevision(1, LEARNED)
    const { reasons } = applied({ learned: before, applied: before }, { autoscalers: [HPA], now: at(1) })
    assert.deepEqual(reasons, ['Autoscaler plimsoll', 'HeldForHpa plimsoll'])
    const stale = apply({ learned: before, applied: before }, input([], { autoscalers: [HPA], now: at(1) }), ASKING)
    assert.deepEqual([stale.status.applied!.revision, stale.status.applied!.towards], [2, undefined])
  })
})

describe('what asks for approval', () => {
  const mode = 'approve'

  test('is pending, as a step towards what was learned, and is told with its values', () => {
    const learned = makeRevision(1, sure(0.9, '100m'))
    const { after, events } = applied({ learned }, { mode, now: at(1) })
    assert.deepEqual([values(after.pending), after.pending!.revision, after.pending!.towards], ['500m 1Gi', 2, 1])
    const changes = [{ container: 'app', resource: 'cpu', from: { request: '1' }, to: { request: '500m' } }]
    assert.deepEqual(events, [{ reason: 'PendingApproval', by: 'plimsoll', revision: 2, changes }])
  })

  test('is reported once, and again when it changes enough', () => {
    const { after } = applied({}, { mode })
    assert.deepEqual(applied(after, { mode, now: at(1) }), { after, events: [], reasons: [] })
    const other = applied({ ...after, learned: makeRevision(5, sure(0.9, '600m')) }, { mode, now: at(24) })
    assert.deepEqual([values(other.after.pending), ...other.reasons], ['600m 1Gi', 'PendingApproval plimsoll'])
  })

  test('is gone when nothing asks any more, but not while no usage comes', () => {
    const pending = makeRevision(4, sure(0.9, '600m'))
    assert.equal(
      applied({ applied: makeRevision(2, LEARNED), pending }, { mode, now: at(30) }).after.pending,
      undefined,
    )
    const status = { learned: makeRevision(1, LEARNED), pending }
    assert.equal(apply(status, input([], { mode, now: at(30) }), ASKING).status, status)
  })

  test('still needs approval while something else that was applied waits for its next day', () => {
    const learned = makeRevision(1, [
      { name: 'app', cpu: { request: '800m', confidence: 0.9 }, memory: { request: '2Gi', confidence: 0.1 } },
    ])
    const status = {
      learned,
      applied: makeRevision(2, sure(0.9), 24),
      pending: makeRevision(3, sure(0.9, '800m', '2Gi')),
    }
    const { after, reasons } = applied(status, { now: at(25) })
    assert.deepEqual([after.pending, after.applied, reasons], [status.pending, status.applied, []])
  })

  test('is not what would be too little a change', () => {
    const { after, reasons } = applied({ applied: makeRevision(2, sure(0.9, '810m')) }, { mode, now: at(30) })
    assert.deepEqual([after.pending, reasons], [undefined, []])
  })
})

describe('a canary', () => {
  test('comes first where values are given unasked', () => {
    const { after, reasons } = applied({}, {}, CANARY)
    assert.deepEqual(
      [after.canary, after.applied, ...reasons],
      [{ percent: 20, revision: makeRevision(1, LEARNED) }, undefined, 'CanaryStarted plimsoll'],
    )
  })

  test('is a step towards what was learned', () => {
    const { after } = applied({ learned: makeRevision(1, sure(0.9, '100m')) }, { now: at(1) }, CANARY)
    assert.deepEqual([values(after.canary?.revision), after.canary?.revision.towards], ['500m 1Gi', 1])
  })

  test('does not start while another runs, while nothing is new, or before its day', () => {
    const canary = { percent: 20, revision: makeRevision(1, LEARNED) }
    assert.deepEqual(applied({ canary }, { now: at(30) }, CANARY).reasons, [])
    assert.deepEqual(applied({ applied: makeRevision(1, LEARNED) }, { now: at(30) }, CANARY).reasons, [])
    const changes = [{ container: 'app', resource: 'cpu' as const, from: { request: '1' }, to: { request: '800m' } }]
    const changelog = [{ time: at(0).toISOString(), reason: 'Learned' as const, by: 'plimsoll', changes }]
    const before = { learned: makeRevision(3, sure(0.9, '600m')), applied: makeRevision(1, LEARNED), changelog }
    assert.deepEqual(applied(before, { now: at(23.999) }, CANARY).reasons, [])
    assert.deepEqual(applied(before, { now: at(24) }, CANARY).reasons, ['CanaryStarted plimsoll'])
  })

  test('does not start before the wait after a rollback is over', () => {
    const rollback = { revision: 1, learned: 1, time: '', until: '2026-03-02T00:00:00Z', count: 1, message: '' }
    const before = { learned: makeRevision(3, sure(0.9, '900m')), rollback }
    assert.deepEqual(applied(before, { now: at(23) }, CANARY).reasons, [])
    assert.deepEqual(applied(before, { now: at(24) }, CANARY).reasons, ['CanaryStarted plimsoll'])
  })

  test('leaves what asks for approval to ask', () => {
    const learned = makeRevision(1, [
      { name: 'app', cpu: { request: '800m', confidence: 0.9 }, memory: { request: '2Gi', confidence: 0.1 } },
    ])
    const { after, reasons } = applied({ learned }, {}, CANARY)
    assert.deepEqual([values(after.canary?.revision), values(after.pending)], ['800m', '800m 2Gi'])
    assert.deepEqual(reasons, ['CanaryStarted plimsoll', 'PendingApproval plimsoll'])
  })

  test('starts a turn later where something had to be applied at once, and both are told', () => {
    const before = { learned: makeRevision(3, sure(0.9, '600m', '2Gi')), applied: makeRevision(1, LEARNED) }
    const first = applied(before, { autoscalers: [HPA], now: at(30) }, CANARY)
    assert.deepEqual([first.after.canary, ...first.reasons], [undefined, 'Autoscaler plimsoll', 'HeldForHpa plimsoll'])
  })
})

describe('what waits', () => {
  const closed = { isOpen: false, opens: at(48) } as const
  const due = { learned: makeRevision(3, sure(0.9, '600m')), applied: makeRevision(1, LEARNED) }
  const held = { hold: { by: 'eve' } }

  test('for a change window is told when it begins to, and not when that opens', () => {
    const first = applied(due, { opening: closed, now: at(30) })
    const [message, until] = ['the next change window opens at 2026-03-03T00:00:00Z', '2026-03-03T00:00:00Z']
    assert.deepEqual(first.after.waiting, { because: 'ChangeWindow', until, message })
    assert.deepEqual(first.events, [{ reason: 'ChangeWindow', by: 'plimsoll', message }])
    const then = applied(first.after, { now: at(48) })
    assert.deepEqual([then.after.waiting, ...then.reasons], [undefined, 'Learned plimsoll'])
  })

  test('does not wait for a change window where nothing is due', () => {
    assert.equal(
      applied({ applied: makeRevision(1, LEARNED) }, { opening: closed, now: at(30) }).after.waiting,
      undefined,
    )
  })

  test('for somebody who holds the workload is told as theirs, even where nothing is due, and so is the end', () => {
    const first = applied({ applied: makeRevision(1, LEARNED) }, { spec: held })
    assert.deepEqual(first.events, [{ reason: 'Held', by: 'eve', message: 'held by eve' }])
    const then = applied(first.after, {})
    assert.deepEqual([then.after.waiting, then.events], [undefined, [{ reason: 'Resumed', by: 'plimsoll' }]])
    assert.deepEqual(applied({ applied: makeRevision(1, LEARNED) }, {}).events, [])
  })

  test('for a freeze that follows a hold is told, and other words for the same freeze are not', () => {
    const of = (reason: string) =>
      applied(
        { applied: makeRevision(1, LEARNED), waiting: { because: 'Frozen', message: 'it is frozen: a' } },
        { freezes: [{ of: 'it', reason }] },
      )
    const same = of('a')
    assert.deepEqual(same.reasons, [])
    assert.deepEqual([of('b').after.waiting?.message, ...of('b').reasons], ['it is frozen: b'])
    const frozen = applied(
      { waiting: { because: 'Held', message: 'held by eve' } },
      { freezes: [{ of: 'it' }], mode: 'approve' },
    )
    assert.deepEqual(frozen.events.at(-1), { reason: 'Frozen', by: 'plimsoll', message: 'it is frozen' })
    const over = { hold: { by: 'eve', until: '2026-03-01T00:00:00Z' } }
    const after = applied({}, { freezes: [{ of: 'it' }], spec: over, mode: 'approve' })
    assert.deepEqual(after.events.at(-1), { reason: 'Frozen', by: 'plimsoll', message: 'it is frozen' })
  })

  test('stays the same object where nothing is new', () => {
    const status = {
      learned: makeRevision(1, LEARNED),
      applied: makeRevision(1, LEARNED),
      waiting: { because: 'Held', message: 'held by eve' },
    } as const
    assert.equal(apply(status, input(sure(0.9), { spec: held }), ASKING).status, status)
  })
})
