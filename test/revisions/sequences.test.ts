// What holds over many turns, whatever people, canaries, autoscalers and windows do in between.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RecommendationStatus, Revision } from '../../src/api/recommendation.ts'
import type { Autoscaler } from '../../src/policy/autoscalers.ts'
import type { ReconcileInput, ReconcileRules } from '../../src/revisions/reconcile-input.ts'
import { runs } from '../support/arbitraries.ts'
import {
  ASKING,
  app,
  at,
  inputOfRequests as input,
  killed,
  pod,
  RULES,
  statusAfter,
  sure,
  values,
} from './reconcile-input.ts'

const TRYING: ReconcileRules = { ...ASKING, canary: { percent: 10, forSeconds: 6 * 3600 } }
const HPA: Autoscaler = {
  ...{ kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'web' },
  target: { kind: 'Deployment', name: 'web' },
  claims: [{ resource: 'cpu', utilization: 80 }],
}
const approvalOf = ({ revision, containers }: Revision) => ({
  revision,
  approver: 'alice',
  expires: '2026-04-01T00:00:00Z',
  containers: containers.map(({ name, cpu, memory }) => ({
    name,
    ...(cpu && { cpu: { request: cpu.request } }),
    ...(memory && { memory: { request: memory.request } }),
  })),
})

test('what is approved in mode approve is applied and not tried, and nothing is written again and again', () => {
  const asked = statusAfter(undefined, input(sure(0.9), { mode: 'approve', autoscalers: [HPA] }), TRYING)
  assert.deepEqual([asked.canary, asked.state], [undefined, 'Pending'])
  assert.equal(statusAfter(asked, input(sure(0.9), { mode: 'approve', autoscalers: [HPA] }), TRYING), asked)
  const people = { approval: approvalOf(asked.pending!) }
  const given = input(sure(0.9), { mode: 'approve', autoscalers: [HPA], spec: people, now: at(1) })
  const status = statusAfter(asked, given, TRYING)
  assert.deepEqual([values(status.applied), status.canary], ['1Gi', undefined])
})

test('a canary that has passed waits for a change window', () => {
  const tried = statusAfter(undefined, input(sure(0.9)), TRYING)
  const pods = [pod(tried.canary!.revision.revision, 0), pod(undefined, 0)]
  const closed = { isOpen: false, opens: at(33) } as const
  const waits = statusAfter(tried, input(sure(0.9), { pods, opening: closed, now: at(7) }), TRYING)
  assert.deepEqual([waits.applied, waits.canary?.revision], [undefined, tried.canary!.revision])
  assert.equal(values(statusAfter(waits, input(sure(0.9), { pods, now: at(33) }), TRYING).applied), '800m 1Gi')
})

test('what needs approval still needs it while a canary runs, and while no usage arrives', () => {
  const learned = [
    { name: 'app', cpu: { request: '800m', confidence: 0.9 }, memory: { request: '2Gi', confidence: 0.1 } },
  ]
  const asked = statusAfter(undefined, input(learned), TRYING)
  assert.ok(asked.canary && asked.pending)
  assert.equal(statusAfter(asked, input(learned, { now: at(1) }), TRYING), asked)
  const alone = statusAfter(undefined, input(sure(0.1)), ASKING)
  assert.equal(statusAfter(alone, input([], { now: at(1) }), ASKING), alone)
})

test('an approval does not outlive the rollback of what it covered: what is learned next asks', () => {
  const mode = 'approve'
  const asked = statusAfter(undefined, input(sure(0.9), { mode }), ASKING)
  const approval = approvalOf(asked.pending!)
  const given = statusAfter(asked, input(sure(0.9), { mode, spec: { approval }, now: at(1) }), ASKING)
  const people = { approval, rollback: { revision: given.applied!.revision, by: 'dave' } }
  const back = statusAfter(given, input(sure(0.9), { mode, spec: people, now: at(2) }), ASKING)
  const next = statusAfter(back, input(sure(0.9, '650m'), { mode, spec: people, now: at(30) }), ASKING)
  assert.deepEqual([next.applied, values(next.pending)], [undefined, '750m 1Gi'])
  const again = { ...people, approval: approvalOf(next.pending!) }
  const last = statusAfter(next, input(sure(0.9, '650m'), { mode, spec: again, now: at(31) }), ASKING)
  assert.equal(values(last.applied), '750m 1Gi')
})

test('the changelog names nobody for what Plimsoll does unasked', () => {
  const rules = { ...TRYING, canary: undefined }
  const first = statusAfter(undefined, input(app('1', '600Mi', '700Mi')), { ...RULES, canary: undefined })
  const approval = {
    ...{ revision: 1, approver: 'alice', expires: '2026-04-01T00:00:00Z' },
    containers: [{ name: 'app', memory: { request: '3Gi', limit: '4Gi' } }],
  }
  const raised = input(killed(app('1', '3Gi', '4Gi')), { spec: { approval }, now: at(1) })
  const { by, reason } = statusAfter(first, raised, rules).changelog!.at(-1)!
  assert.deepEqual([by, reason], ['plimsoll', 'RaisedAfterOomKill'])
})

