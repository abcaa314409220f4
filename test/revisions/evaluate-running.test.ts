import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { RecommendationStatus } from '../../src/api/recommendation.ts'
import { evaluateRunning } from '../../src/revisions/evaluate-running.ts'
import type { PodHealth } from '../../src/revisions/pod-health.ts'
import type { ReconcileInput } from '../../src/revisions/reconcile-input.ts'
import { runs } from '../support/arbitraries.ts'
import {
  app,
  at,
  authored,
  HOUR,
  input,
  killed,
  MEBIBYTE,
  makeRevision,
  pod,
  RULES,
  statusAfter,
  values,
} from './reconcile-input.ts'

const oom = (limit: number) => ({ oomKills: [{ container: 'app', limitBytes: limit * MEBIBYTE }], restarts: 1 })
const crash = { crashing: ['app'], restarts: 5 }

/** 500m and 512Mi/512Mi are applied, a step down from 1 CPU and 1Gi. */
const revision = 2
let first: RecommendationStatus
before(() => {
  first = statusAfter(undefined, input(app('100m', '100Mi', '100Mi')), RULES)
  assert.equal(first.applied!.revision, revision)
})
const turn = (
  before: RecommendationStatus,
  hours: number,
  pods: PodHealth[],
  learned = app('100m', '100Mi', '100Mi'),
) => statusAfter(before, input(learned, { now: at(hours), pods }), RULES)

describe('a revision that took memory away', () => {
  test('goes back to what the author wrote when its container is OOM-killed and nothing ran well before', () => {
    const status = turn(first, 1, [pod(revision, 0.5, oom(512))])
    assert.equal(status.applied, undefined)
    assert.equal(status.state, 'RolledBack')
    assert.deepEqual(status.rollback, {
      revision,
      learned: 1,
      time: '2026-03-01T01:00:00Z',
      until: '2026-03-02T01:00:00Z',
      count: 1,
      message: 'container app was OOM-killed at a limit of 512Mi',
    })
  })

  test('goes back when its container crashes again and again', () => {
    assert.equal(turn(first, 1, [pod(revision, 0.5, crash)]).rollback?.message, 'container app crashes again and again')
  })

  test('is not blamed for what happens in Pods that do not carry it', () => {
    for (const carried of [undefined, revision - 1, revision + 1]) {
      assert.equal(turn(first, 1, [pod(carried, 0.5, { ...oom(512), ...crash })]).rollback, undefined)
    }
  })

  test('is not blamed for another container', () => {
    const other = { oomKills: [{ container: 'proxy', limitBytes: 64 * MEBIBYTE }], crashing: ['proxy'] }
    assert.equal(turn(first, 1, [pod(revision, 0.5, other)]).rollback, undefined)
  })

  test('goes back to the last one that ran well', () => {
    const good = turn(first, 24, [pod(revision, 0)], [])
    assert.deepEqual(good.lastGood, first.applied)
    const second = turn(good, 25, [pod(revision, 0)])
    assert.equal(values(second.applied), '250m 256Mi 256Mi')
    const status = turn(second, 26, [pod(second.applied!.revision, 25.5, oom(256))])
    assert.deepEqual(status.applied, first.applied)
    assert.deepEqual([status.state, status.rollback?.revision], ['RolledBack', second.applied!.revision])
  })
})

test('a revision that only gave more is not what breaks a container', () => {
  const small = authored({ cpu: '100m', memory: '64Mi' }, { memory: '64Mi' })
  const learned = killed(app('100m', '256Mi', '256Mi'))
  const raised = statusAfter(undefined, input(learned, { author: small }), RULES)
  assert.equal(values(raised.applied), '100m 256Mi 256Mi')
  const pods = [pod(raised.applied!.revision, 0.5, { ...oom(256), ...crash })]
  const status = statusAfter(raised, input(learned, { author: small, pods, now: at(1) }), RULES)
  assert.equal(status.rollback, undefined)
})

