import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { RecommendationStatus, Revision } from '../../src/api/index.ts'
import { describeReport } from '../../src/commands/explain/text.ts'
import { Settings } from '../../src/config/index.ts'
import type { DecisionInputs } from '../../src/explain/decision-inputs.ts'
import { explainPod } from '../../src/explain/explain-pod.ts'
import type { Subject } from '../../src/explain/subject.ts'
import { DEFAULT_POLICY, readHpa } from '../../src/policy/index.ts'
import { decidePod, NO_CONSTRAINTS } from '../../src/sizing/index.ts'
import { buildPatch } from '../../src/webhook/patch.ts'
import { identifyWorkload, type OwnerReference } from '../../src/workloads/index.ts'
import { applyInPlace } from '../apply.ts'
import { admitted, captured, labelled, recommendation } from '../webhook/captured.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'admission')

function facts(status: RecommendationStatus | undefined, changes: Partial<DecisionInputs> = {}): DecisionInputs {
  const effective = {
    policy: DEFAULT_POLICY,
    goal: 'balanced' as const,
    criticality: 'medium' as const,
    running: 'never' as const,
    windows: [],
  }
  const { approval } = Settings.parse({})
  return {
    mode: 'auto',
    status,
    effective,
    approval,
    constraints: NO_CONSTRAINTS,
    limitDefaults: [],
    autoscalers: [],
    notes: [],
    unread: [],
    ...changes,
  }
}

function subject(pod: object, namespace = 'shop'): Subject {
  const { labels, ownerReferences } = (
    pod as { metadata: { labels?: Record<string, string>; ownerReferences?: OwnerReference[] } }
  ).metadata
  return {
    what: 'the Pod',
    pod,
    namespace,
    workload: identifyWorkload({ namespace, labels, ownerReferences }),
    isCreated: true,
    isLive: false,
  } as Subject
}

const web = (resources: object = { requests: { cpu: '1', memory: '1Gi' } }, annotations = {}) => ({
  metadata: { annotations, ownerReferences: [{ kind: 'StatefulSet', name: 'web', controller: true }] },
  spec: { containers: [{ name: 'app', resources }] },
})

function revision(number: number, cpu: string, memory: string, changes: Partial<Revision> = {}): Revision {
  return {
    revision: number,
    time: '2026-03-01T00:00:00Z',
    source: 'observed',
    goal: 'balanced',
    containers: [{ name: 'app', cpu: { request: cpu, limit: '2' }, memory: { request: memory, limit: '2Gi' } }],
    ...changes,
  }
}

test('says why a revision waits for approval, and what it would take', () => {
  const unsure = revision(2, '250m', '600Mi')
  const [app] = unsure.containers
  const pending = { ...unsure, containers: [{ ...app!, cpu: { ...app!.cpu!, confidence: 0.5 } }] }
  const status = { applied: revision(1, '500m', '600Mi'), pending, criticality: 'high' as const }
  const notes = (changes: object, mode = 'auto') =>
    explainPod(subject(web()), facts({ ...status, ...changes }, { mode })).notes.join()
  assert.equal(
    notes({}),
    'revision 2 waits for approval (app cpu 500m -> 250m, confidence 0.50): at criticality high, a change needs a confidence of 0.9 without approval',
  )
  const learned = (cpu: object) => {
    const figures = { p50: '100m', p95: '200m', p99: '240m', peak: '900m' }
    const window = { from: '2026-02-01T00:00:00Z', to: '2026-03-01T00:00:00Z', samples: 4032 }
    return { ...pending, containers: [{ ...app!, evidence: { ...window, cpu: { ...figures, ...cpu } } }] }
  }
  const noWorse = { cost: '300m', inForceCost: '500m', doubt: 'changed version today' }
  assert.match(
    notes({ learned: learned(noWorse) }),
    /confidence 0\.50, changed version today\): at criticality high, a change that is expected to cost no more needs a confidence of 0\.6 without approval$/,
  )
  assert.match(
    notes({ learned: learned({ bursts: { days: 0.2, worstDay: 0.4, by: '650m' } }) }),
    /: at criticality high, usage may be above the CPU request for at most 25 % of a day without approval, but here it may be for 40 %$/,
  )
  assert.match(notes({ criticality: 'critical' }), /at criticality critical, every change needs it/)
  assert.match(notes({}, 'approve'), /in mode approve, every change needs it/)
  const held = { pending: undefined, waiting: { because: 'Held', message: 'held by carol: load test' } }
  assert.equal(notes(held), 'changes are paused: held by carol: load test')
})

