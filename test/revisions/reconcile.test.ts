import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { RecommendationStatus } from '../../src/api/recommendation.ts'
import { parseQuantity } from '../../src/resources/quantity.ts'
import { reconcile } from '../../src/revisions/reconcile.ts'
import type { ReconcileInput } from '../../src/revisions/reconcile-input.ts'
import { runs } from '../support/arbitraries.ts'
import {
  app,
  at,
  inputOfRequests as input,
  killed,
  makeRevision,
  RULES,
  statusAfter,
  values,
} from './reconcile-input.ts'

const EVIDENCE = killed(app('1', '1Gi'))[0]!.evidence

describe('the first revision', () => {
  test("is applied as it is where it is within a step of the author's values", () => {
    const status = statusAfter(undefined, input(app('800m', '900Mi')), RULES)
    assert.equal(values(status.applied), '800m 900Mi')
    assert.deepEqual(status.applied, status.learned)
    assert.deepEqual([status.state, status.learned?.revision], ['Applied', 1])
  })

  test('moves by a step at most, down and up, and says towards which revision', () => {
    const status = statusAfter(undefined, input(app('100m', '8Gi')), RULES)
    assert.equal(values(status.learned), '100m 8Gi')
    assert.equal(values(status.applied), '500m 2Gi')
    assert.deepEqual([status.applied?.revision, status.applied?.towards], [2, 1])
  })

  test('keeps the evidence with what was learned, and leaves it out of what is applied', () => {
    for (const cpu of ['800m', '100m']) {
      const status = statusAfter(undefined, input(killed(app(cpu, '900Mi'))), RULES)
      assert.deepEqual(status.learned?.containers[0]?.evidence, EVIDENCE)
      assert.equal(Object.hasOwn(status.applied!.containers[0]!, 'evidence'), false)
      assert.equal(status.applied!.towards, cpu === '800m' ? undefined : 1)
    }
  })

  test('goes all the way where the author wrote nothing', () => {
    const status = statusAfter(undefined, input(app('100m', '8Gi'), { author: new Map() }), RULES)
    assert.equal(values(status.applied), '100m 8Gi')
  })

  test('is inside the bounds', () => {
    const status = statusAfter(undefined, input(app('1m', '1Ti', '2Ti'), { author: new Map() }), RULES)
    assert.equal(values(status.learned), '10m 64Gi 64Gi')
  })

  test('is nothing while nothing is learned', () => {
    const status = statusAfter(undefined, input([]), RULES)
    const lastSeen = '2026-03-01T00:00:00Z'
    assert.deepEqual(status, { mode: 'auto', criticality: 'medium', lastSeen, state: 'Learning', summary: {} })
  })
})

test('a revision says where its values come from', () => {
  for (const source of ['observed', 'experiment'] as const) {
    const { learned, applied } = statusAfter(undefined, input(app('100m', '1Gi'), { source }), RULES)
    assert.deepEqual([learned?.source, applied?.source], [source, source])
  }
})

describe('the summary', () => {
  test('shows requests of all containers, now and as learned, and the lowest confidence', () => {
    const learned = [
      { name: 'app', cpu: { request: '100m', confidence: 0.97 }, memory: { request: '1Gi', confidence: 0.912 } },
      { name: 'proxy', cpu: { request: '20m' } },
    ]
    const observed = statusAfter(undefined, input(learned, { mode: 'observe' }), RULES)
    assert.deepEqual(observed.summary, { cpu: '1 -> 120m', memory: '1Gi', confidence: '0.91' })
    assert.match(JSON.stringify(observed), /^[ -~]+$/, 'ASCII alone: docs/decisions/0011')
    assert.deepEqual(statusAfter(undefined, input(learned), RULES).summary?.cpu, '520m -> 120m')
    assert.deepEqual(
      statusAfter(undefined, input(learned, { mode: 'observe', author: new Map() }), RULES).summary?.cpu,
      '- -> 120m',
    )
  })
})