describe('a revision that holds', () => {
  test('is the last good one a day after the first Pod came up with it, and not before', () => {
    const seen = turn(first, 3, [pod(revision, 2)])
    assert.deepEqual(seen.probation, { revision, since: '2026-03-01T02:00:00Z' })
    assert.equal(turn(seen, 25.9, [pod(revision, 20)], []).lastGood, undefined)
    // The first Pod is long gone: what counts is that one ran.
    const good = turn(seen, 26, [pod(revision, 20)], [])
    assert.deepEqual([good.lastGood, good.probation], [first.applied, undefined])
  })

  test('is not the last good one while no Pod carries it', () => {
    assert.equal(turn(first, 100, [pod(undefined, 0)], []).lastGood, undefined)
  })

  test('ends what is remembered of an earlier rollback', () => {
    const back = turn(first, 1, [pod(revision, 0.5, oom(512))])
    const again = turn(back, 30, [], killed(app('100m', '700Mi', '800Mi')))
    const good = turn(again, 60, [pod(again.applied!.revision, 31)], [])
    assert.deepEqual([good.rollback, good.state], [undefined, 'Applied'])
  })
})

describe('a Pod that is older than the revision that it carries', () => {
  // A resize gave it the revision an hour ago; the Pod itself runs for 100 hours.
  let made: RecommendationStatus
  before(() => {
    made = statusAfter(undefined, input(app('100m', '100Mi', '100Mi'), { now: at(100) }), RULES)
  })
  const resized = (hours: number, changes: Parameters<typeof pod>[2] = {}) => ({
    ...pod(revision, 0, changes),
    carries: { revision, since: at(hours).toISOString() },
  })

  test('proves the revision good a day after it received it, not at once', () => {
    const seen = turn(made, 101, [resized(101)])
    assert.deepEqual(seen.probation, { revision, since: '2026-03-05T05:00:00Z' })
    assert.equal(turn(seen, 124.9, [resized(101)], []).lastGood, undefined)
    assert.deepEqual(turn(seen, 125, [resized(101)], []).lastGood, made.applied)
  })

  test('never has a revision since before that was made, whatever its record says', () => {
    // 72 s later, as was seen: the Pod was created 100 h before.
    const status = turn(made, 100.02, [resized(0)])
    assert.deepEqual(status.probation, { revision, since: '2026-03-05T04:00:00Z' })
    assert.equal(status.lastGood, undefined)
  })

  test('does not blame the revision for a kill that came before it', () => {
    const early = {
      ...oom(512),
      oomKills: [{ ...oom(512).oomKills[0]!, timestampSeconds: at(100.5).getTime() / 1000 }],
    }
    assert.equal(turn(made, 102, [resized(101, early)]).rollback, undefined)
    assert.ok(turn(made, 102, [resized(100.1, early)]).rollback)
  })

  test('does not blame the revision for a container that somebody has resized by hand', () => {
    const none = { request: undefined, limit: undefined }
    const foreign = new Map([['app', { spec: { cpu: none, memory: none }, isAsRecorded: false }]])
    assert.equal(turn(first, 1, [{ ...pod(revision, 0.5, oom(512)), containers: foreign }]).rollback, undefined)
  })
})

