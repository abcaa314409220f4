import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Change, RecommendationStatus } from '../../src/api/index.ts'
import { lastLowered, paceOf } from '../../src/revisions/pace.ts'
import { at, HOUR, makeRevision } from './reconcile-input.ts'

const RULES = { betweenDecreasesMilliseconds: 6 * HOUR, betweenStepsUpMilliseconds: HOUR }
const learned = makeRevision(5)

describe('the pace', () => {
  const newer = makeRevision(4)
  const step = { ...makeRevision(6), towards: 5 }
  const cases: readonly (readonly [
    why: string,
    current: ReturnType<typeof makeRevision> | undefined,
    lowered: number | undefined,
    hours: number,
    expected: string,
  ])[] = [
    ['before the first revision', undefined, undefined, 0, 'due'],
    ['after something was learned and nothing lowered', newer, undefined, 0, 'due'],
    ['after something was learned, shortly after a decrease', newer, 0, 5.999, 'raising'],
    ['after something was learned, when decreases are due', newer, 0, 6, 'due'],
    ['right after a step up to what is learned', step, undefined, 0.999, 'lowering'],
    ['when the next step up is due', step, undefined, 1, 'due'],
    ['right after a step that went up and down', step, 0, 0.999, 'waiting'],
    ['when the next step up is due, but no decrease', step, 0, 1, 'raising'],
    ['right after what was learned was applied whole', learned, 0, 0, 'waiting'],
  ]
  for (const [why, current, lowered, hours, expected] of cases)
    test(`${why}: ${expected}`, () => {
      const loweredMilliseconds = lowered === undefined ? undefined : at(lowered).getTime()
      assert.equal(paceOf(current, { learned }, loweredMilliseconds, at(hours), RULES), expected)
    })

  test('treats nothing as newly learned if nothing is learned', () => {
    assert.equal(paceOf(newer, {}, at(0).getTime(), at(0.5), RULES), 'waiting')
  })
})

describe('the last decrease', () => {
  const change = (hours: number, from: object | undefined, to: object | undefined): Change => ({
    ...{ time: at(hours).toISOString(), reason: 'Learned', by: 'plimsoll' },
    changes: [{ container: 'app', resource: 'memory', ...(from && { from }), ...(to && { to }) }],
  })
  const lowered = (...changelog: Change[]) => {
    const found = lastLowered({ changelog } as RecommendationStatus, at(0).getTime())
    return found === undefined ? undefined : (found - at(0).getTime()) / HOUR
  }

  for (const [what, from, to, expected] of [
    ['a request that fell', { request: '2Gi' }, { request: '1Gi' }, 1],
    ['a request that rose', { request: '1Gi' }, { request: '2Gi' }, undefined],
    ['a limit that fell', { request: '1Gi', limit: '2Gi' }, { request: '1Gi', limit: '1Gi' }, 1],
    ['a limit that was added', { request: '1Gi' }, { request: '1Gi', limit: '4Gi' }, 1],
    ['a limit that was dropped', { request: '1Gi', limit: '2Gi' }, { request: '1Gi' }, undefined],
    ['a first request', undefined, { request: '1Gi' }, undefined],
    ['values that went', { request: '1Gi' }, undefined, undefined],
  ] as const)
    test(`of ${what} is ${expected === undefined ? 'none' : 'that'}`, () =>
      assert.equal(lowered(change(1, from, to)), expected))

  test('is the newest of several, even after later raises', () => {
    const down = (hours: number) => change(hours, { request: '2' }, { request: '1' })
    const held: Change = { time: at(4).toISOString(), reason: 'Held', by: 'ada' }
    assert.equal(lowered(down(1), down(2), change(3, { request: '1' }, { request: '2' }), held), 2)
  })

  test('may also be a raise for pressure, which is lowered as slowly', () => {
    const raise: Change = { ...change(2, { request: '1' }, { request: '2' }), reason: 'RaisedForPressure' }
    assert.equal(lowered(change(1, { request: '2' }, { request: '1' }), raise), 2)
  })

  test('is not searched for before it matters', () => {
    assert.equal(lowered(change(-0.001, { request: '2' }, { request: '1' })), undefined)
    assert.equal(lastLowered({}, 0), undefined)
  })
})