describe('the next revision', () => {
  let first: RecommendationStatus
  before(() => {
    first = statusAfter(undefined, input(app('100m', '1Gi')), RULES)
  })

  test('waits for a day', () => {
    assert.equal(values(first.applied), '500m 1Gi')
    assert.equal(statusAfter(first, input(app('100m', '1Gi'), { now: at(23) }), RULES), first)
  })

  test('continues from what is applied, not from what the author wrote', () => {
    const second = statusAfter(first, input(app('100m', '1Gi'), { now: at(24) }), RULES)
    assert.equal(values(second.applied), '250m 1Gi')
    const third = statusAfter(second, input(app('100m', '1Gi'), { now: at(48) }), RULES)
    const fourth = statusAfter(third, input(app('100m', '1Gi'), { now: at(72) }), RULES)
    assert.equal(values(fourth.applied), '100m 1Gi')
    assert.deepEqual(
      [fourth.applied?.revision, fourth.applied?.towards, fourth.applied?.time],
      [5, 1, '2026-03-04T00:00:00Z'],
    )
  })

  test('gives more as soon as more is learned, and then a step each day', () => {
    const second = statusAfter(first, input(app('4', '1Gi'), { now: at(1) }), RULES)
    assert.equal(values(second.applied), '1 1Gi')
    assert.equal(statusAfter(second, input(app('4', '1Gi'), { now: at(24) }), RULES).applied, second.applied)
    assert.equal(values(statusAfter(second, input(app('4', '1Gi'), { now: at(25) }), RULES).applied), '2 1Gi')
  })

  test('takes nothing away a day after something was taken away, whatever rose in between', () => {
    const second = statusAfter(first, input(app('900m', '1Gi'), { now: at(12) }), RULES)
    assert.equal(values(second.applied), '900m 1Gi')
    const third = statusAfter(second, input(app('900m', '600Mi'), { now: at(23) }), RULES)
    assert.equal(third.applied, second.applied)
    assert.equal(values(statusAfter(third, input(app('900m', '600Mi'), { now: at(24) }), RULES).applied), '900m 600Mi')
  })

  test('is not made for a change that is not worth it, by share or by amount', () => {
    const settled = statusAfter(undefined, input(app('1', '100Mi')), RULES)
    for (const small of [app('950m', '100Mi'), app('1', '112Mi'), app('1090m', '90Mi')]) {
      assert.equal(values(statusAfter(settled, input(small, { now: at(30) }), RULES).learned), values(settled.learned))
    }
    assert.notEqual(statusAfter(settled, input(app('880m', '100Mi'), { now: at(30) }), RULES).learned, settled.learned)
  })

  test('keeps a container that is no longer learned, and a resource too', () => {
    const second = statusAfter(
      first,
      input(
        [
          { name: 'app', memory: { request: '900Mi' } },
          { name: 'proxy', cpu: { request: '50m' } },
        ],
        { now: at(25) },
      ),
      RULES,
    )
    assert.equal(values(second.applied), '500m 900Mi; 50m')
    const third = statusAfter(second, input([{ name: 'proxy', cpu: { request: '200m' } }], { now: at(50) }), RULES)
    assert.deepEqual(third.applied?.containers.map(({ name }) => name).sort(), ['app', 'proxy'])
  })

  test('sizes a container that is new at once', () => {
    const second = statusAfter(
      first,
      input([...app('100m', '1Gi'), { name: 'proxy', cpu: { request: '50m' } }], { now: at(1) }),
      RULES,
    )
    assert.equal(values(second.applied), '500m 1Gi; 50m')
  })

  test('stays as it is while nothing is learned any more', () => {
    const later = statusAfter(first, input([], { now: at(90) }), RULES)
    assert.equal(later.applied, first.applied)
    assert.equal(later.learned, first.learned)
  })
})

describe('with OOM kills in the evidence', () => {
  let first: RecommendationStatus
  before(() => {
    first = statusAfter(undefined, input(app('500m', '600Mi', '700Mi')), RULES)
  })
  const raised = app('500m', '3Gi', '4Gi')

  test('memory is raised at once and all the way', () => {
    const status = statusAfter(first, input(killed(raised), { now: at(1) }), RULES)
    assert.equal(values(status.applied), '500m 3Gi 4Gi')
  })

  test('nothing else falls before its day', () => {
    const status = statusAfter(first, input(killed(app('100m', '3Gi', '4Gi')), { now: at(1) }), RULES)
    assert.equal(values(status.applied), '500m 3Gi 4Gi')
  })

  test('memory that would fall waits all the same', () => {
    const status = statusAfter(first, input(killed(app('500m', '300Mi', '350Mi')), { now: at(1) }), RULES)
    assert.equal(values(status.applied), values(first.applied))
  })
})

