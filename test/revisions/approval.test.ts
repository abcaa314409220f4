// Which values need approval, and what happens to values without an answer.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { RecommendationStatus } from '../../src/api/recommendation.ts'
import { Criticality, Mode } from '../../src/api/vocabulary.ts'
import { criticalityOf, readCriticality } from '../../src/policy/criticality.ts'
import { type ChangeCase, dispositionOf } from '../../src/revisions/approval.ts'
import type { ReconcileInput } from '../../src/revisions/reconcile-input.ts'
import {
  ASKING,
  app,
  at,
  eventsOf,
  inputOfRequests as input,
  killed,
  pod,
  RULES,
  statusAfter,
  sure,
  told,
  values,
} from './reconcile-input.ts'

const EXPIRES = '2026-04-01T00:00:00Z'

test('what happens to a new value depends on mode, criticality, confidence, direction, change window and decisions of people', () => {
  const flags = [
    ...['isProtective', 'isApproved', 'isRejected', 'isStopped', 'isOpen'],
    ...['isYoung', 'raises', 'isNoWorse'],
  ]
  const confidences = [undefined, 0, 0.59, 0.6, 0.79, 0.8, 0.89, 0.9, 1]
  let cases = 0
  for (const mode of Mode.options)
    for (const criticality of Criticality.options)
      for (const confidence of confidences)
        for (const worstDay of [0, 0.25, 0.26])
          for (let bits = 0; bits < 2 ** flags.length; bits++) {
            cases++
            const set = Object.fromEntries(flags.map((flag, i) => [flag, (bits & (1 << i)) > 0]))
            const change = { mode, criticality, confidence, worstDay, ...set } as ChangeCase
            const is = dispositionOf(change, ASKING.approval)
            if (is !== expected(change)) assert.equal(is, expected(change), JSON.stringify(change))
          }
  assert.equal(cases, 3 * 4 * 9 * 3 * 2 ** 8)
})

/** The table in docs/guides/approval.md: the first row that fits. */
function expected(change: ChangeCase): string {
  const { confidence = -1, criticality, raises } = change
  const needed = { low: 0.6, medium: 0.8, high: 0.9, critical: Number.POSITIVE_INFINITY }[criticality]
  const eased = criticality !== 'critical' && (raises || change.isNoWorse) ? 0.6 : needed
  const isBad = criticality === 'high' && !raises && change.worstDay > 0.25
  const isSure = confidence >= eased && !isBad
  const rows: [boolean, string][] = [
    [change.mode === 'observe', 'observe'],
    [change.isStopped, 'hold'],
    [change.mode === 'auto' && change.isProtective, 'apply'],
    [change.isRejected, 'hold'],
    [change.isApproved && change.isOpen, 'apply'],
    [change.isApproved, 'wait'],
    [change.mode === 'auto' && change.isYoung && !raises, 'young'],
    [change.mode === 'auto' && isSure && change.isOpen, 'apply'],
    [change.mode === 'auto' && isSure, 'wait'],
    [true, 'ask'],
  ]
  return rows.find(([fits]) => fits)![1]
}

describe('criticality', () => {
  test('is the highest of operator, PriorityClass and author', () => {
    const classes = { 'system-cluster-critical': 'critical', batch: 'low' } as const
    assert.equal(criticalityOf({ operator: 'medium' }, classes), 'medium')
    assert.equal(criticalityOf({ operator: 'medium', author: 'high' }, classes), 'high')
    assert.equal(criticalityOf({ operator: 'high', author: 'low', priorityClass: 'batch' }, classes), 'high')
    assert.equal(criticalityOf({ operator: 'low', priorityClass: 'system-cluster-critical' }, classes), 'critical')
    assert.equal(criticalityOf({ operator: 'low', priorityClass: 'unknown' }, classes), 'low')
  })

  test('of an author that cannot be read always needs approval', () => {
    assert.equal(readCriticality({ 'plimsoll.dev/criticality': 'hihg' }), 'critical')
    assert.equal(readCriticality({ 'plimsoll.dev/criticality': 'low' }), 'low')
    assert.equal(readCriticality({}), undefined)
  })
})