test('shows no new memory limit where a heap follows the limit', () => {
  const unsure = revision(2, '500m', '512Mi')
  const status = { applied: revision(1, '500m', '1Gi'), pending: unsure }
  const [app] = web().spec.containers
  const noteOf = (container: object) =>
    explainPod(subject({ ...web(), spec: { containers: [container] } }), facts(status)).notes.join()
  assert.match(noteOf(app!), /app memory 1Gi \(limit 2Gi\) -> 512Mi \(limit 2Gi\)/)
  const jvm = { ...app!, env: [{ name: 'JAVA_TOOL_OPTIONS', value: '-XX:MaxRAMPercentage=75' }] }
  assert.match(noteOf(jvm), /app memory 1Gi -> 512Mi,/)
})

test('says why Pods that run do not have what is applied', () => {
  const time = '2026-03-01T10:00:00Z'
  const refused = [{ node: 'node-1', revision: 1, reason: 'ResizeRefused', message: 'too much', time }]
  const waiting = [{ reason: 'NodeFull', message: 'node node-2 has too little memory left' }]
  const { notes } = explainPod(
    subject(web()),
    facts({ applied: revision(1, '500m', '600Mi'), running: { waiting, refused } }),
  )
  const [first, second] = notes.slice(-2)
  assert.match(
    first!,
    /^not all running Pods have the applied revision: the node has no room .*: node node-2 has too little/,
  )
  assert.match(second!, /^revision 1 cannot be applied to Pods on node node-1: the API server refuses .*: too much$/)
})

test('names the goal that the Pod asks for, before that of its namespace', () => {
  const status = { applied: revision(1, '500m', '600Mi') }
  const goalOf = (annotations: object) => explainPod(subject(web(undefined, annotations)), facts(status)).goal
  assert.deepEqual([goalOf({ 'plimsoll.dev/goal': 'savings' }), goalOf({})], ['savings', 'balanced'])
  const unreadable = explainPod(subject(web(undefined, { 'plimsoll.dev/goal': 'cheap' })), facts(status))
  assert.deepEqual([unreadable.goal, unreadable.reasons], ['balanced', ['Applied', 'GoalUnreadable']])
})

test('a Pod that the webhook has patched is explained by its annotation again, byte for byte', () => {
  let patched = 0
  const names = readdirSync(FIXTURES).filter((file) => file.endsWith('.json'))
  for (const file of names) {
    for (const fixture of [captured, labelled]) {
      const request = fixture(file.replace('.json', ''))
      const { pod } = admitted(request)
      const annotation = pod.metadata.annotations?.['plimsoll.dev/decision']
      if (annotation === undefined) continue
      patched++
      const given = subject(pod, request.namespace)
      const { namespace, kind, name } = given.workload!
      const report = explainPod(given, facts(recommendation(namespace, kind, name).status))
      assert.equal(JSON.stringify(report.record), annotation, file)
      assert.equal(report.reproduces, true, file)
      // By another value it does not.
      const other = structuredClone(recommendation(namespace, kind, name).status!)
      for (const container of other.applied!.containers) container.memory!.request = container.cpu!.request = '301'
      assert.equal(explainPod(given, facts(other)).reproduces, false, file)
    }
  }
  assert.ok(patched >= 10, `${patched}`)
})

