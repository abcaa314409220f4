import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RecommendationStatus } from '../../src/api/index.ts'
import { readHpa } from '../../src/policy/autoscalers.ts'
import { EVENTS, type RevisionEvent, revisionConcerned } from '../../src/revisions/events.ts'
import { type Reconciled, reconcile } from '../../src/revisions/reconcile.ts'
import { app, at, authored, input, killed, MEBIBYTE, makeRevision, pod, RULES } from './reconcile-input.ts'

const web = { namespace: 'shop', kind: 'Deployment', name: 'web' }
const LEARNED = app('500m', '600Mi', '700Mi')
const CANARY = { ...RULES, canary: { percent: 20, forSeconds: 3600 } }
const oom = { oomKills: [{ container: 'app', limitBytes: 700 * MEBIBYTE }] }

/** The Kubernetes Events of a reconciliation. */
function told({ status, events }: Reconciled): string {
  return events
    .flatMap((event) => {
      const { announcement } = EVENTS[event.reason]
      return announcement
        ? [`${announcement.type} ${announcement.reason}: ${announcement.note(event, { workload: web, status })}`]
        : []
    })
    .join('\n')
}

test('there are events for a first revision, then none, then one when it is proven good', () => {
  const first = reconcile(undefined, input(LEARNED), RULES)
  assert.equal(
    told(first),
    'Normal Applied: Revision 1 is injected into new Pods of Deployment web from now on: app cpu 1 -> 500m; app memory 1Gi (limit 1Gi) -> 600Mi (limit 700Mi).',
  )
  assert.equal(told(reconcile(first.status, input(LEARNED), RULES)), '')
  const good = reconcile(first.status, input([], { pods: [pod(1, 0)], now: at(24) }), RULES)
  assert.match(told(good), /^Normal ProvenGood: Revision 1 has run for a day without trouble/)
})

test('a rollback has one event with the cause, the values that are injected instead, and the time until which no other is tried', () => {
  const first = reconcile(undefined, input(LEARNED), RULES)
  const back = reconcile(first.status, input(LEARNED, { pods: [pod(1, 0, oom)], now: at(1) }), RULES)
  assert.equal(
    told(back),
    'Warning RolledBack: Revision 1 was rolled back: container app was OOM-killed at a limit of 700Mi. From now on new Pods of Deployment web keep what their author wrote; no other revision is tried before 2026-03-02T01:00:00Z.',
  )
  const good = reconcile(first.status, input([], { pods: [pod(1, 0)], now: at(24) }), RULES)
  const next = reconcile(good.status, input(app('500m', '300Mi', '350Mi'), { now: at(25) }), RULES)
  const { revision } = next.status.applied!
  const again = reconcile(next.status, input([], { pods: [pod(revision, 25, oom)], now: at(26) }), RULES)
  assert.match(told(again), /^Warning RolledBack: Revision 2 .* revision 1 is injected into new Pods[^\n]*$/)
})

test('there are events when a canary starts, passes and fails', () => {
  const start = reconcile(undefined, input(LEARNED), CANARY)
  assert.equal(
    told(start),
    'Normal CanaryStarted: Revision 1 is given to 20 % of the new Pods of Deployment web first: app cpu 1 -> 500m; app memory 1Gi (limit 1Gi) -> 600Mi (limit 700Mi).',
  )
  const on = reconcile(start.status, input(LEARNED, { pods: [pod(1, 0)], now: at(1) }), CANARY)
  assert.match(
    told(on),
    /^Normal CanaryPassed: Revision 1 is injected[^\n]* Throttling was not compared: the history has no figures for it\.$/,
  )
  const throttled = [pod(1, 0, { throttling: { periods: 1000, throttled: 30 } })]
  assert.match(
    told(reconcile(start.status, input(LEARNED, { pods: throttled, now: at(1) }), CANARY)),
    / Its Pods were throttled at their CPU limits in 3 % of their CPU periods, the other Pods in 0 %\.$/,
  )
  const back = reconcile(start.status, input(LEARNED, { pods: [pod(1, 0, oom)], now: at(0.5) }), CANARY)
  assert.match(told(back), /^Warning CanaryFailed: Revision 1 was rolled back: container app was OOM-killed[^\n]*$/)
})

