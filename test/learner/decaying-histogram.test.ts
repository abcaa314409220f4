import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { DecayingHistogram, HALF_LIFE_SECONDS } from '../../src/learner/decaying-histogram.ts'
import { CPU_BUCKETS } from '../../src/learner/log-buckets.ts'
import { cpuCores, DAY, START } from './usage.ts'

interface Point {
  readonly at: number
  readonly cores: number
}

const points = fc.array(fc.record({ at: fc.integer({ min: START, max: START + 60 * DAY }), cores: cpuCores }), {
  minLength: 1,
  maxLength: 300,
})
const quantile = fc.constantFrom(0.5, 0.9, 0.95, 0.99)

function learned(points: readonly Point[]): DecayingHistogram {
  const histogram = new DecayingHistogram(CPU_BUCKETS)
  for (const { at, cores } of points) histogram.add(cores, at)
  return histogram
}

/** The definition, on raw samples. */
function exactQuantile(points: readonly Point[], q: number): number {
  const newest = Math.max(...points.map(({ at }) => at))
  const weighted = points
    .map(({ at, cores }) => ({ cores, weight: 2 ** ((at - newest) / HALF_LIFE_SECONDS) }))
    .sort((a, b) => a.cores - b.cores)
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0)
  let cumulated = 0
  for (const { cores, weight } of weighted) {
    cumulated += weight
    if (cumulated >= q * total) return cores
  }
  return weighted.at(-1)!.cores
}

describe('decaying histogram', () => {
  test('a quantile is the upper edge of the bucket of the exact weighted quantile', () => {
    fc.assert(
      fc.property(points, quantile, (points, q) => {
        const estimate = learned(points).quantile(q)!
        // Where the cumulated weight meets q to within rounding, either neighbour is right.
        const edges = [q - 3e-5, q + 3e-5].map((near) => CPU_BUCKETS.indexOf(exactQuantile(points, near)))
        assert.ok(CPU_BUCKETS.upperEdge(edges[0]!) <= estimate && estimate <= CPU_BUCKETS.upperEdge(edges[1]!))
      }),
    )
  })

  test('the order in which samples come does not matter beyond one bucket', () => {
    fc.assert(
      fc.property(points, quantile, fc.integer(), (points, q, seed) => {
        const shuffled = points.toSorted((a, b) => Math.sin(a.at * seed + a.cores) - Math.sin(b.at * seed + b.cores))
        const index = (order: readonly Point[]) => CPU_BUCKETS.indexOf(learned(order).quantile(q)! * 0.9999)
        const near = [q - 3e-5, q + 3e-5].map((p) => CPU_BUCKETS.indexOf(exactQuantile(points, p)))
        assert.ok(index(points) === index(shuffled) || near[0] !== near[1])
      }),
    )
  })

  test('a sample weighs half as much as one that is a half-life younger', () => {
    const histogram = new DecayingHistogram(CPU_BUCKETS)
    histogram.add(2, START)
    histogram.add(2, START)
    histogram.add(1, START + HALF_LIFE_SECONDS)
    assert.ok(histogram.quantile(0.499)! < 1.06)
    assert.ok(histogram.quantile(0.501)! > 2)
  })

  test('it is empty until a sample comes', () => {
    const histogram = new DecayingHistogram(CPU_BUCKETS)
    assert.equal(histogram.quantile(0.5), undefined)
    histogram.add(0, START)
    assert.equal(histogram.quantile(0.5), 0.001)
  })

  test('it goes on through decades, whichever way time jumps', () => {
    const histogram = new DecayingHistogram(CPU_BUCKETS)
    for (const years of [0, 30, 60, 10, 60.5]) {
      for (let i = 0; i < 10; i++) histogram.add(years + 1, years * 365 * DAY + i * 300)
      const latest = Math.max(years, years === 10 ? 60 : 0)
      assert.equal(CPU_BUCKETS.indexOf(histogram.quantile(0.5)! * 0.9999), CPU_BUCKETS.indexOf(latest + 1))
    }
  })

  test('weights stay finite through long pauses', () => {
    const histogram = new DecayingHistogram(CPU_BUCKETS)
    for (const [index, halfLives] of [0, 200, 300, 400].entries()) {
      for (let i = 0; i < 10; i++) histogram.add(index + 1, START + halfLives * HALF_LIFE_SECONDS)
      assert.equal(histogram.quantile(0.01), CPU_BUCKETS.upperEdge(CPU_BUCKETS.indexOf(index + 1)))
    }
  })

  test('a reference that moves on keeps the shares', () => {
    // 192 days past the first sample the reference moves; the older samples still stand in the proportion 3 : 1.
    const histogram = new DecayingHistogram(CPU_BUCKETS)
    const later = START + 64 * HALF_LIFE_SECONDS
    histogram.add(9, START)
    for (const cores of [1, 1, 1, 4]) histogram.add(cores, later - HALF_LIFE_SECONDS)
    histogram.add(16, later + HALF_LIFE_SECONDS + DAY)
    const share = 2 ** (2 + 1 / 3)
    const total = 4 + share
    const upper = (cores: number) => CPU_BUCKETS.upperEdge(CPU_BUCKETS.indexOf(cores))
    assert.equal(histogram.quantile(2.99 / total), upper(1))
    assert.equal(histogram.quantile(3.01 / total), upper(4))
    assert.equal(histogram.quantile(3.99 / total), upper(4))
    assert.equal(histogram.quantile(4.01 / total), upper(16))
  })

  test('samples of a huge fleet all count, although weights are single-precision', () => {
    // The upper bucket weighs 2²⁴, then 2²² samples of weight 1 join it: a plain float sum would not move at all.
    const histogram = new DecayingHistogram(CPU_BUCKETS)
    histogram.add(1, START + 24 * HALF_LIFE_SECONDS)
    histogram.add(2, START + 24 * HALF_LIFE_SECONDS)
    for (let i = 0; i < 2 ** 22; i++) histogram.add(2, START)
    const lowerShare = 1 / (1 + 1.25)
    assert.ok(histogram.quantile(lowerShare - 0.001)! < 1.06)
    assert.ok(histogram.quantile(lowerShare + 0.001)! > 2)
  })
})
