// The ends of a value's range, and the reasons for values at these ends.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ResourceBounds } from '../../src/policy/index.ts'
import type { Allotment } from '../../src/resources/index.ts'
import type { AuthorsBounds } from '../../src/sizing/authors-bounds.ts'
import type { LimitRule } from '../../src/sizing/limit-range.ts'
import { type Range, rangesOf } from '../../src/sizing/range.ts'

const BOUNDS = { min: 10n, max: 100n }
const said = ({ min, max }: Range) => `${min.value} ${min.because}, ${max.value} ${max.because}`

interface Given {
  readonly bounds?: Partial<ResourceBounds>
  readonly limitRange?: LimitRule
  readonly wanted?: AuthorsBounds
  readonly author?: Allotment
}

function rangesFor({ bounds, limitRange, wanted = {}, author = {} }: Given) {
  const { request, limit } = rangesOf(author, { bounds: { ...BOUNDS, ...bounds }, limitRange, wanted })
  return { request: said(request), limit: said(limit) }
}

describe('a request may be', () => {
  const cases: [what: string, given: Given, expected: string][] = [
    ['within the bounds', {}, '10 RaisedToMinimum, 100 CappedAtMaximum'],
    [
      'within a LimitRange that is narrower',
      { limitRange: { min: 11n, max: 99n } },
      '11 RaisedToLimitRange, 99 CappedAtLimitRange',
    ],
    [
      'within the bounds where a LimitRange is as narrow',
      { limitRange: { min: 10n, max: 100n } },
      '10 RaisedToMinimum, 100 CappedAtMaximum',
    ],
    [
      'within the bounds where a LimitRange is wider, or says nothing of it',
      { limitRange: { min: 9n, maxRatio: 2n } },
      '10 RaisedToMinimum, 100 CappedAtMaximum',
    ],
    [
      "within its author's bounds",
      { wanted: { min: 20n, max: 80n } },
      '20 RaisedToAuthorsMinimum, 80 CappedAtAuthorsMaximum',
    ],
    [
      "within the cluster's where its author's are the same",
      { wanted: { min: 10n, max: 100n } },
      '10 RaisedToMinimum, 100 CappedAtMaximum',
    ],
    [
      'no more than the maximum, even if its author asks for more',
      { wanted: { min: 101n } },
      '100 CappedAtMaximum, 100 CappedAtMaximum',
    ],
    [
      'the only value between equal bounds, even if its author asks for another',
      { bounds: { max: 10n }, wanted: { min: 20n } },
      '10 CappedAtMaximum, 10 CappedAtMaximum',
    ],
    [
      'exactly the maximum where its author wants that at least',
      { wanted: { min: 100n } },
      '100 RaisedToAuthorsMinimum, 100 CappedAtMaximum',
    ],
    [
      'no less than the minimum, even if its author allows less',
      { wanted: { max: 9n } },
      '10 RaisedToMinimum, 10 CappedAtAuthorsMaximum',
    ],
    [
      'a share of what its author asked for',
      { author: { request: 40n }, bounds: { minShare: 0.5, maxShare: 2 } },
      '20 RaisedToMinimum, 80 CappedAtMaximum',
    ],
    [
      'anything within the bounds if its author requested nothing',
      { bounds: { minShare: 0.5, maxShare: 2 } },
      '10 RaisedToMinimum, 100 CappedAtMaximum',
    ],
    [
      'nothing at all where LimitRange and bounds do not meet, even if shares would',
      { limitRange: { min: 101n }, wanted: { min: 20n, max: 200n } },
      '101 RaisedToLimitRange, 100 CappedAtMaximum',
    ],
  ]
  for (const [what, given, expected] of cases) {
    test(what, () => assert.equal(rangesFor(given).request, expected))
  }
})

test("a limit has separate bounds, shares and author's bounds", () => {
  const bounds = { minLimit: 20n, maxLimit: 90n, minShare: 1, maxShare: 1, minLimitShare: 0.5, maxLimitShare: 1.5 }
  assert.equal(rangesFor({ bounds }).limit, '20 RaisedToMinimum, 90 CappedAtMaximum')
  const author = { request: 40n, limit: 50n }
  assert.deepEqual(rangesFor({ bounds, author }), {
    request: '40 RaisedToMinimum, 40 CappedAtMaximum',
    limit: '25 RaisedToMinimum, 75 CappedAtMaximum',
  })
})
