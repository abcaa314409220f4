import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ContainerRecommendation, readValues } from '../../src/api/index.ts'
import { applying, movesValues, withInjectedLimits } from '../../src/revisions/applying.ts'
import { app, authored, makeRevision, told } from './reconcile-input.ts'

const author = authored({ cpu: '1' })
const EVENT = { reason: 'Learned', by: 'plimsoll' } as const

/** The revision that is applied after `before`, and its events. */
function after(before: ContainerRecommendation[] | undefined, next: ContainerRecommendation[] | undefined) {
  const status = before ? { applied: makeRevision(1, before), dropped: 4 } : { dropped: 4 }
  const { status: result, events } = applying(status, next && makeRevision(2, next), { author }, EVENT)
  return { result, event: events[0]!, others: events.slice(1) }
}

describe('a revision that is applied', () => {
  test('replaces the previous one, and the event names it', () => {
    const { result, event, others } = after(app('1', '1Gi'), app('2', '1Gi'))
    assert.deepEqual(result, { applied: makeRevision(2, app('2', '1Gi')), dropped: 4 })
    const changes = [{ container: 'app', resource: 'cpu', from: { request: '1' }, to: { request: '2' } }]
    assert.deepEqual([event, others], [{ ...EVENT, revision: 2, from: 1, changes }, []])
  })

  test("returns to the author's values if there is none", () => {
    const { result, event } = after(app('2', '1Gi'), undefined)
    assert.deepEqual(result, { dropped: 4 })
    assert.deepEqual(
      [event.revision, event.from, told(event as object)],
      [undefined, 1, ['app cpu 2 -> 1', 'app memory 1Gi -> -']],
    )
  })

  test('is reported with its lowest confidence, if known', () => {
    const sure = [{ name: 'app', cpu: { request: '2', confidence: 0 } }]
    assert.equal(after(undefined, sure).event.confidence, 0)
    assert.equal(Object.hasOwn(after(undefined, app('2', '1Gi')).event, 'confidence'), false)
  })

  test('is reported with each value that it changes, and with none if it changes none', () => {
    const all = (request: string, limit?: string): ContainerRecommendation[] => [
      { name: 'app', cpu: { request: '1' }, memory: { request, ...(limit && { limit }) } },
    ]
    const cases: readonly (readonly [ContainerRecommendation[] | undefined, ContainerRecommendation[], string[]])[] = [
      [undefined, all('1Gi', '2Gi'), ['app memory - -> 1Gi/2Gi']],
      [all('1Gi', '2Gi'), all('1Gi', '3Gi'), ['app memory 1Gi/2Gi -> 1Gi/3Gi']],
      [all('1Gi', '2Gi'), all('1Gi'), ['app memory 1Gi/2Gi -> 1Gi']],
      [all('1Gi'), all('2Gi'), ['app memory 1Gi -> 2Gi']],
      [all('1Gi'), [{ name: 'web', cpu: { request: '3' } }], ['web cpu - -> 3', 'app memory 1Gi -> -']],
    ]
    for (const [before, next, expected] of cases) assert.deepEqual(told(after(before, next).event as object), expected)
    assert.equal(Object.hasOwn(after(all('1Gi'), all('1Gi')).event, 'changes'), false)
  })
})

describe('a resource that an autoscaler controls', () => {
  const held = (name: string, held: ContainerRecommendation['held']): ContainerRecommendation => ({ name, held })
  const one = held('app', { cpu: 'HeldForHpa' })
  const cases: readonly (readonly [
    what: string,
    before: ContainerRecommendation[],
    next: ContainerRecommendation[],
    string[],
  ])[] = [
    ['is told when it begins', app('1', '1Gi'), [one], ['HeldForHpa app cpu']],
    ['is not told again', [one], [one], []],
    ['is not told when it ends', [one], app('1', '1Gi'), []],
    [
      'is reported together with others of its kind',
      [one],
      [one, held('web', { cpu: 'HeldForHpa', memory: 'HeldForHpa' })],
      ['HeldForHpa app cpu, web cpu, web memory'],
    ],
    [
      'is told for each kind',
      [],
      [held('app', { cpu: 'HeldForHpa', memory: 'HeldForVpa' })],
      ['HeldForVpa app memory', 'HeldForHpa app cpu'],
    ],
  ]
  for (const [what, before, next, expected] of cases)
    test(what, () => {
      const { others } = after(before, next)
      assert.deepEqual(
        others.map(({ reason, message }) => `${reason} ${message}`),
        expected,
      )
      assert.ok(others.every(({ by }) => by === 'plimsoll'))
    })
})