describe('after a rollback', () => {
  let back: RecommendationStatus
  before(() => {
    back = turn(first, 1, [pod(revision, 0.5, crash)])
  })

  test('nothing is tried before the wait is over, even when something else is learned', () => {
    assert.equal(turn(back, 24, [], app('100m', '200Mi', '300Mi')).applied, undefined)
  })

  test('what was learned before is not tried again, however long it stays learned', () => {
    assert.equal(turn(back, 24 * 300, []).applied, undefined)
  })

  test('what is learned afterwards is tried after the wait, with half the step', () => {
    const other = turn(back, 2, [], app('200m', '200Mi', '300Mi'))
    const status = turn(other, 25, [], app('200m', '200Mi', '300Mi'))
    assert.equal(values(status.applied), '750m 768Mi 768Mi')
    assert.equal(status.state, 'Applied')
  })

  test('the wait doubles each time, to 32 days at most', () => {
    let status = back
    const waits: number[] = []
    for (let i = 0, hours = 1; i < 7; i++) {
      hours += 24 * 40
      const learned = app(i % 2 ? '100m' : '200m', '200Mi', '300Mi')
      status = turn(status, hours, [], learned)
      status = turn(status, hours + 1, [pod(status.applied!.revision, hours, crash)], learned)
      const { time, until } = status.rollback!
      waits.push((Date.parse(until) - Date.parse(time)) / HOUR / 24)
    }
    assert.deepEqual(waits, [2, 4, 8, 16, 32, 32, 32])
  })

  test('memory is given at once all the same when what was gone back to is OOM-killed', () => {
    const status = turn(back, 2, [pod(undefined, 1.5, oom(1024))], killed(app('100m', '1200Mi', '1300Mi')))
    // The CPU of the author stays: only what protects moves.
    assert.equal(values(status.applied), '1200Mi 1300Mi')
    assert.deepEqual(status.applied!.containers[0]!.memory!.reasons, ['RaisedAfterOomKill'])
  })

  test('a raise of the limit takes nothing away: a request that was learned lower waits', () => {
    const status = turn(back, 2, [], killed(app('100m', '200Mi', '1300Mi')))
    assert.equal(values(status.applied), '1Gi 1300Mi')
  })

  test('no limit is given to a container that its author gave none, before the wait is over', () => {
    const author = authored({ cpu: '1', memory: '1Gi' })
    const go = (before: RecommendationStatus | undefined, hours: number, pods: PodHealth[]) =>
      statusAfter(before, input(killed(app('100m', '400Mi', '500Mi')), { author, pods, now: at(hours) }), RULES)
    const limited = go(undefined, 0, [])
    const status = go(limited, 1, [pod(limited.applied!.revision, 0.5, oom(500))])
    assert.equal(status.applied, undefined)
    assert.equal(go(status, 2, []).applied, undefined)
  })
})

describe('a rejection', () => {
  const number = 5
  const asked = { pending: makeRevision(number) }
  const rejection = { revision: number, by: 'bob' }
  const evaluated = (status: RecommendationStatus, spec: ReconcileInput['spec']) =>
    evaluateRunning(status, input([], { spec }), RULES)

  test('of the pending revision is recorded, and told', () => {
    assert.deepEqual(evaluated({ ...asked, dropped: 3 }, { rejection }), {
      status: { rejected: asked.pending, dropped: 3 },
      events: [{ reason: 'Rejected', by: 'bob', revision: number }],
    })
  })

  test('of another revision than is pending does nothing', () => {
    const other = { rejection: { ...rejection, revision: number + 1 } }
    assert.deepEqual(evaluated(asked, other), { status: asked, events: [] })
    assert.deepEqual(evaluated({}, { rejection }), { status: {}, events: [] })
  })

  test('holds for as long as it is written', () => {
    const status = { rejected: makeRevision(number) }
    assert.deepEqual(evaluated(status, { rejection }), { status, events: [] })
    assert.deepEqual(evaluated(status, {}), { status: {}, events: [] })
    assert.deepEqual(evaluated(status, { rejection: { ...rejection, revision: number + 1 } }), {
      status: {},
      events: [],
    })
  })
})