describe('the way of a value', () => {
  const status = {
    state: 'Applied' as const,
    learned: revision(7, '100m', '200Mi'),
    applied: revision(8, '5m', '512Mi', { towards: 7 }),
  }

  test('is shown from what the author wrote to what the Pod asks for', () => {
    const report = explainPod(subject(web()), facts(status))
    const way = (resource: number) => report.containers[0]!.resources[resource]!
    const { author, learned, stepped, applied, clamped, injected, reasons } = way(0)
    const requests = [author, learned, stepped, applied, clamped, injected].map((values) => values?.request)
    assert.deepEqual(requests, ['1', '100m', '5m', '5m', '10m', '10m'])
    assert.deepEqual(reasons, ['RaisedToMinimum'])
    assert.deepEqual(way(1).injected, { request: '512Mi', limit: '2Gi' })
    assert.deepEqual([report.outcome, report.revision, report.reproduces], ['patched', 8, undefined])
  })

  test('leaves out the step where what is applied came before what is learned now', () => {
    const { containers } = explainPod(subject(web()), facts({ ...status, learned: revision(9, '90m', '100Mi') }))
    assert.equal(containers[0]!.resources[0]!.stepped, undefined)
  })

  test('ends with what the author wrote where nothing is applied, and the reason says so', () => {
    for (const [given, code] of [
      [facts(undefined), 'NoRecommendation'],
      [facts({ learned: status.learned }), 'NotApplied'],
    ] as const) {
      const { reasons, containers, outcome } = explainPod(subject(web()), given)
      assert.deepEqual([outcome, reasons], ['skipped', [code]])
      assert.deepEqual(containers[0]!.resources[0]!.injected, { request: '1' })
    }
    const out = { ...web(), metadata: { ...web().metadata, labels: { 'plimsoll.dev/inject': 'false' } } }
    assert.deepEqual(explainPod(subject(out), facts(status)).reasons, ['OptedOut'])
  })
})

test('a Pod of an earlier revision is explained by that revision while it is stored, with what new Pods get', () => {
  const status = { applied: revision(8, '300m', '512Mi'), lastGood: revision(5, '500m', '600Mi') }
  const carries = (number: number) => ({
    'plimsoll.dev/decision': JSON.stringify({ revision: number, containers: {}, reasons: {} }),
  })
  const early = explainPod(subject(web(undefined, carries(5))), facts(status))
  assert.equal(early.revision, 5)
  assert.match(early.notes[0]!, /has revision 5; new Pods get revision 8/)
  const lost = explainPod(subject(web(undefined, carries(3))), facts(status))
  assert.equal(lost.revision, 8)
  assert.match(lost.notes[0]!, /revision 3, which is no longer stored/)
  assert.equal(lost.reproduces, false)
})

test('an HPA is shown with the target that would keep its scale point', () => {
  const hpa = readHpa({ metadata: { name: 'web' }, spec: { scaleTargetRef: { kind: 'StatefulSet', name: 'web' } } })
  const held = revision(8, '1', '512Mi', { containers: [{ name: 'app', held: { cpu: 'HeldForHpa' } }] })
  const report = explainPod(
    subject(web()),
    facts({ learned: revision(7, '250m', '512Mi'), applied: held }, { autoscalers: [hpa] }),
  )
  const [cpu] = report.containers[0]!.resources
  assert.deepEqual(cpu!.reasons, ['HeldForHpa'])
  assert.deepEqual(cpu!.scaledBy, [{ name: 'web', utilization: 80, keeps: 320 }])
  assert.match(
    describeReport(report),
    /HPA web {2}scales at 80 % of the author's request; with the learned request, 320 % is/,
  )
})

