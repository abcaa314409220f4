import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { weighDays } from '../../src/learner/day-weights.ts'
import { near } from './near.ts'

/** Days with these peaks, the newest first. */
const days = (peaks: readonly number[]) => peaks.map((peak, back) => ({ back, peak }))
const daysOf = (length: number, peak: (back: number) => number) => days(Array.from({ length }, (_, back) => peak(back)))
const shares = (weights: Float64Array) => {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return Array.from(weights, (weight) => weight / total)
}

/** The weights of one habit: those of the newest day and of the same weekday are multiplied. */
const habit = (newest: number, sameWeekday: number) => (back: number) =>
  (2 ** (-back / 14) + newest * 2 ** -back) * ((back + 1) % 7 === 0 ? sameWeekday : 1)
const HABITS = [habit(3, 1), habit(0.75, 1), habit(12, 1), habit(3, 4)]

/** The definition, in probabilities instead of logarithms. */
function expected(known: readonly { readonly back: number; readonly peak: number }[]): number[] {
  const chances = HABITS.map((weight) =>
    known.slice(0, -1).reduce((product, day, i) => {
      const before = known
        .slice(i + 1)
        .map((each) => [weight(each.back - day.back - 1), Math.abs(each.peak - day.peak)] as const)
      const total = before.reduce((sum, [each]) => sum + each, 0)
      const like = before.reduce((sum, [each, distance]) => sum + (each / total) * (Math.exp(-distance / 2) / 4), 0)
      return product * (0.9 * like + 0.1 / 100)
    }, 1),
  )
  const all = chances.reduce((sum, chance) => sum + chance, 0)
  const total = (weight: (back: number) => number) => known.reduce((sum, { back }) => sum + weight(back), 0)
  return known.map(({ back }) =>
    HABITS.reduce(
      (sum, weight, i) => sum + (chances[i]! / all) * weight(back) * (total(HABITS[0]!) / total(weight)),
      0,
    ),
  )
}

describe('weights of past days', () => {
  test('are those of four habits, each as likely as it makes the known peaks', () => {
    const peaks = fc.uniqueArray(fc.record({ back: fc.nat(41), peak: fc.nat(254) }), {
      selector: ({ back }) => back,
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(peaks, (unsorted) => {
        const known = unsorted.toSorted((a, b) => a.back - b.back)
        near([...weighDays(known)], expected(known))
      }),
    )
  })

  test('weigh all habits equally while only one day is known', () => {
    const [weight] = weighDays(days([50]))
    near(weight!, 4)
  })

  test('trust the newest day most if peaks wander', () => {
    // A week at each level, so that a day is nearly always like the one before it.
    const wandering = shares(weighDays(daysOf(42, (back) => 40 + 15 * Math.floor(back / 7))))
    const alternating = shares(weighDays(daysOf(42, (back) => (back % 2 === 0 ? 40 : 80))))
    assert.ok(wandering[0]! > 0.25, `${wandering[0]}`)
    assert.ok(alternating[0]! < 0.12, `${alternating[0]}`)
  })

  test('trust the same weekday more if peaks are weekly', () => {
    // The day that comes next is 7 days after the one at 6.
    const weekly = shares(weighDays(daysOf(42, (back) => ([6, 5].includes(back % 7) ? 80 : 40))))
    const even = shares(weighDays(daysOf(42, () => 40)))
    assert.ok(weekly[6]! > 2 * even[6]!, `${weekly[6]}, ${even[6]}`)
  })

  test('stay finite for peaks at the largest distance', () => {
    for (const weight of weighDays(daysOf(42, (back) => (back % 3 === 0 ? 254 : 0))))
      assert.ok(weight > 0 && Number.isFinite(weight))
  })
})
