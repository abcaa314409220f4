import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { differenceOfShares, type Group, sumOf } from '../../src/slos/index.ts'

function group(...byPod: readonly (readonly [bad: number, total: number])[]): Group {
  const requests = byPod.map(([bad, total]) => ({ bad, total }))
  return { pods: byPod.length, requests: sumOf(requests), byPod: requests }
}
const lowOf = (a: Group, b: Group) => differenceOfShares(a, b)!.low

describe('the difference of two shares', () => {
  test('has an interval around it, within -1 and 1', () => {
    const { difference, low, high } = differenceOfShares(group([30, 100]), group([10, 100]))!
    assert.equal(difference.toFixed(2), '0.20')
    assert.ok(low < difference && difference < high && low >= -1 && high <= 1)
  })

  /** Computed apart from the code, with quantiles of tables of the t distribution: 4.501 for 8 degrees of freedom, 4.025 for 11. */
  for (const [what, own, others, low, high] of [
    ['one Pod against one', [[30, 100]], [[10, 100]], -0.2443, 0.5766],
    ['one Pod against one with fewer requests', [[60, 100]], [[1, 20]], -0.1165, 0.8196],
    [
      'Pods that differ, which have a correlation of 0.079',
      [
        [40, 100],
        [5, 50],
        [25, 100],
      ],
      [
        [5, 100],
        [18, 100],
      ],
      -0.1781,
      0.4413,
    ],
  ] as const)
    test(`has the limits of the papers for ${what}`, () => {
      const found = differenceOfShares(group(...own), group(...others))!
      assert.ok(Math.abs(found.low - low) < 0.002 && Math.abs(found.high - high) < 0.002, JSON.stringify(found))
    })

  test('counts a Pod without requests as none', () => {
    const [own, others] = [group([30, 100], [20, 100]), group([10, 100])]
    assert.equal(lowOf(group([30, 100], [20, 100], [0, 0]), others), lowOf(own, others))
  })

  test('is not known where one of them had no requests', () => {
    assert.equal(differenceOfShares(group([0, 0]), group([1, 10])), undefined)
    assert.equal(differenceOfShares(group([1, 10]), group()), undefined)
  })

  test('turns its sign with the groups', () => {
    const [a, b] = [group([30, 100], [20, 100]), group([10, 100], [10, 100])]
    assert.equal(lowOf(a, b).toFixed(9), (-differenceOfShares(b, a)!.high).toFixed(9))
  })

  test('is surer of more Pods, and not of more requests of one Pod alone', () => {
    const once = lowOf(group([60, 100]), group([5, 100]))
    const often = lowOf(group([60_000, 100_000]), group([5_000, 100_000]))
    const four = lowOf(group(...Array(4).fill([60, 100])), group(...Array(4).fill([5, 100])))
    assert.ok(once < often && often < 0.45, `${once} ${often}`)
    assert.ok(four > often, `${four}`)
  })

  test('is less sure where the Pods of a group differ', () => {
    const even = lowOf(group([300, 1_000], [300, 1_000], [300, 1_000]), group([50, 1_000], [50, 1_000], [50, 1_000]))
    const uneven = lowOf(group([900, 1_000], [0, 1_000], [0, 1_000]), group([50, 1_000], [50, 1_000], [50, 1_000]))
    assert.ok(even > 0 && uneven < 0, `${even} ${uneven}`)
  })

  test('is taken for sure from some twenty requests of a Pod where all of one are bad and none of the other', () => {
    assert.ok(lowOf(group([20, 20]), group([0, 20])) > 0)
    assert.ok(lowOf(group([5, 5]), group([0, 5])) < 0)
  })

  /** Rows of docs/slo-guard.md. */
  for (const [what, own, others, isWorse] of [
    ['one Pod against one, all of twenty requests bad', [[20, 20]], [[0, 20]], true],
    ['one Pod against one, 60 % against 3 %', [[600, 1_000]], [[30, 1_000]], true],
    ['one Pod against three, 5 % against 0.05 %', [[50, 1_000]], Array(3).fill([0.5, 1_000]), false],
    ['five Pods against five, 5 % against 0.05 %', Array(5).fill([50, 1_000]), Array(5).fill([0.5, 1_000]), true],
    [
      'eight Pods against eight, one of them all bad',
      [[1_000, 1_000], ...Array(7).fill([0, 1_000])],
      Array(8).fill([0, 1_000]),
      false,
    ],
  ] as const)
    test(`${isWorse ? 'is' : 'is not'} above chance for ${what}`, () => {
      assert.equal(lowOf(group(...own), group(...others)) > 0, isWorse)
    })

  test('counts Pods where their requests are not known one by one', () => {
    const known = { requests: { bad: 300, total: 1_000 } }
    const other = { requests: { bad: 50, total: 1_000 } }
    const low = (pods: number) => lowOf({ pods, ...known }, { pods, ...other })
    assert.ok(low(10) > low(1))
  })
})
