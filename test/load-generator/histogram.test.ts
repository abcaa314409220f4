import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Histogram } from '../../src/load-generator/histogram.ts'

const SHARES = [0.5, 0.9, 0.95, 0.99, 1]

describe('the histogram of latencies', () => {
  it('gives each percentile within 0.5 % of the exact one', () => {
    const latency = fc.double({ min: 0.01, max: 3_600_000, noNaN: true })
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1, maxLength: 500 }), (values) => {
        const histogram = new Histogram()
        for (const value of values) histogram.add(value)
        const sorted = values.toSorted((a, b) => a - b)
        for (const share of SHARES) {
          const exact = sorted[Math.max(1, Math.ceil(share * values.length)) - 1]!
          assert.ok(
            Math.abs(histogram.quantile(share) / exact - 1) <= 0.00501,
            `${share}: ${histogram.quantile(share)}, ${exact}`,
          )
        }
        assert.equal(histogram.max, sorted.at(-1))
        assert.equal(histogram.count, values.length)
      }),
    )
  })

  it('never gives more than the highest value, and never less for a higher percentile', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 }), (values) => {
        const histogram = new Histogram()
        for (const value of values) histogram.add(value)
        const quantiles = SHARES.map((share) => histogram.quantile(share))
        assert.deepEqual(
          quantiles,
          quantiles.toSorted((a, b) => a - b),
        )
        assert.ok(quantiles.at(-1)! <= histogram.max)
      }),
    )
  })

  it('counts values outside its range in its first and last bucket', () => {
    const histogram = new Histogram()
    histogram.add(0)
    histogram.add(1e12)
    assert.equal(histogram.count, 2)
    assert.ok(histogram.quantile(0.5) <= 0.0101)
    assert.ok(histogram.quantile(1) >= 3_500_000)
  })

  it('has no percentile above 0 without values', () => {
    assert.equal(new Histogram().quantile(0.95), 0)
  })
})
