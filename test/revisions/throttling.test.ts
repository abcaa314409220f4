import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { describeThrottling, isThrottledMore, throttlingOf } from '../../src/revisions/throttling.ts'
import { pod } from './reconcile-input.ts'

const held = (revision: number | undefined, throttled: number, periods: number) =>
  pod(revision, 0, { throttling: { periods, throttled } })

describe('throttling of the Pods of a canary, and of the others', () => {
  test('is counted for all Pods of a group together: a busy one counts more', () => {
    const pods = [held(7, 50, 100), held(7, 0, 300), held(6, 10, 100), held(undefined, 0, 100), pod(7, 0), pod(6, 0)]
    assert.deepEqual(throttlingOf(7, pods), { own: 0.125, others: 0.05, ownPeriods: 400 })
  })

  test('is zero if no container ran with a limit, and unknown if the history has no figures', () => {
    assert.deepEqual(throttlingOf(7, [held(7, 0, 0)]), { own: 0, others: 0, ownPeriods: 0 })
    assert.equal(throttlingOf(7, [pod(7, 0), pod(undefined, 0)]), undefined)
    assert.equal(throttlingOf(7, []), undefined)
  })

  test('is written in whole percent', () => {
    assert.equal(
      describeThrottling({ own: 0.126, others: 0.004, ownPeriods: 1 }),
      'throttled at their CPU limits in 13 % of their CPU periods, the other Pods in 0 %',
    )
  })
})

describe('a canary is held back more than the others', () => {
  const cases: readonly (readonly [own: number, others: number, ownPeriods: number, isOver: boolean, boolean])[] = [
    // At its end: five hundredths, over one busy minute.
    [0.05, 0, 600, true, true],
    [0.049, 0, 600, true, false],
    [0.05, 0, 599, true, false],
    [0.5, 0.46, 9_999, true, false],
    // Before: a quarter, over ten minutes.
    [0.25, 0, 6_000, false, true],
    [0.249, 0, 6_000, false, false],
    [0.25, 0, 5_999, false, false],
    [0.5, 0.26, 9_999, false, false],
    [0, 1, 9_999, true, false],
  ]
  for (const [own, others, ownPeriods, isOver, expected] of cases)
    test(`by ${own} to ${others} of ${ownPeriods} periods, ${isOver ? 'at its end' : 'before its end'}: ${expected}`, () =>
      assert.equal(isThrottledMore({ own, others, ownPeriods }, isOver), expected))
})