test('an event for memory after an OOM kill says so', () => {
  const author = authored({ cpu: '500m', memory: '64Mi' }, { memory: '64Mi' })
  const raised = reconcile(undefined, input(killed(app('500m', '164Mi', '200Mi')), { author }), RULES)
  assert.match(told(raised), /^Normal RaisedAfterOomKill: Revision 1 is injected/)
})

test('there is one event for resources that are held for an autoscaler', () => {
  const first = reconcile(undefined, input(LEARNED), RULES)
  const hpa = readHpa({ metadata: {}, spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' } } })
  const held = reconcile(first.status, input(LEARNED, { autoscalers: [hpa], now: at(1) }), RULES)
  assert.match(told(held), /Normal HeldForHpa: The author's values stay for app cpu/)
  const later = reconcile(
    held.status,
    input(app('500m', '900Mi', '1000Mi'), { autoscalers: [hpa], now: at(26) }),
    RULES,
  )
  assert.notEqual(later.status.applied, held.status.applied)
  assert.doesNotMatch(told(later), /HeldForHpa/)
})

test('a notice is about the revision that was rolled back, or that waits for approval', () => {
  const first = reconcile(undefined, input(LEARNED), RULES)
  const back = reconcile(first.status, input(LEARNED, { pods: [pod(1, 0, oom)], now: at(1) }), RULES)
  const asked = reconcile(undefined, input(LEARNED, { mode: 'approve' }), RULES)
  const notices = ({ events }: Reconciled) =>
    events.flatMap((event) => {
      const { notice } = EVENTS[event.reason]
      return notice ? [[notice, revisionConcerned(event)]] : []
    })
  assert.deepEqual([notices(first), notices(back), notices(asked)], [[], [['RolledBack', 1]], [['PendingApproval', 2]]])
})

describe('a Kubernetes Event on the workload', () => {
  const cpu = { container: 'app', resource: 'cpu', from: { request: '2' }, to: { request: '1' } } as const
  const first = { container: 'app', resource: 'memory', to: { request: '1Gi', limit: '2Gi' } } as const
  const many = Array.from({ length: 8 }, (_, i) => ({ ...cpu, container: `c${i}` }))
  const cases: readonly (readonly [
    event: Omit<RevisionEvent, 'by'>,
    status: RecommendationStatus,
    expected: string,
  ])[] = [
    [
      { reason: 'Learned', revision: 4, changes: [cpu] },
      {},
      'Normal Applied Applying: Revision 4 is injected into new Pods of Deployment web from now on: app cpu 2 -> 1.',
    ],
    [
      { reason: 'Approved', revision: 4, changes: [first] },
      {},
      'Normal Applied Applying: Revision 4 is injected into new Pods of Deployment web from now on: app memory no request -> 1Gi (limit 2Gi).',
    ],
    [
      { reason: 'Autoscaler', revision: 4 },
      {},
      'Normal Applied Applying: Revision 4 is injected into new Pods of Deployment web from now on.',
    ],
    [
      { reason: 'RaisedAfterOomKill', revision: 4, changes: many },
      {},
      'Normal RaisedAfterOomKill Applying: Revision 4 is injected into new Pods of Deployment web from now on: c0 cpu 2 -> 1; c1 cpu 2 -> 1; c2 cpu 2 -> 1; c3 cpu 2 -> 1; c4 cpu 2 -> 1; c5 cpu 2 -> 1; and 2 more.',
    ],
    [
      { reason: 'RaisedForPressure', revision: 4, changes: [first] },
      {},
      'Normal RaisedForPressure Applying: Revision 4 is injected into new Pods of Deployment web from now on: app memory no request -> 1Gi (limit 2Gi).',
    ],
    [
      { reason: 'CanaryPassed', revision: 4, message: 'It was well.', changes: [cpu] },
      {},
      'Normal CanaryPassed Applying: Revision 4 is injected into new Pods of Deployment web from now on: app cpu 2 -> 1. It was well.',
    ],
    [
      { reason: 'CanaryStarted', revision: 4, changes: [cpu] },
      { canary: { percent: 20, revision: makeRevision(4) } },
      'Normal CanaryStarted Trying: Revision 4 is given to 20 % of the new Pods of Deployment web first: app cpu 2 -> 1.',
    ],
    [
      { reason: 'CanaryFailed', revision: 4, message: 'slow', until: 'tomorrow' },
      { applied: makeRevision(2) },
      'Warning CanaryFailed RollingBack: Revision 4 was rolled back: slow. From now on revision 2 is injected into new Pods of Deployment web; no other revision is tried before tomorrow.',
    ],
    [
      { reason: 'RolledBack', from: 4, message: 'slow', until: 'tomorrow' },
      {},
      'Warning RolledBack RollingBack: Revision 4 was rolled back: slow. From now on new Pods of Deployment web keep what their author wrote; no other revision is tried before tomorrow.',
    ],
    [
      { reason: 'PendingApproval', revision: 4, changes: [cpu] },
      {},
      'Normal PendingApproval Asking: Revision 4 waits for approval: app cpu 2 -> 1. Approve it: kubectl plimsoll approve deployment/web -n shop',
    ],
    [
      { reason: 'ProvenGood', revision: 4 },
      {},
      'Normal ProvenGood Keeping: Revision 4 has run for a day without trouble: a rollback would return to it.',
    ],
    [
      { reason: 'SloBurning', message: 'SLO web: 9 % of the requests are bad; 5 % may be bad' },
      {},
      'Warning SloBurning Holding: Values are not lowered for now; raises continue. SLO web: 9 % of the requests are bad; 5 % may be bad.',
    ],
    [
      { reason: 'SloMissing', message: 'SLO web: Prometheus does not answer' },
      {},
      'Warning SloMissing Holding: Values are not lowered for now; raises continue. SLO web: Prometheus does not answer.',
    ],
    [
      { reason: 'HeldForVpa', message: 'app cpu' },
      {},
      "Normal HeldForVpa Holding: The author's values stay for app cpu: a VerticalPodAutoscaler sizes it.",
    ],
    [
      { reason: 'HeldForHpa', message: 'app cpu' },
      {},
      "Normal HeldForHpa Holding: The author's values stay for app cpu: an HPA scales on its utilization.",
    ],
  ]
  for (const [event, status, expected] of cases)
    test(`of ${event.reason}`, () => {
      const { type, reason, action, note } = EVENTS[event.reason].announcement!
      const text = note({ by: 'plimsoll', ...event }, { workload: web, status })
      assert.equal(`${type} ${reason} ${action}: ${text}`, expected)
    })

  test('is not written for what somebody did or waits for, which is only in the changelog', () => {
    const told = new Set<string>(cases.map(([{ reason }]) => reason))
    const silent = Object.entries(EVENTS).filter(([, { announcement }]) => !announcement)
    assert.deepEqual(
      silent.map(([reason]) => reason),
      Object.keys(EVENTS).filter((reason) => !told.has(reason)),
    )
    assert.ok(silent.every(([, { inChangelog }]) => inChangelog))
  })
})

test('events that somebody waits for, or about trouble, are written before others', () => {
  const urgent = Object.entries(EVENTS).flatMap(([reason, { isUrgent }]) => (isUrgent ? [reason] : []))
  assert.deepEqual(urgent, [
    ...['Approved', 'RaisedAfterOomKill', 'RaisedForPressure', 'RolledBack', 'Rejected', 'Held', 'CanaryFailed'],
  ])
})

test('there are notices for pending approvals and for rollbacks', () => {
  const notices = Object.entries(EVENTS).flatMap(([reason, { notice }]) => (notice ? [[reason, notice]] : []))
  assert.deepEqual(notices, [
    ['RolledBack', 'RolledBack'],
    ['CanaryFailed', 'RolledBack'],
    ['PendingApproval', 'PendingApproval'],
  ])
})

test('a rollback is about the revision that was rolled back, and all other events about the one that they name', () => {
  const both = { by: 'plimsoll', revision: 5, from: 4 }
  assert.equal(revisionConcerned({ reason: 'RolledBack', ...both }), 4)
  for (const reason of ['Learned', 'CanaryFailed', 'Rejected'] as const)
    assert.equal(revisionConcerned({ reason, ...both }), 5)
})