test('a canary is drawn for a review as the webhook draws it', () => {
  const status = {
    applied: revision(3, '300m', '512Mi'),
    canary: { percent: 50, revision: revision(4, '200m', '512Mi') },
  }
  const drawn = Array.from(
    { length: 40 },
    (_, i) => explainPod({ ...subject(web()), uid: `${i}` }, facts(status)).revision,
  )
  assert.deepEqual([...new Set(drawn)].sort(), [3, 4])
  const report = explainPod(subject(web()), facts(status))
  assert.equal(report.revision, 3)
  assert.match(report.notes.join(), /revision 4 is a canary: 50 %/)
})

test('a young workload is explained with what it waits for', () => {
  const message = 'nothing is taken away before 3 days of usage are known (approval.minimumDays)'
  const waiting = { because: 'Young' as const, until: '2026-03-04T00:00:00Z', message }
  const learned = revision(7, '120m', '512Mi')
  const { notes } = explainPod(subject(web()), facts({ state: 'Waiting', learned, waiting }))
  assert.ok(notes.includes(`not all learned values are applied yet: ${message}`))
})

test('each SLO is shown with its state, and with why a change is not blamed', () => {
  const slo = { kind: 'latency' as const, text: '95 % below 250 ms', budget: 0.05, time: '2026-03-04T00:00:00Z' }
  const slos = [
    { ...slo, name: 'web', state: 'Met' as const, share: 0.012, budgetLeft: 0.75 },
    {
      ...{ ...slo, name: 'api', state: 'BurningFast' as const, share: 0.8 },
      message: 'SLO api (95 % below 250 ms): 80 % of all requests are bad; there are no figures from before the change',
    },
    { ...slo, name: 'db', state: 'NoSeries' as const, message: 'looked for http_server_requests_seconds' },
  ]
  const { notes } = explainPod(subject(web()), facts({ state: 'Applied', learned: revision(7, '120m', '512Mi'), slos }))
  assert.deepEqual(notes.slice(-3), [
    'SLO web (95 % below 250 ms): met; 1.2 % of the requests are bad; 5 % may be bad; 75 % of the budget is left',
    'SLO api (95 % below 250 ms): its error budget burns fast, so nothing is lowered; 80 % of the requests are bad; 5 % may be bad; 80 % of all requests are bad; there are no figures from before the change',
    'SLO db (95 % below 250 ms): Prometheus has no series for it; looked for http_server_requests_seconds',
  ])
})

test('reads line by line in plain words', () => {
  const p = { p50: '40m', p95: '98m', p99: '115m', peak: '240m' }
  const evidence = {
    from: '2026-03-01T00:00:00Z',
    to: '2026-03-02T00:00:00Z',
    samples: 9,
    cpu: { ...p, basis: 'days alike', decidedBy: { source: 'experiment' as const, because: 'it is surer' } },
  }
  const learned = revision(7, '120m', '512Mi')
  learned.containers[0] = { ...learned.containers[0]!, evidence }
  learned.containers[0].cpu!.confidence = 0.97
  const status = { state: 'Applied' as const, learned, applied: revision(8, '500m', '512Mi', { towards: 7 }) }
  const text = describeReport(
    explainPod(subject(web()), facts(status, { notes: ['a note'], unread: ['Pods could not be read'] })),
  )
  assert.equal(
    text.split('\n').slice(0, 15).join('\n'),
    `The Pod
  workload shop/StatefulSet/web · mode auto · Applied · goal balanced · revision 8
  patched:
    Applied: the applied recommendation is injected. Nothing to do.
  Note: a note.
  Note: Pods could not be read.

container app
  cpu (request / limit)
    author    1 / -                  the author's values
    learned   120m / -               p50 40m, p95 98m, p99 115m, peak 240m; days alike; holds for the next day with a chance of 97 %; decided by experiment: it is surer
    stepped   500m / -               limited to one step: the rest follows in later steps
    applied   500m / -               the applied revision
    clamped   500m / -               inside the bounds
    injected  500m / -               what a new Pod requests`,
  )
})