describe('a rollback that somebody asks for', () => {
  const tried = { percent: 20, revision: { ...makeRevision(9), towards: 8 } }
  const rules = { ...RULES, canary: { percent: 20, forSeconds: 3600 } }
  const spec = { rollback: { revision: 9, by: 'dave', reason: 'slow' } }
  const evaluated = (status: RecommendationStatus, asked: ReconcileInput['spec'] = spec) =>
    evaluateRunning(status, input([], { spec: asked, now: at(1) }), rules)
  const record = {
    ...{ revision: 9, time: '2026-03-01T01:00:00Z', until: '2026-03-02T01:00:00Z', count: 1 },
    message: 'taken back by dave: slow',
  }
  const { message, until } = record

  test('of the canary ends it, and leaves alone what is applied', () => {
    const { status, events } = evaluated({ canary: tried, applied: first.applied!, lastGood: first.applied! })
    assert.deepEqual(status, { applied: first.applied, lastGood: first.applied, rollback: { ...record, learned: 8 } })
    assert.deepEqual(events, [{ reason: 'CanaryFailed', by: 'dave', revision: 9, message, until }])
  })

  test('of another revision leaves the canary alone', () => {
    const status = { canary: tried }
    assert.deepEqual(evaluated(status, { rollback: { revision: 8, by: 'dave' } }), { status, events: [] })
  })

  test('of the applied revision returns to the last good one', () => {
    const applied = { ...first.applied!, revision: 9 }
    const probation = { revision: 9, since: '2026-03-01T00:00:00Z' }
    const { status, events } = evaluated({ applied, lastGood: first.applied!, probation })
    assert.deepEqual(status, {
      ...{ applied: first.applied, lastGood: first.applied },
      rollback: { ...record, learned: first.applied!.towards },
    })
    assert.deepEqual(events, [{ reason: 'RolledBack', by: 'dave', message, until, revision, from: 9 }])
  })

  test('of the last good revision itself returns to what the author wrote', () => {
    const applied = { ...first.applied!, revision: 9 }
    const { status } = evaluated({ applied, lastGood: applied })
    assert.deepEqual([status.applied, status.lastGood], [undefined, undefined])
  })

  test('of the revision that the last good one has just replaced returns to what the author wrote', () => {
    const applied = { ...first.applied!, revision: 9 }
    const came = { time: at(0.99).toISOString(), reason: 'Learned', by: 'plimsoll', revision: 9, from: 8 } as const
    const status = { applied, lastGood: applied, changelog: [came] }
    assert.equal(evaluated(status, { rollback: { revision: 8, by: 'dave' } }).status.applied, undefined)
  })

  test('is carried out once, counts from the last one, and says no reason that nobody gave', () => {
    const applied = { ...first.applied!, revision: 9 }
    const once = evaluated({ applied }, { rollback: { revision: 9, by: 'dave' } }).status
    assert.equal(once.rollback?.message, 'taken back by dave')
    const again = { ...once, applied }
    assert.deepEqual(evaluated(again), { status: again, events: [] })
    const later = evaluated({ applied, rollback: { ...once.rollback!, revision: 3 } }).status
    assert.equal(later.rollback?.count, 2)
  })

  test('is told in 200 characters at most', () => {
    const long = { rollback: { revision: 9, by: 'dave', reason: 'a'.repeat(300) } }
    assert.equal(evaluated({ canary: tried }, long).status.rollback!.message.length, 200)
  })
})

describe('the events of what is applied', () => {
  const evaluated = (status: RecommendationStatus, hours: number, pods: PodHealth[]) =>
    evaluateRunning(status, input([], { now: at(hours), pods }), RULES)

  test('say that it is rolled back, why, and until when nothing else is tried', () => {
    const probation = { revision, since: '2026-03-01T00:00:00Z' }
    const { status, events } = evaluated({ ...first, probation }, 1, [pod(revision, 0.5, crash)])
    assert.equal(status.probation, undefined)
    const { message, until } = status.rollback!
    const [{ changes, ...event }] = events as [(typeof events)[number]]
    assert.deepEqual(event, { reason: 'RolledBack', by: 'plimsoll', from: revision, message, until })
    assert.equal(changes?.length, 2)
  })

  test('say that it is rolled back for trouble in a Pod that has gone back since, and not for that of another revision', () => {
    const message = 'container app was OOM-killed at a limit of 120Mi'
    const seen = (of: number) =>
      evaluateRunning(
        first,
        input([], { now: at(1), pods: [], trouble: { kind: 'OomKill', message, revision: of } }),
        RULES,
      ).status.rollback?.message
    assert.deepEqual([seen(revision), seen(revision + 1)], [message, undefined])
  })

  test('say that it has proven good, exactly a day after its first Pod', () => {
    const { status, events } = evaluated(first, 24, [pod(revision, 0)])
    assert.deepEqual(events, [{ reason: 'ProvenGood', by: 'plimsoll', revision }])
    assert.deepEqual([status.lastGood, status.probation], [first.applied, undefined])
    const soon = evaluated(first, 23.999, [pod(revision, 0)])
    assert.deepEqual([soon.events, soon.status.probation?.since], [[], '2026-03-01T00:00:00Z'])
    assert.equal(evaluated(soon.status, 23.9995, [pod(revision, 0)]).status, soon.status)
  })

  test('say nothing of a last good revision, whatever happens to it', () => {
    const status = { applied: first.applied!, lastGood: first.applied! }
    const old = { ...status, probation: { revision: 1, since: '2026-03-01T00:00:00Z' } }
    assert.deepEqual(evaluated(old, 99, [pod(revision, 0, crash)]), { status, events: [] })
  })

  test('count the day separately for each revision, and from the start where no Pod has it any more', () => {
    const other = { ...first.applied!, revision: 9, time: '2026-03-01T02:00:00Z' }
    const old = { applied: other, probation: { revision, since: '2026-03-01T00:00:00Z' } }
    assert.deepEqual(evaluated(old, 25, [pod(9, 3)]).status.probation, { revision: 9, since: '2026-03-01T03:00:00Z' })
    assert.deepEqual(evaluated(old, 25, []), { status: { applied: other }, events: [] })
  })
})