describe('in mode auto', () => {
  test('each resource is applied or needs approval separately', () => {
    const learned = app('800m', '2Gi').map((container) => ({
      ...container,
      cpu: { ...container.cpu!, confidence: 0.95 },
      memory: { ...container.memory!, confidence: 0.5 },
    }))
    const status = statusAfter(undefined, input(learned), ASKING)
    assert.equal(values(status.applied), '800m')
    assert.equal(values(status.pending), '800m 2Gi')
    assert.equal(status.state, 'Pending')
    const later = statusAfter(status, input(learned, { now: at(1) }), ASKING)
    assert.equal(later, status)
  })

  test('values that need approval stay pending while an applied value waits for its next day', () => {
    const unsure = [
      { name: 'app', cpu: { request: '800m', confidence: 0.9 }, memory: { request: '2Gi', confidence: 0.1 } },
    ]
    const status = statusAfter(undefined, input(unsure), ASKING)
    const surer = [{ ...unsure[0]!, memory: { request: '2Gi', confidence: 0.85 } }]
    const later = statusAfter(status, input(surer, { now: at(1) }), ASKING)
    assert.equal(values(later.applied), '800m 2Gi')
    assert.equal(later.pending, undefined)
  })

  test('a higher confidence is reported for the same revision, and applies a value that was pending', () => {
    const status = statusAfter(undefined, input(sure(0.5), { criticality: 'low' }), ASKING)
    assert.equal(status.applied, undefined)
    const hardly = statusAfter(status, input(sure(0.55), { criticality: 'low', now: at(1) }), ASKING)
    assert.equal(hardly, status)
    const surer = statusAfter(status, input(sure(0.7), { criticality: 'low', now: at(1) }), ASKING)
    assert.deepEqual([surer.learned?.revision, surer.summary?.confidence], [status.learned?.revision, '0.70'])
    assert.equal(values(surer.applied), '800m 1Gi')
    assert.equal(surer.pending, undefined)
  })

  test('a raise after an OOM kill needs no approval, unless the settings say so', () => {
    const first = statusAfter(undefined, input(app('1', '600Mi', '700Mi')), RULES)
    const raised = input(killed(app('1', '3Gi', '4Gi')), { criticality: 'critical', now: at(1) })
    assert.equal(values(statusAfter(first, raised, ASKING).applied), '1 3Gi 4Gi')
    assert.equal(statusAfter(first, raised, ASKING).changelog?.at(-1)?.reason, 'RaisedAfterOomKill')
    const strict = { ...ASKING, approval: { ...ASKING.approval, exempt: [] } }
    const asking = statusAfter(first, raised, strict)
    assert.equal(asking.applied, first.applied)
    assert.equal(values(asking.pending), '1 3Gi 4Gi')
  })

  test('a young workload gets raises, and waits for the rest without asking for approval', () => {
    const young = (days: number, memory: string) =>
      sure(0.95, '800m', memory).map((container) => ({
        ...container,
        evidence: { from: '2026-03-01T00:00:00Z', to: '2026-03-03T00:00:00Z', samples: 500, days },
      }))
    const status = statusAfter(undefined, input(young(2, '2Gi')), ASKING)
    // The author wrote 1 core and 1Gi.
    assert.deepEqual([values(status.applied), status.pending], ['2Gi', undefined])
    const message = 'nothing is lowered before 3 days of usage are known; so far 2 are'
    assert.deepEqual(status.waiting, { because: 'Young', until: '2026-03-04T00:00:00Z', message })
    assert.deepEqual([status.state, status.changelog?.map(({ reason }) => reason)], ['Waiting', ['Learned']])
    assert.equal(statusAfter(status, input(young(2, '2Gi'), { now: at(20) }), ASKING), status)
    const later = statusAfter(status, input(young(3, '2Gi'), { now: at(25) }), ASKING)
    assert.deepEqual([values(later.applied), later.state, later.waiting], ['800m 2Gi', 'Applied', undefined])
    assert.deepEqual(eventsOf(status, input(young(3, '2Gi'), { now: at(25) }), ASKING), ['Learned'])
  })

  test('days that other instances of the application count for are days that are known', () => {
    const profiled = (days: number) => {
      const profile = { application: 'shop', instances: 4, days, decides: true }
      const figures = { p50: '1', p95: '1', p99: '1', peak: '1', profile }
      return sure(0.95, '800m').map((container) => ({
        ...container,
        evidence: {
          ...{ from: '2026-03-01T00:00:00Z', to: '2026-03-01T01:00:00Z', samples: 50, days: 0 },
          ...{ cpu: figures, memory: figures },
        },
      }))
    }
    assert.equal(statusAfter(undefined, input(profiled(3)), ASKING).applied?.containers[0]?.cpu?.request, '800m')
    assert.equal(statusAfter(undefined, input(profiled(2.9)), ASKING).waiting?.because, 'Young')
  })

  test('a change that costs no more than the current values only needs the confidence of low criticality', () => {
    const priced = (confidence: number, inForceCost: string) =>
      sure(confidence).map((container) => ({
        ...container,
        evidence: {
          ...{ from: '2026-03-01T00:00:00Z', to: '2026-03-15T00:00:00Z', samples: 4000, days: 14 },
          cpu: { ...{ p50: '1', p95: '1', p99: '1', peak: '1', cost: '900m' }, inForceCost },
        },
      }))
    const cpuOf = (confidence: number, inForceCost: string) =>
      statusAfter(undefined, input(priced(confidence, inForceCost)), ASKING).applied?.containers[0]?.cpu?.request
    assert.deepEqual([cpuOf(0.6, '1'), cpuOf(0.59, '1'), cpuOf(0.6, '800m')], ['800m', undefined, undefined])
  })

  test('a critical workload always needs approval', () => {
    const status = statusAfter(undefined, input(sure(1), { criticality: 'critical' }), ASKING)
    assert.deepEqual([status.applied, values(status.pending), status.state], [undefined, '800m 1Gi', 'Pending'])
  })
})

