import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { OpenHour } from '../../src/learner/open-hour.ts'

describe('the open hour', () => {
  test('keeps up to sixty samples unchanged, sorted', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200), { minLength: 1, maxLength: 60 }), (buckets) => {
        const hour = new OpenHour()
        for (const bucket of buckets) hour.add(bucket)
        assert.deepEqual(
          [...hour.sorted()],
          buckets.toSorted((a, b) => a - b),
        )
      }),
    )
  })

  test('keeps the peak of any number, and the median to a few per cent of rank', () => {
    for (const count of [61, 100, 1000, 40_000]) {
      const hour = new OpenHour()
      for (let i = 0; i < count; i++) hour.add((i * 7919) % 200)
      hour.add(250)
      for (let i = 0; i < count; i++) hour.add((i * 7919) % 200)
      const sorted = hour.sorted()
      assert.ok(sorted.length <= 60)
      assert.equal(sorted.at(-1), 250)
      const median = sorted[Math.ceil(sorted.length / 2) - 1]!
      assert.ok(Math.abs(median - 100) <= 25, `${count}: ${median}`)
    }
  })

  test('is empty once cleared', () => {
    const hour = new OpenHour()
    for (let i = 0; i < 500; i++) hour.add(i % 100)
    hour.clear()
    assert.equal(hour.count, 0)
    assert.equal(hour.peak, -1)
    hour.add(3)
    assert.deepEqual([...hour.sorted()], [3])
  })
})