describe('the mode', () => {
  test('observe: works out what would have been applied, and applies nothing', () => {
    const status = statusAfter(undefined, input(app('100m', '1Gi'), { mode: 'observe' }), RULES)
    assert.equal(status.applied, undefined)
    assert.equal(values(status.wouldApply), '500m 1Gi')
    assert.equal(status.state, 'Observing')
    const later = statusAfter(status, input(app('100m', '1Gi'), { mode: 'observe', now: at(24) }), RULES)
    assert.equal(values(later.wouldApply), '250m 1Gi')
  })

  test('approve: waits, and leaves what is applied in force', () => {
    const applied = statusAfter(undefined, input(app('800m', '1Gi')), RULES)
    const status = statusAfter(applied, input(app('500m', '1Gi'), { mode: 'approve', now: at(25) }), RULES)
    assert.equal(status.applied, applied.applied)
    assert.equal(values(status.pending), '500m 1Gi')
    assert.equal(status.state, 'Pending')
    assert.equal(
      statusAfter(status, input(app('500m', '1Gi'), { mode: 'approve', now: at(26) }), RULES).pending,
      status.pending,
    )
  })

  test('a change of label takes effect at the next publication', () => {
    const observed = statusAfter(undefined, input(app('100m', '1Gi'), { mode: 'observe' }), RULES)
    const status = statusAfter(observed, input(app('100m', '1Gi'), { now: at(1) }), RULES)
    assert.equal(values(status.applied), '500m 1Gi')
    assert.equal(status.wouldApply, undefined)
  })
})

describe('the state', () => {
  const [learned, applied] = [makeRevision(1), makeRevision(1)]
  const pending = makeRevision(2, app('4', '4Gi'))
  const canary = { percent: 20, revision: pending }
  const rollback = (revision: number) => ({
    ...{ revision, learned: revision, count: 1, message: 'slow' },
    ...{ time: '2026-03-01T00:00:00Z', until: '2026-03-02T00:00:00Z' },
  })
  const rules = { ...RULES, canary: { percent: 20, forSeconds: 3600 } }
  const cases: readonly (readonly [
    before: RecommendationStatus,
    changes: Partial<ReconcileInput>,
    expected: string,
  ])[] = [
    [{}, {}, 'Learning'],
    [{ learned }, {}, 'Learning'],
    [{ applied }, {}, 'Learning'],
    [{ learned, applied }, {}, 'Applied'],
    [{ learned, applied }, { mode: 'observe' }, 'Observing'],
    [{ learned, pending }, {}, 'Pending'],
    [{ learned, pending }, { spec: { hold: { by: 'eve' } } }, 'Held'],
    [{ learned, applied }, { freezes: [{ of: 'it' }] }, 'Held'],
    [{ learned, pending }, { opening: { isOpen: false } }, 'Pending'],
    [{ learned, applied, canary }, {}, 'Canary'],
    [{ learned, applied, canary }, { spec: { hold: { by: 'eve' } } }, 'Held'],
    [{ learned, applied, rollback: rollback(2) }, {}, 'RolledBack'],
    [{ learned, rollback: rollback(1) }, {}, 'RolledBack'],
    [{ learned, applied: makeRevision(3), rollback: rollback(2) }, {}, 'Applied'],
  ]
  for (const [before, changes, expected] of cases)
    test(`of ${Object.keys(before).join(', ') || 'nothing'} with ${Object.keys(changes).join() || 'nothing new'} is ${expected}`, () =>
      assert.equal(statusAfter(before, input([], changes), rules).state, expected))
})