describe('an approval', () => {
  const pending = () => statusAfter(undefined, input(sure(0.9), { mode: 'approve' }), ASKING)
  const approvalOf = ({ pending }: RecommendationStatus, changes = {}) => ({
    approval: {
      revision: pending!.revision,
      approver: 'alice',
      expires: EXPIRES,
      containers: pending!.containers.map(({ name, cpu, memory }) => ({
        name,
        cpu: { request: cpu!.request },
        memory: { request: memory!.request },
      })),
      ...changes,
    },
  })
  const approve = (changes: Partial<ReconcileInput>) => input(sure(0.9), { mode: 'approve', ...changes })

  test('applies the pending revision, with its number, and names the approver', () => {
    const asked = pending()
    const status = statusAfter(asked, approve({ spec: approvalOf(asked), now: at(1) }), ASKING)
    assert.equal(values(status.applied), '800m 1Gi')
    assert.equal(status.applied!.revision, asked.pending!.revision)
    assert.deepEqual([status.pending, status.state], [undefined, 'Applied'])
    assert.deepEqual(status.changelog, [
      {
        time: '2026-03-01T01:00:00Z',
        revision: asked.pending!.revision,
        by: 'alice',
        reason: 'Approved',
        confidence: 0.9,
        changes: [{ container: 'app', resource: 'cpu', from: { request: '1' }, to: { request: '800m' } }],
      },
    ])
  })

  test('gives exactly the approved values if the learned ones have changed too little for a revision', () => {
    const asked = pending()
    const status = statusAfter(
      asked,
      input(sure(0.9, '795m'), { mode: 'approve', spec: approvalOf(asked), now: at(1) }),
      ASKING,
    )
    assert.equal(values(status.applied), '800m 1Gi')
  })

  test('covers later learned values within a step; others need approval again', () => {
    const asked = pending()
    const people = approvalOf(asked)
    const first = statusAfter(asked, approve({ spec: people, now: at(1) }), ASKING)
    const near = statusAfter(first, input(sure(0.9, '420m'), { mode: 'approve', spec: people, now: at(26) }), ASKING)
    assert.equal(values(near.applied), '420m 1Gi')
    assert.equal(near.changelog?.at(-1)?.by, 'alice')
    const far = statusAfter(near, input(sure(0.9, '250m'), { mode: 'approve', spec: people, now: at(52) }), ASKING)
    assert.equal(far.applied, near.applied)
    assert.equal(values(far.pending), '250m 1Gi')
  })

  test('has no effect after it has expired, and the applied revision stays', () => {
    const asked = pending()
    const people = approvalOf(asked, { expires: '2026-03-02T00:00:00Z' })
    const first = statusAfter(asked, approve({ spec: people, now: at(1) }), ASKING)
    const later = statusAfter(first, input(sure(0.9, '500m'), { mode: 'approve', spec: people, now: at(26) }), ASKING)
    assert.equal(later.applied, first.applied)
    assert.equal(values(later.pending), '500m 1Gi')
    const late = statusAfter(asked, approve({ spec: people, now: at(24) }), ASKING)
    assert.equal(late.applied, undefined)
  })

  test('of values that are no longer learned applies neither these nor the learned ones', () => {
    const asked = pending()
    const containers = [{ name: 'app', cpu: { request: '64' }, memory: { request: '64Gi' } }]
    const status = statusAfter(asked, approve({ spec: approvalOf(asked, { containers }), now: at(1) }), ASKING)
    assert.deepEqual([status.applied, status.pending], [undefined, asked.pending])
  })
})

