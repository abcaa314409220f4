import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { InstanceLevel } from '../../src/learner/instance.ts'
import { likenessOf } from '../../src/learner/likeness.ts'

const level = (middle: number, rest: Partial<InstanceLevel> = {}): InstanceLevel => ({ middle, spread: 2, ...rest })
const own = (middle: number, hours: number) => ({ middle, spread: 0, hours })
const LEVELS = [98, 100, 101, 99, 102, 100].map((middle) => level(middle))
const levelsOf = (others: readonly InstanceLevel[], { moves }: ReturnType<typeof likenessOf>) =>
  moves.map(({ index, by }) => others[index]!.middle + by)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const spread = (values: readonly number[]) => Math.max(...values) - Math.min(...values)

describe('an instance that is compared with others of its application', () => {
  test('begins at their levels before anything is known of it', () => {
    const likeness = likenessOf(LEVELS, own(0, 0))
    assert.deepEqual(
      levelsOf(LEVELS, likeness),
      LEVELS.map(({ middle }) => middle),
    )
    assert.ok(likeness.like > 0.9, String(likeness.like))
  })

  test('approaches its own level, and becomes more certain, the longer it is known', () => {
    const after = (hours: number) => levelsOf(LEVELS, likenessOf(LEVELS, own(103, hours)))
    const [early, late, later] = [after(1), after(6), after(24)]
    assert.ok(mean(early) > 100 && mean(early) < mean(late) && mean(late) < mean(later) && mean(later) < 103)
    assert.ok(spread(LEVELS.map(({ middle }) => middle)) > spread(early) && spread(early) > spread(later))
  })

  test('is soon unlike them if it uses far more, and later if it uses far less, as usage may still grow', () => {
    const like = (middle: number, hours: number) => likenessOf(LEVELS, own(middle, hours)).like
    assert.ok(like(125, 0.1) < 0.05)
    assert.ok(like(75, 0.1) > 0.5)
    assert.ok(like(75, 12) < 0.05)
    assert.ok(like(101, 12) > 0.9)
  })

  test('is compared with how they began, where that is known', () => {
    const begun = LEVELS.map((one) => ({ ...one, belowAtFirst: [20, 15, 10, 5, 0] }))
    const like = (middle: number, hours: number) => likenessOf(begun, own(middle, hours)).like
    assert.ok(like(80, 1) > 0.9, 'as low as they were after an hour')
    assert.ok(like(80, 16) < 0.1, 'as low as they were not after 16 hours')
    assert.ok(like(100, 1) < 0.5, 'as high as they were only later')
  })

  test('does not follow the few that are unlike the rest, and their share makes it more likely to be unlike, too', () => {
    const mixed = [...LEVELS, level(140), level(60)]
    const { moves, like } = likenessOf(mixed, own(100, 0.5))
    assert.deepEqual(
      moves.map(({ index }) => index),
      [0, 1, 2, 3, 4, 5],
    )
    assert.ok(like < likenessOf(LEVELS, own(100, 0.5)).like)
  })

  test('always follows at least half of the others, with a probability', () => {
    const bucket = fc.integer({ min: 0, max: 254 })
    const instance = fc.record({ middle: bucket, spread: fc.double({ min: 0, max: 30, noNaN: true }) })
    const hours = fc.double({ min: 0, max: 400, noNaN: true })
    fc.assert(
      fc.property(fc.array(instance, { minLength: 1, maxLength: 16 }), bucket, hours, (others, middle, hours) => {
        const { like, moves } = likenessOf(others, own(middle, hours))
        assert.ok(like >= 0 && like <= 1, String(like))
        assert.ok(moves.length * 2 >= others.length)
        for (const { by } of moves) assert.ok(Number.isFinite(by))
      }),
    )
  })
})