const turn = fc.record({
  hours: fc.constantFrom(1, 5, 25),
  mode: fc.constantFrom('auto', 'approve', 'observe'),
  cpu: fc.constantFrom('300m', '500m', '800m', '2'),
  memory: fc.constantFrom('600Mi', '1Gi', '3Gi'),
  confidence: fc.constantFrom(0.3, 0.85, 0.95),
  isFresh: fc.boolean(),
  isOpen: fc.boolean(),
  isHpa: fc.boolean(),
  isTrying: fc.boolean(),
  crashes: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  says: fc.constantFrom('nothing', 'nothing', 'approve', 'reject', 'rollback', 'hold', 'resume'),
} as const)

test('a revision number never stands for two sets of values, and nothing new is given while a window is closed, and a turn that changes nothing ends in a few writes', () => {
  const check = (turns: readonly (typeof turn extends fc.Arbitrary<infer T> ? T : never)[]) => {
    let status: RecommendationStatus | undefined
    let spec: ReconcileInput['spec'] = {}
    let hours = 0
    const carried = new Map<number, string | undefined>()
    const offered = new Map<number, string | undefined>()
    for (const next of turns) {
      hours += next.hours
      spec = answered(spec, next.says, status)
      const pods = [...carried.keys()]
        .slice(-4)
        .map((revision) => pod(revision, Math.max(0, hours - 30), next.crashes ? { crashing: ['app'] } : {}))
      const given = input(next.isFresh ? sure(next.confidence, next.cpu, next.memory) : [], {
        ...{ mode: next.mode, spec, pods, autoscalers: next.isHpa ? [HPA] : [], now: at(hours) },
        opening: next.isOpen ? { isOpen: true } : { isOpen: false, opens: at(hours + 9) },
      })
      const rules = next.isTrying ? TRYING : ASKING
      const seen = status
      status = statusAfter(seen, given, rules)
      if (!next.isOpen || spec.hold) assertNothingNew(seen, status)
      for (const revision of [status.applied, status.canary?.revision])
        if (revision) assert.equal(once(carried, revision), values(revision), `revision ${revision.revision}`)
      // A rejection names a number alone: what is offered under it must be what was rejected.
      if (status.pending) assert.equal(once(offered, status.pending), values(status.pending))
      let written = 0
      for (let after = statusAfter(status, given, rules); after !== status; after = statusAfter(status, given, rules)) {
        status = after
        assert.ok(++written <= 3, 'the same turn is written again and again')
        for (const revision of [status.applied, status.canary?.revision])
          if (revision) assert.equal(once(carried, revision), values(revision), `revision ${revision.revision}`)
      }
    }
  }
  fc.assert(fc.property(fc.array(turn, { maxLength: 30 }), check), { numRuns: runs(200) })
})

/** What new Pods get is what they got before, or less of it; or what ran well before a rollback. */
function assertNothingNew(
  before: RecommendationStatus | undefined,
  { applied, lastGood, changelog }: RecommendationStatus,
) {
  if (!applied || applied === before?.applied || values(applied) === values(lastGood)) return
  for (const { name, ...value } of applied.containers) {
    const was = before?.applied?.containers.find((container) => container.name === name)
    for (const resource of ['cpu', 'memory'] as const) {
      const { request, limit } = value[resource] ?? {}
      const told = `${resource} ${was?.[resource]?.request} → ${request}: ${JSON.stringify(changelog?.at(-1))}`
      if (request !== undefined)
        assert.deepEqual([request, limit], [was?.[resource]?.request, was?.[resource]?.limit], told)
    }
  }
}

function once(known: Map<number, string | undefined>, revision: Revision): string | undefined {
  if (!known.has(revision.revision)) known.set(revision.revision, values(revision))
  return known.get(revision.revision)
}

function answered(spec: ReconcileInput['spec'], says: string, status: RecommendationStatus | undefined) {
  const { rejection: _, approval: __, hold: ___, ...rest } = spec
  const { pending, canary, applied } = status ?? {}
  const tried = canary?.revision ?? applied
  if (says === 'approve' && pending) return { ...rest, approval: approvalOf(pending) }
  if (says === 'reject' && pending) return { ...rest, rejection: { revision: pending.revision, by: 'bob' } }
  if (says === 'rollback' && tried) return { ...spec, rollback: { revision: tried.revision, by: 'dave' } }
  if (says === 'hold') return { ...spec, hold: { by: 'carol' } }
  return says === 'resume' ? { ...rest, ...(spec.approval && { approval: spec.approval }) } : spec
}