test('a rejected revision is not proposed again until other values are learned, or the rejection is removed', () => {
  const mode = 'approve'
  const asked = statusAfter(undefined, input(sure(0.9), { mode }), ASKING)
  const people = { rejection: { revision: asked.pending!.revision, by: 'bob' } }
  const rejected = statusAfter(asked, input(sure(0.9), { mode, spec: people, now: at(1) }), ASKING)
  assert.deepEqual([rejected.pending, rejected.applied, values(rejected.rejected)], [undefined, undefined, '800m 1Gi'])
  assert.equal(
    statusAfter(rejected, input(sure(0.99), { mode: 'auto', spec: people, now: at(2) }), ASKING).applied,
    undefined,
  )
  const other = statusAfter(rejected, input(sure(0.9, '600m'), { mode, spec: people, now: at(2) }), ASKING)
  assert.equal(values(other.pending), '600m')
  assert.ok(other.pending!.revision > asked.pending!.revision)
  const again = statusAfter(rejected, input(sure(0.9), { mode, now: at(2) }), ASKING)
  assert.equal(values(again.pending), '800m 1Gi')
})

describe('no new revision is applied', () => {
  let first: RecommendationStatus
  before(() => {
    first = statusAfter(undefined, input(app('800m', '1Gi')), RULES)
  })
  const next = (changes: Partial<ReconcileInput>) =>
    statusAfter(first, input(app('500m', '1Gi'), { now: at(25), ...changes }), RULES)

  test('while somebody holds the workload, and the status says who and why', () => {
    const status = next({ spec: { hold: { by: 'carol', reason: 'load test' } } })
    assert.equal(status.applied, first.applied)
    assert.deepEqual([status.state, status.waiting], ['Held', { because: 'Held', message: 'held by carol: load test' }])
    assert.equal(values(statusAfter(status, input(app('500m', '1Gi'), { now: at(26) }), RULES).applied), '500m 1Gi')
  })

  test('while the namespace or the cluster is frozen, in every other respect too', () => {
    const freezes = [{ of: 'the cluster', until: new Date('2026-03-03T00:00:00Z'), reason: 'sale' }]
    const status = next({ freezes })
    assert.equal(status.applied, first.applied)
    assert.deepEqual(status.waiting, {
      because: 'Frozen',
      until: '2026-03-03T00:00:00Z',
      message: 'the cluster is frozen: sale',
    })
    const thawed = statusAfter(status, input(app('500m', '1Gi'), { freezes, now: at(48) }), RULES)
    assert.deepEqual([values(thawed.applied), thawed.waiting, thawed.state], ['500m 1Gi', undefined, 'Applied'])
  })

  test('while no change window is open, and the status says until when', () => {
    const opening = { isOpen: false, opens: at(33) } as const
    const status = next({ opening })
    assert.equal(status.applied, first.applied)
    assert.deepEqual([status.state, status.waiting?.until], ['Waiting', '2026-03-02T09:00:00Z'])
    const idle = statusAfter(first, input(app('800m', '1Gi'), { opening, now: at(25) }), RULES)
    assert.deepEqual([idle.state, idle.waiting], ['Applied', undefined])
  })

  test('before the time between two decreases has passed', () => {
    const rules = { ...RULES, pace: { ...RULES.pace, betweenDecreasesMilliseconds: 7 * 24 * 3_600_000 } }
    const at6 = statusAfter(first, input(app('500m', '1Gi'), { now: at(6 * 24) }), rules)
    assert.equal(at6.applied, first.applied)
    assert.equal(values(statusAfter(at6, input(app('500m', '1Gi'), { now: at(7 * 24) }), rules).applied), '500m 1Gi')
  })
})