test('whatever happens, a revision that was taken back never returns, and rollbacks come no faster than their wait', () => {
  const step = fc.record({
    hours: fc.integer({ min: 1, max: 72 }),
    cpu: fc.integer({ min: 20, max: 2000 }),
    memory: fc.integer({ min: 40, max: 4000 }),
    fresh: fc.boolean(),
    /** Of the revision that is applied, or of no revision at all. */
    trouble: fc.constantFrom('none', 'none', 'oom', 'crash', 'elsewhere'),
    killed: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 3, maxLength: 25 }), fc.boolean(), (steps, hasLimit) => {
      const author = authored({ cpu: '1', memory: '1Gi' }, hasLimit ? { memory: '1Gi' } : {})
      let status: RecommendationStatus | undefined
      let hours = 0
      const takenBack = new Set<number>()
      const rollbacks: { at: number; until: number; learned: number; count: number }[] = []
      for (const { cpu, memory, fresh, trouble, killed: wasKilled, hours: passed } of steps) {
        hours += passed
        const carried = trouble === 'elsewhere' ? undefined : status?.applied?.revision
        const limit = status?.applied?.containers[0]?.memory?.limit
        const bad = trouble === 'oom' ? oom(Number.parseInt(limit ?? '1024', 10)) : trouble === 'crash' ? crash : {}
        const learned = fresh ? app(`${cpu}m`, `${memory}Mi`, `${memory + 50}Mi`) : []
        const before = status
        status = statusAfter(
          before,
          input(wasKilled ? killed(learned) : learned, {
            author,
            now: at(hours),
            pods: [pod(carried, hours - 1, bad)],
          }),
          RULES,
        )
        const { rollback, applied } = status
        if (rollback && rollback.time !== before?.rollback?.time) {
          const last = rollbacks.at(-1)
          if (last && rollback.count > 1) assert.ok(at(hours).getTime() >= last.until, 'rolled back within the wait')
          if (last && rollback.count > 1) assert.notEqual(rollback.learned, last.learned, 'the same was tried again')
          takenBack.add(rollback.revision)
          const { until, learned: from, count } = rollback
          rollbacks.push({ at: hours, until: Date.parse(until), learned: from, count })
        }
        if (applied) assert.ok(!takenBack.has(applied.revision), `revision ${applied.revision} came back`)
        // Within the wait, only memory moves, and only up.
        const wasGiven = before?.applied?.containers[0]
        if (rollback && before?.rollback === rollback && at(hours).getTime() < Date.parse(rollback.until) && wasGiven) {
          const given = applied!.containers[0]!
          assert.equal(given.cpu?.request, wasGiven.cpu?.request)
          const mebibytes = (text: string | undefined) => Number.parseInt(text ?? '0', 10)
          assert.ok(
            mebibytes(given.memory?.request) >= mebibytes(wasGiven.memory?.request) || /Gi/.test(given.memory!.request),
          )
        }
      }
    }),
    { numRuns: runs(2000) },
  )
})
