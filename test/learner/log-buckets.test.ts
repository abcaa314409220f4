import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { CPU_BUCKETS, LogBuckets, MEMORY_BUCKETS } from '../../src/learner/log-buckets.ts'
import { cpuCores, memoryBytes } from './usage.ts'

describe('log buckets', () => {
  for (const [name, buckets, value, firstWidth] of [
    ['CPU', CPU_BUCKETS, cpuCores, 0.001],
    ['memory', MEMORY_BUCKETS, memoryBytes, 2 ** 20],
  ] as const) {
    test(`${name}: a value lies in its bucket, which is no wider than 5 % of it and the first width`, () => {
      fc.assert(
        fc.property(value, (v) => {
          const index = buckets.indexOf(v)
          const [low, high] = [buckets.lowerEdge(index), buckets.upperEdge(index)]
          assert.ok(low <= v && v < high, `${low} ≤ ${v} < ${high}`)
          assert.ok(high - low <= 0.05 * v + firstWidth * 1.000001)
        }),
      )
    })
  }

  test('an edge belongs to the bucket that it opens, what is just below it does not', () => {
    for (const buckets of [CPU_BUCKETS, MEMORY_BUCKETS]) {
      for (let i = 1; i < buckets.count; i++) {
        const edge = buckets.lowerEdge(i)
        assert.equal(buckets.indexOf(edge), i)
        assert.equal(buckets.indexOf(edge * (1 - Number.EPSILON)), i - 1)
      }
    }
  })

  test('they reach 1,115 cores and 2.3 TiB', () => {
    assert.equal(Math.round(CPU_BUCKETS.upperEdge(CPU_BUCKETS.count - 1)), 1115)
    assert.equal((MEMORY_BUCKETS.upperEdge(MEMORY_BUCKETS.count - 1) / 2 ** 40).toFixed(1), '2.3')
  })

  test('what lies beyond the last bucket is clamped into it', () => {
    const buckets = new LogBuckets(1, 10)
    assert.equal(buckets.indexOf(buckets.upperEdge(9) * 1.0001), 9)
    assert.equal(buckets.indexOf(1e300), 9)
    assert.equal(buckets.indexOf(0), 0)
  })
})
