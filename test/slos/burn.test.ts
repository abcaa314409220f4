import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  budgetLeft,
  fastBurnShare,
  isBurning,
  isDegraded,
  isFastBurn,
  isKnown,
  type Requests,
  type SloReading,
  shareOf,
} from '../../src/slos/index.ts'

const of = (bad: number, total: number): Requests => ({ bad, total })

function reading(changes: Partial<SloReading> = {}, budget = 0.05): SloReading {
  const objective = { name: 'web', kind: 'latency', budget, windowSeconds: 30 * 86_400, text: 'below 250 ms' } as const
  return { objective, state: 'Found', readAtSeconds: 1_000, ...changes }
}
const burning = (long: Requests, overWindow?: Requests, short = long) => reading({ burn: { long, short }, overWindow })

describe('a share of bad requests', () => {
  test('is at most 1, although numbers are extrapolated', () => {
    assert.deepEqual([shareOf(of(1, 4)), shareOf(of(10.4, 10))], [0.25, 1])
  })

  test('is not known without requests, or where the store has no number', () => {
    for (const requests of [
      of(0, 0),
      of(Number.NaN, 10),
      of(1, Number.NaN),
      of(1, Number.POSITIVE_INFINITY),
      of(-1, 10),
    ])
      assert.equal(shareOf(requests), undefined)
  })
})

describe('an error budget burns', () => {
  test('while the share of the long window is above it, and not while it is equal', () => {
    assert.deepEqual(
      [of(51, 1_000), of(50, 1_000)].map((long) => isBurning(burning(long))),
      [true, false],
    )
  })

  test('not for one bad request of three, unless requests were as bad over the window of the objective', () => {
    assert.equal(isBurning(burning(of(1, 3))), false)
    assert.equal(isBurning(burning(of(1, 3), of(1, 2_000))), false)
    assert.equal(isBurning(burning(of(1, 3), of(700, 2_000))), true)
    assert.equal(isBurning(burning(of(1, 3), of(700, 2_000_000))), false, 'many were bad, and their share was small')
    assert.equal(isBurning(burning(of(1, 3), of(50, 1_000))), false, 'their share was the budget')
    assert.equal(isBurning(burning(of(0, 3), of(700, 2_000))), false, 'it no longer burns')
  })

  test('for three bad requests, and not for two', () => {
    assert.deepEqual(
      [of(3, 5), of(2, 5)].map((long) => isBurning(burning(long))),
      [true, false],
    )
  })

  test('until its share is clearly below the budget, so that it does not flap', () => {
    const shares = [of(46, 1_000), of(45, 1_000)].map(burning as (long: Requests) => SloReading)
    assert.deepEqual(
      shares.map((one) => isBurning(one, true)),
      [true, false],
    )
    assert.equal(isBurning(burning(of(46, 1_000))), false)
  })

  test('not without requests', () => {
    assert.equal(isBurning(burning(of(0, 0))), false)
    assert.equal(isBurning(reading()), false)
  })
})

describe('a budget burns fast', () => {
  test('at 14.4 times the budget, or at half of what is left above it, whichever is less', () => {
    assert.equal(fastBurnShare(0.001).toFixed(4), '0.0144')
    assert.equal(fastBurnShare(0.05).toFixed(4), '0.5250')
    assert.equal(fastBurnShare(0.5), 0.75)
  })

  test('only in both windows: a short burst does not, and neither does what is over', () => {
    const fast = (long: Requests, short: Requests) => isFastBurn({ long, short }, 0.05)
    assert.equal(fast(of(60, 100), of(6, 10)), true)
    assert.equal(fast(of(10, 100), of(6, 10)), false)
    assert.equal(fast(of(60, 100), of(0, 10)), false)
    assert.equal(fast(of(60, 100), of(0, 0)), false)
    assert.equal(fast(of(2, 3), of(2, 3)), false, 'too few')
    assert.equal(fast(of(3, 3), of(3, 3)), true, 'just enough')
    assert.equal(fast(of(21, 40), of(21, 40)), true, 'the share itself, 52.5 %')
  })

  test('not at a budget of 0 without a bad request', () => {
    assert.equal(isFastBurn({ long: of(0, 100), short: of(0, 10) }, 0), false)
    assert.equal(isFastBurn({ long: of(5, 100), short: of(0, 10) }, 0), false)
    assert.equal(isFastBurn({ long: of(5, 100), short: of(1, 10) }, 0), true)
  })
})

test('an objective is known while its series are, with numbers, and were read in the last ten minutes', () => {
  const burn = { long: of(1, 10), short: of(0, 1) }
  assert.equal(isKnown(reading({ burn }), 1_600), true)
  assert.equal(isKnown(reading(), 1_600), true, 'no requests')
  assert.equal(isKnown(reading({ burn }), 1_601), false)
  assert.equal(isKnown(reading({ burn: { ...burn, long: of(Number.NaN, 10) } }), 1_000), false)
  for (const short of [of(0, Number.NaN), of(Number.POSITIVE_INFINITY, 1), of(-1, 1), of(0, -1)])
    assert.equal(isKnown(reading({ burn: { ...burn, short } }), 1_000), false)
  for (const state of ['NoSeries', 'Stale', 'Unreachable', 'Invalid'] as const)
    assert.equal(isKnown(reading({ state }), 1_000), false)
})

test('what is left of a budget is 1 without bad requests, and below 0 where it is exceeded', () => {
  const left = (overWindow?: Requests) => budgetLeft(reading({ overWindow }))?.toFixed(2)
  assert.deepEqual(
    [left(of(0, 10)), left(of(25, 1_000)), left(of(100, 1_000)), left()],
    ['1.00', '0.50', '-1.00', undefined],
  )
})

test('nothing can be left of a budget of 0', () => {
  assert.equal(budgetLeft(reading({ overWindow: of(0, 10) }, 0)), undefined)
})

test('a workload has degraded if it burns now, in both windows, and is not always as bad', () => {
  const bad = of(200, 1_000)
  assert.equal(isDegraded(burning(bad)), true)
  assert.equal(isDegraded(burning(bad, of(1_000, 100_000))), true)
  assert.equal(isDegraded(burning(bad, of(20_000, 100_000))), false, 'always')
  assert.equal(isDegraded(burning(bad, undefined, of(1, 100))), false, 'no longer')
  assert.equal(isDegraded(burning(of(1, 1_000))), false)
  assert.equal(isDegraded(burning(of(1, 1_000), undefined, bad)), false, 'only just now')
  assert.equal(isDegraded(burning(bad, of(10_000, 100_000))), true, 'twice as bad as always')
  assert.equal(isDegraded(reading()), false)
})

describe('a change of all Pods that makes this share of the requests slow burns the budget of a p95 fast', () => {
  /** Of the requests before the change. */
  const BEFORE = 0.01
  // docs/slo-guard.md has these rows.
  for (const [after, minutes] of [
    [1, 32],
    [0.8, 40],
    [0.6, 53],
    [0.53, 60],
  ] as const)
    test(`${after * 100} %: after ${minutes} minutes, with a long window of an hour`, () => {
      const isFast = (passed: number) => {
        const long = of(after * passed + BEFORE * (60 - passed), 60)
        return isFastBurn({ long, short: of(after, 1) }, 0.05)
      }
      assert.deepEqual([isFast(minutes - 1), isFast(minutes)], [false, true])
    })
})