describe('an approval that has expired', () => {
  const approval = { revision: 1, approver: 'alice', expires: '2026-03-02T00:00:00Z', containers: app('800m', '1Gi') }
  const after = (
    before: RecommendationStatus | undefined,
    hours: number,
    spec: ReconcileInput['spec'] = { approval },
  ) => reconcile(before, input([], { mode: 'approve', now: at(hours), spec }), RULES)

  test('is told once, from the second on in which it expires', () => {
    assert.deepEqual(after(undefined, 23.999).events, [])
    const { status, events } = after(undefined, 24)
    assert.deepEqual(events, [{ reason: 'ApprovalExpired', by: 'plimsoll', revision: 1 }])
    assert.deepEqual(after(status, 25).events, [])
    assert.deepEqual(after(undefined, 24, {}).events, [])
  })

  test('is told again for another revision, whatever else is in the changelog', () => {
    const { status } = after(undefined, 24)
    assert.equal(after(status, 25, { approval: { ...approval, revision: 2 } }).events.length, 1)
    const other = { time: '2026-03-01T00:00:00Z', reason: 'Approved', by: 'alice', revision: 1 } as const
    assert.equal(after({ changelog: [other] }, 25).events.length, 1)
  })
})

describe('a revision number is remembered', () => {
  const after = (before: RecommendationStatus) => statusAfter(before, input([], { mode: 'observe' }), RULES).dropped

  test('where nothing else keeps it any more', () => {
    assert.equal(after({ learned: makeRevision(1), pending: makeRevision(7) }), 7)
    assert.equal(after({ learned: makeRevision(1), pending: makeRevision(7), dropped: 5 }), 7)
    assert.equal(after({ learned: makeRevision(1), dropped: 7 }), 7)
    assert.equal(after({ learned: makeRevision(7) }), undefined)
    assert.equal(after({ learned: makeRevision(7), dropped: 5 }), 5)
  })
})

test('nothing is written when nothing changed but the time of day, and the last Pod is noted once a day', () => {
  const first = statusAfter(undefined, input(app('800m', '900Mi')), RULES)
  assert.equal(statusAfter(first, input(app('805m', '900Mi'), { now: at(23) }), RULES), first)
  assert.equal(statusAfter(first, input(app('805m', '900Mi'), { now: at(24) }), RULES).lastSeen, '2026-03-02T00:00:00Z')
})

test('whatever is learned, no applied value moves by more than a step, none falls twice a day, and revisions count up', () => {
  const quantity = fc.integer({ min: 10, max: 16_000 })
  const day = fc.record({
    cpu: quantity,
    memory: fc.integer({ min: 32, max: 60_000 }),
    extra: fc.integer({ min: 0, max: 60_000 }),
    hours: fc.integer({ min: 1, max: 40 }),
  })
  fc.assert(
    fc.property(fc.array(day, { minLength: 1, maxLength: 12 }), (days) => {
      let status: RecommendationStatus | undefined
      let hours = 0
      let loweredHours = Number.NEGATIVE_INFINITY
      for (const { cpu, memory, extra, ...rest } of days) {
        const learned = app(`${cpu}m`, `${memory}Mi`, `${Math.min(65_536, memory + extra)}Mi`)
        const next = statusAfter(status, input(learned, { now: at(hours) }), RULES)
        assert.equal(statusAfter(next, input(learned, { now: at(hours) }), RULES), next)
        for (const { cpu, memory } of next.applied!.containers) {
          const old = status?.applied?.containers[0]
          for (const [is, was, grain] of [
            [cpu?.request, old?.cpu?.request, '1m'],
            [memory?.request, old?.memory?.request, '1Mi'],
            [memory?.limit, old?.memory?.limit, '1Mi'],
          ]) {
            if (was === undefined || is === was) continue
            const [now, before] = [parseQuantity(is)!, parseQuantity(was)!]
            assert.ok(hours > 0 && now * 2n >= before && now <= before * 2n + parseQuantity(grain)!, `${was} → ${is}`)
            if (now > before) continue
            assert.ok(hours === loweredHours || hours - loweredHours >= 24, `${was} → ${is} after ${hours} hours`)
            loweredHours = hours
          }
          assert.ok(parseQuantity(memory!.request)! <= parseQuantity(memory!.limit)!)
        }
        if (status?.applied && next.applied !== status.applied) {
          assert.ok(next.applied!.revision > status.applied.revision)
        }
        status = next
        hours += rest.hours
      }
    }),
    {
      numRuns: runs(500),
      examples: [
        [
          [10, 10, 10, 10, 32, 23, 10].map((cpu, i) => ({
            cpu,
            memory: 32,
            extra: 0,
            hours: [24, 4, 20, 24, 24, 1, 1][i]!,
          })),
        ],
      ],
    },
  )
})
