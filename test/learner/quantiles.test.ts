import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { atShare, quantileOfCounts } from '../../src/learner/quantiles.ts'

describe('quantiles', () => {
  test('of sorted values are the least that the share does not exceed', () => {
    const values = Uint8Array.of(10, 20, 30, 40, 50)
    for (const [share, expected] of [
      [0, 10],
      [0.2, 10],
      [0.21, 20],
      [0.5, 30],
      [0.6, 30],
      [0.8, 40],
      [0.95, 50],
      [1, 50],
    ] as const)
      assert.equal(atShare(values, share), expected, `${share}`)
    assert.equal(atShare(Uint8Array.of(7), 0), 7)
  })

  test('of counts are the first bucket that reaches the share', () => {
    const counts = Float64Array.of(0, 2, 0, 1, 1)
    for (const [share, expected] of [
      [0.25, 1],
      [0.5, 1],
      [0.51, 3],
      [0.75, 3],
      [0.76, 4],
      [1, 4],
    ] as const)
      assert.equal(quantileOfCounts(counts, 4, share), expected, `${share}`)
    assert.equal(quantileOfCounts(counts, 8, 1), 4, 'more than there is: the last')
  })

  test('do not move for a rounding error', () => {
    const tenths = Float64Array.from({ length: 10 }, () => 0.1)
    assert.equal(quantileOfCounts(tenths, 1, 0.3), 2)
    assert.equal(quantileOfCounts(tenths, 1, 0.8), 7)
    assert.equal(
      atShare(
        Uint8Array.from({ length: 100 }, (_, i) => i),
        0.07 * 3,
      ),
      20,
    )
  })

  test('agree, whether of values or of their counts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(20), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (values, n) => {
          const sorted = Uint8Array.from(values).sort()
          const counts = new Float64Array(21)
          for (const value of values) counts[value]!++
          assert.equal(atShare(sorted, n / 40), quantileOfCounts(counts, values.length, n / 40))
        },
      ),
    )
  })
})
