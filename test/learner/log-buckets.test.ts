import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { CPU_BUCKETS, LOG_STEP, MEMORY_BUCKETS } from '../../src/learner/log-buckets.ts'

const each = [
  { name: 'CPU', buckets: CPU_BUCKETS, grain: 0.001 },
  { name: 'memory', buckets: MEMORY_BUCKETS, grain: 2 ** 20 },
]

for (const { name, buckets, grain } of each) {
  const { edges, count } = buckets
  describe(`${name} buckets`, () => {
    test('contain every value between the previous edge and their own', () => {
      fc.assert(
        fc.property(fc.double({ min: 0, max: edges.at(-1)!, noNaN: true }), (value) => {
          const index = buckets.indexOf(value)
          assert.ok(value <= edges[index]!)
          assert.ok(index === 0 || value > edges[index - 1]!)
        }),
      )
    })

    test('contain their own edges, and clamp values beyond the last', () => {
      for (let i = 0; i < count; i++) assert.equal(buckets.indexOf(edges[i]!), i)
      assert.equal(buckets.indexOf(0), 0)
      assert.equal(buckets.indexOf(edges.at(-1)! * 100), count - 1)
    })

    test('are whole grains, at most 5 % and a grain apart', () => {
      for (let i = 1; i < count; i++) {
        const [low, high] = [edges[i - 1]!, edges[i]!]
        assert.ok(Math.abs(high / grain - Math.round(high / grain)) < 1e-6, `${high}`)
        assert.ok(high > low && high <= low * 1.05 + grain * 1.000001, `${low}..${high}`)
      }
    })

    test('fit in a byte, with one to spare', () => {
      assert.ok(count <= 255)
    })
  })
}

test('begin at 10m and 10Mi, and grow by 5 %, rounded up to whole grains', () => {
  assert.deepEqual(
    [...CPU_BUCKETS.edges.slice(0, 6)],
    [10, 11, 12, 13, 14, 15].map((grains) => grains * 0.001),
  )
  assert.equal(CPU_BUCKETS.edges[50], 0.14)
  assert.equal(CPU_BUCKETS.edges[0], 0.01)
  assert.deepEqual([CPU_BUCKETS.count, MEMORY_BUCKETS.count], [224, 255])
  assert.equal(MEMORY_BUCKETS.edges[0], 10 * 2 ** 20)
  assert.deepEqual([CPU_BUCKETS.edges.at(-1), MEMORY_BUCKETS.edges.at(-1)! / 2 ** 20], [645.611, 2_929_808])
  assert.equal(LOG_STEP, Math.log(1.05))
})

test('cover the largest machines', () => {
  assert.ok(CPU_BUCKETS.edges.at(-1)! > 448)
  assert.ok(MEMORY_BUCKETS.edges.at(-1)! > 2 * 2 ** 40)
})
