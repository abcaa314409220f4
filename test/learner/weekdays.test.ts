import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { weekdayLikeness } from '../../src/learner/weekdays.ts'
import { near } from './near.ts'

/** Hours since 1970 of noon on a day of January 2026, which began on a Thursday. */
const noon = (day: number) => Date.UTC(2026, 0, day, 12) / 3_600_000

describe('how alike two days are by their weekday', () => {
  test('is twice as high for the same weekday, and much lower between a weekend and the rest of the week', () => {
    const [friday, saturday, sunday, monday, nextMonday] = [2, 3, 4, 5, 12].map(noon) as [number, ...number[]]
    assert.deepEqual([weekdayLikeness(monday!, nextMonday!), weekdayLikeness(saturday!, saturday! + 168)], [2, 2])
    assert.deepEqual([weekdayLikeness(friday, monday!), weekdayLikeness(saturday!, sunday!)], [1, 1])
    for (const [a, b] of [
      [friday, saturday],
      [sunday, monday],
    ])
      near([weekdayLikeness(a!, b!), weekdayLikeness(b!, a!)], [Math.exp(-2), Math.exp(-2)])
  })

  test('changes at midnight UTC', () => {
    const midnight = Date.UTC(2026, 0, 5) / 3_600_000
    near([weekdayLikeness(midnight - 1, noon(7)), weekdayLikeness(midnight, noon(7))], [Math.exp(-2), 1])
  })
})