test('values move if a resource gets other values, but not if an autoscaler takes it over', () => {
  const moves = (from: ContainerRecommendation[], to: ContainerRecommendation[]) =>
    movesValues(readValues(from), readValues(to))
  assert.equal(moves(app('1', '1Gi'), app('1', '1Gi')), false)
  assert.equal(
    moves(app('1', '1Gi'), [{ name: 'app', memory: { request: '1Gi' }, held: { cpu: 'HeldForHpa' } }]),
    false,
  )
  assert.equal(moves(app('1', '1Gi'), app('1', '1Gi', '1Gi')), true)
  assert.equal(moves([], app('1', '1Gi')), true)
  assert.equal(moves(app('1', '1Gi'), [...app('1', '1Gi'), { name: 'web', cpu: { request: '1' } }]), true)
})

describe('the reported limits', () => {
  const memory = { container: 'app', resource: 'memory' } as const
  const both = { ...memory, from: { request: '1Gi', limit: '2Gi' }, to: { request: '512Mi', limit: '768Mi' } }
  const onlyLimit = { ...memory, from: { request: '1Gi', limit: '2Gi' }, to: { request: '1Gi', limit: '1536Mi' } }
  const told = (changes: readonly (typeof both)[], policy: 'keep' | 'ratio' | 'headroom' | 'none') =>
    withInjectedLimits({ ...EVENT, changes }, { cpu: 'headroom', memory: policy })

  test('are those that Pods get: the learned limit with headroom', () => {
    assert.deepEqual(told([both, onlyLimit], 'headroom'), { ...EVENT, changes: [both, onlyLimit] })
  })

  for (const policy of ['keep', 'ratio', 'none'] as const) {
    test(`is nothing under ${policy}, where no Pod gets the learned limit`, () => {
      const changes = [{ ...memory, from: { request: '1Gi' }, to: { request: '512Mi' } }]
      assert.deepEqual(told([both, onlyLimit], policy), { ...EVENT, changes })
      assert.deepEqual(told([onlyLimit], policy), EVENT)
    })
  }

  test('are none if a heap follows the memory limit, so that it stays the same', () => {
    const limits = { cpu: 'headroom', memory: 'headroom' } as const
    const changes = [{ ...memory, from: { request: '1Gi' }, to: { request: '512Mi' } }]
    assert.deepEqual(withInjectedLimits({ ...EVENT, changes: [both] }, limits, new Set(['app'])), { ...EVENT, changes })
    assert.deepEqual(withInjectedLimits({ ...EVENT, changes: [both] }, limits, new Set(['web'])), {
      ...EVENT,
      changes: [both],
    })
  })

  test('keep the one that exists, if a value is new or is removed', () => {
    const first = { ...memory, to: { request: '1Gi', limit: '2Gi' } }
    const gone = { ...memory, from: { request: '1Gi', limit: '2Gi' } }
    assert.deepEqual(
      withInjectedLimits({ ...EVENT, changes: [first, gone] }, { cpu: 'none', memory: 'none' }).changes,
      [
        { ...memory, to: { request: '1Gi' } },
        { ...memory, from: { request: '1Gi' } },
      ],
    )
    assert.deepEqual(withInjectedLimits(EVENT, { cpu: 'none', memory: 'none' }), EVENT)
  })
})
