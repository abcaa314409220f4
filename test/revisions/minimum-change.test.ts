import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ContainerRecommendation, readValues } from '../../src/api/index.ts'
import { isSameAllotment, parseQuantity } from '../../src/resources/index.ts'
import { isClose, isWorthMoving, isWorthwhile } from '../../src/revisions/minimum-change.ts'
import { app, RULES } from './reconcile-input.ts'

/** A tenth and 10m, or a tenth and 16Mi. */
const MINIMUM = RULES.minimumChange
const q = (text: string | undefined) => parseQuantity(text)

describe('a value changes enough', () => {
  const cases: readonly (readonly [
    resource: 'cpu' | 'memory',
    from: string | undefined,
    to: string | undefined,
    boolean,
  ])[] = [
    ['cpu', '1', '1100m', true],
    ['cpu', '1', '1099m', false],
    ['cpu', '1', '900m', true],
    ['cpu', '1', '901m', false],
    ['cpu', '50m', '60m', true],
    ['cpu', '50m', '59m', false],
    ['memory', '100Mi', '116Mi', true],
    ['memory', '100Mi', '115Mi', false],
    ['cpu', undefined, '1m', true],
    ['cpu', '1m', undefined, true],
    ['cpu', undefined, undefined, false],
  ]
  for (const [resource, from, to, expected] of cases)
    test(`${resource} from ${from} to ${to}: ${expected}`, () =>
      assert.equal(isWorthMoving(resource, q(from), q(to), MINIMUM), expected))
})

test('request and limit both count, whether values are close or equal', () => {
  const [from, request, limit] = [app('1', '1Gi', '2Gi'), app('1', '2Gi', '2Gi'), app('1', '1Gi', '3Gi')].map(
    (containers) => readValues(containers).get('app')!.memory!,
  )
  for (const to of [request!, limit!])
    assert.deepEqual([isClose('memory', from, to, MINIMUM), isSameAllotment(from!, to)], [false, false])
  assert.deepEqual([isClose('memory', from, from, MINIMUM), isSameAllotment(from!, { ...from! })], [true, true])
  assert.equal(isClose('memory', undefined, undefined, MINIMUM), true)
})

describe('values are worth a new revision', () => {
  const one = app('1', '1Gi')
  const proxy = (cpu: string): ContainerRecommendation => ({ name: 'proxy', cpu: { request: cpu } })
  const held = (code?: string): ContainerRecommendation => ({ name: 'app', ...(code && { held: { cpu: code } }) })
  const cases: readonly (readonly [
    why: string,
    from: ContainerRecommendation[] | undefined,
    to: ContainerRecommendation[],
    boolean,
  ])[] = [
    ['there were none before', undefined, [], true],
    ['nothing moves', one, one, false],
    ['less than enough moves', one, app('1050m', '1Gi'), false],
    ['one resource moves', one, app('1', '2Gi'), true],
    ['one of several containers moves', [...one, proxy('1')], [...one, proxy('2')], true],
    ['a container is new', one, [...one, proxy('1')], true],
    ['a container is gone', [...one, proxy('1')], one, true],
    ['a container has another name', [proxy('1')], [{ ...proxy('1'), name: 'envoy' }], true],
    ['an autoscaler holds a resource', [held()], [held('HeldForHpa')], true],
    ['another autoscaler holds it', [held('HeldForHpa')], [held('HeldForVpa')], true],
    ['the same autoscaler holds it', [held('HeldForHpa')], [held('HeldForHpa')], false],
  ]
  for (const [why, from, to, expected] of cases)
    test(`${why}: ${expected}`, () =>
      assert.equal(isWorthwhile(from && readValues(from), readValues(to), MINIMUM), expected))
})