test('distinguishes usage inferred from OOM kills from usage that was seen', () => {
  const learned = revision(7, '120m', '512Mi')
  learned.containers[0]!.evidence = {
    ...{ from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z', samples: 9, oomKills: 13 },
    memory: { p50: '197Mi', p95: '197Mi', p99: '197Mi', peak: '197Mi', basis: 'OOM kills' },
  }
  const text = describeReport(explainPod(subject(web()), facts({ state: 'Applied', learned, applied: learned })))
  assert.match(text, /peak 197Mi \(each of the 13 observed OOM kills counts as usage above the limit\); OOM kills/)
})

test('says no more of usage and chances than is known', () => {
  const says = (figures: Record<'p50' | 'p95' | 'p99' | 'peak', string>, confidence: number) => {
    const learned = revision(7, '120m', '512Mi')
    learned.containers[0]!.cpu!.confidence = confidence
    learned.containers[0]!.evidence = {
      ...{ from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z', samples: 9, cpu: figures },
    }
    const text = describeReport(explainPod(subject(web()), facts({ state: 'Applied', learned, applied: learned })))
    return /^ {4}learned +\S+ \/ \S+ +(.*)$/m.exec(text)![1]
  }
  assert.equal(
    says({ p50: '10m', p95: '10m', p99: '20m', peak: '30m' }, 0.994),
    'p50 at most 10m, p95 at most 10m, p99 20m, peak 30m; holds for the next day with a chance of 99 %',
  )
  assert.equal(
    says({ p50: '10m', p95: '10m', p99: '10m', peak: '10m' }, 0.999),
    'never above 10m; holds for the next day with a chance of more than 99 %',
  )
})

describe('a Pod that runs', () => {
  const status = { applied: revision(1, '500m', '600Mi'), learned: revision(1, '500m', '600Mi') }
  const live = (pod: object): Subject => ({ ...subject(pod), isLive: true })

  test('and was created before is shown with what it carries, beside what a new one would get', () => {
    const report = explainPod(live(web()), facts(status))
    const text = describeReport(report)
    assert.match(text, /\n {2}a new Pod would be patched:\n/)
    assert.match(text, /Note: this Pod has no values from Plimsoll: it was created earlier, or left alone\./)
    assert.match(text, /injected {2}500m \/ - +what a new Pod requests\n {4}carried {3}1 \/ - +what this Pod requests/)
  })

  test('and was patched is shown with what it carries, once', () => {
    const patched = web()
    const decision = decidePod({
      ...{
        pod: patched as never,
        workload: subject(patched).workload,
        policy: DEFAULT_POLICY,
        constraints: NO_CONSTRAINTS,
      },
      applied: () => ({ revision: 1, containers: new Map([['app', { cpu: { request: 500_000_000n } }]]) }),
    })
    applyInPlace(patched, buildPatch(patched as never, decision))
    const only = revision(1, '500m', '600Mi')
    const [app] = only.containers
    const text = describeReport(
      explainPod(live(patched), facts({ applied: { ...only, containers: [{ name: 'app', cpu: app!.cpu! }] } })),
    )
    assert.match(text, /\n {2}not changed:\n {4}AlreadyApplied/)
    assert.doesNotMatch(text, / injected {2}|carries nothing/)
    assert.match(text, /carried {3}500m \/ - +what this Pod requests/)
  })

  test('and that somebody changed since is shown with what it carries', () => {
    const annotation = JSON.stringify({
      revision: 1,
      containers: { app: { cpu: { request: ['1', '500m'] } } },
      reasons: {},
    })
    const resources = { requests: { cpu: '2', memory: '1Gi' } }
    const text = describeReport(
      explainPod(live(web(resources, { 'plimsoll.dev/decision': annotation })), facts(status)),
    )
    assert.match(text, /carried {3}2 \/ - +what this Pod requests/)
  })
})
