import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ContainerRecommendation, readValues, writeValues } from '../../src/api/index.ts'
import {
  clampValues,
  DEFAULT_POLICY,
  explainReason,
  hasUnreadableGoal,
  knownReasons,
  limitBounds,
  mapResources,
  type ResourceBounds,
  readGoal,
  shareOf,
} from '../../src/policy/index.ts'
import { parseQuantity } from '../../src/resources/index.ts'

const q = (text: string) => parseQuantity(text)!

describe('values inside the bounds', () => {
  const bounds = (changes: Partial<ResourceBounds> = {}) => ({
    bounds: { cpu: { min: q('100m'), max: q('4') }, memory: { min: q('64Mi'), max: q('1Gi'), ...changes } },
  })
  const clamped = (request: string, limit: string | undefined, changes?: Partial<ResourceBounds>) => {
    const memory = { request, ...(limit && { limit }) }
    const values = readValues([{ name: 'app', memory, cpu: { request: '1' } }])
    const [app] = writeValues(clampValues(values, bounds(changes)))
    assert.deepEqual(app!.cpu, { request: '1' })
    return [app!.memory!.request, app!.memory!.limit].filter(Boolean).join('/')
  }
  const cases: readonly (readonly [
    request: string,
    limit: string | undefined,
    Partial<ResourceBounds>,
    expected: string,
  ])[] = [
    ['64Mi', '1Gi', {}, '64Mi/1Gi'],
    ['63Mi', '1025Mi', {}, '64Mi/1Gi'],
    ['1025Mi', undefined, {}, '1Gi'],
    ['64Mi', '100Mi', { minLimit: q('128Mi') }, '64Mi/128Mi'],
    ['64Mi', '1Gi', { maxLimit: q('512Mi') }, '64Mi/512Mi'],
    // A bound that is off the grain is kept, not exceeded.
    ['1Mi', undefined, { min: q('100M') }, '96Mi'],
    ['1Gi', undefined, { max: q('100M') }, '95Mi'],
  ]
  for (const [request, limit, changes, expected] of cases)
    test(`${request}/${limit ?? '-'} becomes ${expected}`, () =>
      assert.equal(clamped(request, limit, changes), expected))

  test('bounds of limits narrow those of all values, and never widen them', () => {
    const both = { min: 10n, max: 20n }
    assert.deepEqual(limitBounds(both), both)
    assert.deepEqual(limitBounds({ ...both, minLimit: 11n, maxLimit: 19n }), { min: 11n, max: 19n })
    assert.deepEqual(limitBounds({ ...both, minLimit: 9n, maxLimit: 21n }), both)
  })

  test('are by default those of the chart', () => {
    assert.deepEqual(DEFAULT_POLICY, {
      bounds: { cpu: { min: q('10m'), max: q('16') }, memory: { min: q('32Mi'), max: q('64Gi') } },
      ...{ limits: { cpu: 'none', memory: 'headroom' }, sizeBestEffort: true },
    })
  })
})

test('each existing resource can be changed or removed, and the rest of its container is kept', () => {
  const held = { memory: 'HeldForHpa' }
  const app: ContainerRecommendation = { name: 'app', cpu: { request: '1' }, held }
  const both: ContainerRecommendation = { name: 'web', cpu: { request: '1' }, memory: { request: '1Gi' } }
  const seen: string[] = []
  const changed = mapResources(readValues([app, both]), (value, resource, container) => {
    seen.push(`${container} ${resource}`)
    return resource === 'cpu' ? { ...value, request: value.request * 2n } : undefined
  })
  assert.deepEqual(seen, ['app cpu', 'web cpu', 'web memory'])
  assert.deepEqual(writeValues(changed), [
    { name: 'app', cpu: { request: '2' }, held },
    { name: 'web', cpu: { request: '2' } },
  ])
  assert.deepEqual(Object.keys(changed.get('web')!), ['cpu'])
})

test('a share of a value is exact to millionths, even for the largest node', () => {
  assert.deepEqual([shareOf(1_000_000n, 0.5), shareOf(1_000_000n, 1e-6), shareOf(10n, 0.19)], [500_000n, 1n, 1n])
  assert.equal(shareOf(q('64Ti'), 0.999999), (q('64Ti') * 999_999n) / 1_000_000n)
})

test("the author's goal is one of three words; another one is reported and ignored", () => {
  const annotation = (goal: unknown) => ({ 'plimsoll.dev/goal': goal })
  for (const goal of ['savings', 'balanced', 'reliability'])
    assert.deepEqual([readGoal(annotation(goal)), hasUnreadableGoal(annotation(goal))], [goal, false])
  assert.deepEqual([readGoal(annotation('speed')), hasUnreadableGoal(annotation('speed'))], [undefined, true])
  assert.deepEqual([readGoal({}), hasUnreadableGoal({})], [undefined, false])
})

test('reasons by a newer Plimsoll are left out, and each of ours is one sentence', () => {
  assert.deepEqual(knownReasons(['Applied', 'Unheard', undefined, 'constructor', 'OptedOut']), ['Applied', 'OptedOut'])
  assert.deepEqual(knownReasons(undefined), [])
  assert.equal(explainReason('Applied'), 'the applied recommendation is injected')
})