describe('a rollback by a person', () => {
  const people = { rollback: { revision: 1, by: 'dave', reason: 'slow' } }
  let first: RecommendationStatus
  before(() => {
    first = statusAfter(undefined, input(app('800m', '1Gi')), RULES)
    assert.equal(first.applied!.revision, people.rollback.revision)
  })

  test("returns from the applied revision to the author's values if no revision was good before, and is in the changelog", () => {
    const status = statusAfter(first, input(app('800m', '1Gi'), { spec: people, now: at(1) }), RULES)
    assert.deepEqual(
      [status.applied, status.state, status.rollback?.message],
      [undefined, 'RolledBack', 'rolled back by dave: slow'],
    )
    assert.deepEqual(status.changelog?.at(-1), {
      time: '2026-03-01T01:00:00Z',
      from: first.applied!.revision,
      by: 'dave',
      reason: 'RolledBack',
      message: 'rolled back by dave: slow',
      changes: [{ container: 'app', resource: 'cpu', from: { request: '800m' }, to: { request: '1' } }],
    })
    assert.equal(statusAfter(status, input(app('800m', '1Gi'), { spec: people, now: at(2) }), RULES), status)
  })

  test('also rolls back a revision that has just replaced the one that was meant', () => {
    const second = statusAfter(first, input(app('500m', '1Gi'), { now: at(25) }), RULES)
    const status = statusAfter(second, input(app('500m', '1Gi'), { spec: people, now: at(25.01) }), RULES)
    assert.deepEqual(
      [status.applied, status.state, status.rollback?.revision],
      [undefined, 'RolledBack', second.applied!.revision],
    )
    const { by, reason, from } = status.changelog!.at(-1)!
    assert.deepEqual([by, reason, from], ['dave', 'RolledBack', second.applied!.revision])
    assert.equal(statusAfter(status, input(app('500m', '1Gi'), { spec: people, now: at(25.02) }), RULES), status)
  })

  test('does not return to the revision that was meant if another one has just replaced it', () => {
    const proven = statusAfter(
      first,
      input(app('800m', '1Gi'), { pods: [pod(first.applied!.revision, 0)], now: at(24) }),
      RULES,
    )
    assert.deepEqual(proven.lastGood, first.applied)
    const second = statusAfter(proven, input(app('500m', '1Gi'), { now: at(25) }), RULES)
    assert.notEqual(second.applied!.revision, first.applied!.revision)
    const status = statusAfter(second, input(app('500m', '1Gi'), { spec: people, now: at(25.01) }), RULES)
    assert.deepEqual([status.applied, status.lastGood, status.rollback?.count], [undefined, undefined, 1])
    assert.equal(statusAfter(status, input(app('500m', '1Gi'), { spec: people, now: at(25.02) }), RULES), status)
  })

  test('of a revision that is no longer applied does nothing', () => {
    const second = statusAfter(first, input(app('500m', '1Gi'), { now: at(25) }), RULES)
    assert.equal(statusAfter(second, input(app('500m', '1Gi'), { spec: people, now: at(26) }), RULES), second)
  })
})

test('the changelog contains rejection, hold, freeze, change window and expiry once each, and their end', () => {
  const mode = 'approve'
  const seen: RecommendationStatus[] = []
  const turn = (hours: number, changes: Partial<ReconcileInput>) => {
    const at_ = { mode, now: at(hours), ...changes } as const
    const status = statusAfter(seen.at(-1), input(sure(0.9), at_), ASKING)
    assert.equal(statusAfter(status, input(sure(0.9), at_), ASKING), status)
    seen.push(status)
    return status
  }
  const { pending } = turn(0, {})
  const { revision, containers } = pending!
  turn(1, { spec: { rejection: { revision, by: 'bob' } } })
  turn(2, { spec: { hold: { by: 'carol', reason: 'load test' } } })
  turn(3, {})
  turn(4, { freezes: [{ of: 'the cluster', reason: 'sale' }] })
  const asked = turn(5, {}).pending!.revision
  const values = containers.map(({ name, cpu, memory }) => ({
    name,
    cpu: { request: cpu!.request },
    memory: { request: memory!.request },
  }))
  const people = (expires: string) => ({
    approval: { revision: asked, approver: 'alice', expires, containers: values },
  })
  turn(6, { spec: people('2026-03-01T05:00:00Z') })
  turn(7, { spec: people(EXPIRES), opening: { isOpen: false, opens: at(9) } })
  const last = turn(9, { spec: people(EXPIRES) })
  assert.deepEqual(
    last.changelog!.map((change) => [change.reason, change.by, ...told(change)]),
    [
      ['Rejected', 'bob'],
      ['Held', 'carol', 'held by carol: load test'],
      ['Resumed', 'plimsoll'],
      ['Frozen', 'plimsoll', 'the cluster is frozen: sale'],
      ['Resumed', 'plimsoll'],
      ['ApprovalExpired', 'plimsoll'],
      ['ChangeWindow', 'plimsoll', 'the next change window opens at 2026-03-01T09:00:00Z'],
      ['Approved', 'alice', 'app cpu 1 -> 800m'],
    ],
  )
})

test('the changelog keeps the last twenty changes, the newest last', () => {
  let status: RecommendationStatus | undefined
  for (let day = 0; day < 30; day++)
    status = statusAfter(status, input(app(day % 2 === 0 ? '600m' : '900m', '1Gi'), { now: at(day * 24) }), RULES)
  assert.equal(status!.changelog!.length, 20)
  assert.equal(status!.changelog!.at(-1)!.time, '2026-03-30T00:00:00Z')
  assert.deepEqual(told(status!.changelog!.at(-1)!), ['app cpu 600m -> 900m'])
})
