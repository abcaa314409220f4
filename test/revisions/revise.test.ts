import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type ContainerRecommendation,
  type RecommendationStatus,
  type Revision,
  readValues,
} from '../../src/api/index.ts'
import { highestOf, revise, revisionOf } from '../../src/revisions/revise.ts'
import { app, at, input, makeRevision, RULES } from './reconcile-input.ts'

const NOW = '2026-03-01T06:00:00Z'
const revision = (number: number, containers?: ContainerRecommendation[]) => makeRevision(number, containers, 6)
const given = input([], { now: at(6), goal: 'savings', source: 'experiment' })

test('a revision has an unused number, and contains its time, goal and source', () => {
  assert.deepEqual(revise({ learned: revision(4) }, given, readValues(app('1', '1Gi'))), {
    ...{ revision: 5, time: NOW, source: 'experiment', goal: 'savings', containers: app('1', '1Gi') },
  })
})

test('every number in the status counts as used', () => {
  const rollback = { revision: 9, learned: 99, time: NOW, until: NOW, count: 1, message: '' }
  const each: readonly RecommendationStatus[] = [
    ...(['learned', 'applied', 'wouldApply', 'pending', 'rejected', 'lastGood'] as const).map((field) => ({
      [field]: revision(9),
    })),
    ...[{ canary: { percent: 20, revision: revision(9) } }, { rollback }, { dropped: 9 }],
  ]
  for (const status of each) {
    assert.equal(highestOf(status), 9, Object.keys(status).join())
    assert.equal(highestOf({ ...status, learned: revision(10) }), 10)
  }
  assert.equal(highestOf({}), 0)
})

describe('the revision for values', () => {
  const of = (
    status: RecommendationStatus,
    containers: ContainerRecommendation[],
    { current, isStep = true }: { current?: Revision; isStep?: boolean } = {},
  ) => revisionOf(readValues(containers), current, status, given, RULES, isStep)

  test('is the current one if there are no values, or the change is too small', () => {
    const current = revision(3)
    assert.equal(of({}, [], { current }), current)
    assert.equal(of({}, app('1001m', '1Gi'), { current }), current)
    assert.equal(of({}, []), undefined)
  })

  test('is the learned one if that is new and has these values, with its current confidence', () => {
    const learned = revision(4, [{ name: 'app', cpu: { request: '1', confidence: 0.5 } }])
    const sure = [{ name: 'app', cpu: { request: '1', confidence: 0.9 } }]
    assert.deepEqual(of({ learned }, sure), { ...learned, containers: sure })
    const older = { ...learned, time: '2026-03-01T05:59:59Z' }
    assert.deepEqual([of({ learned: older }, sure)!.revision, of({ learned: older }, sure)!.towards], [5, 4])
  })

  test('is the pending one if that has these values, with the current time', () => {
    const pending = makeRevision(6, app('2', '2Gi'), 0)
    assert.deepEqual(of({ pending }, app('2', '2Gi')), { ...pending, time: NOW })
  })

  test('is a step towards the learned values only if it was made as one', () => {
    const status = { learned: revision(4) }
    assert.equal(of(status, app('2', '1Gi'))!.towards, 4)
    assert.equal(Object.hasOwn(of(status, app('2', '1Gi'), { isStep: false })!, 'towards'), false)
    assert.equal(Object.hasOwn(of({}, app('2', '1Gi'))!, 'towards'), false)
  })

  const held = (held: ContainerRecommendation['held'], name = 'app'): ContainerRecommendation => ({ name, held })
  const others: readonly (readonly [
    what: string,
    pending: ContainerRecommendation[],
    now: ContainerRecommendation[],
  ])[] = [
    ['request', app('2', '2Gi'), app('3', '2Gi')],
    ['limit', app('2', '2Gi', '3Gi'), app('2', '2Gi', '4Gi')],
    ['limit that is new', app('2', '2Gi'), app('2', '2Gi', '4Gi')],
    ['hold', [held({ cpu: 'HeldForHpa' })], [held({ cpu: 'HeldForVpa' })]],
    ['container', [held({ cpu: 'HeldForHpa' })], [held({ cpu: 'HeldForHpa' }, 'web')]],
    [
      'request in one of its containers',
      [...app('2', '2Gi'), { name: 'web', cpu: { request: '1' } }],
      [...app('2', '2Gi'), { name: 'web', cpu: { request: '2' } }],
    ],
    ['container more', app('2', '2Gi'), [...app('2', '2Gi'), { name: 'web', cpu: { request: '1' } }]],
    ['container less', [...app('2', '2Gi'), { name: 'web', cpu: { request: '1' } }], app('2', '2Gi')],
  ]
  for (const [what, pending, now] of others)
    test(`has a new number where it has another ${what} than the pending one`, () =>
      assert.equal(of({ pending: revision(6, pending) }, now)!.revision, 7))
})
