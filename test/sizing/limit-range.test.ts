// LimitRanges as LimitRanger enforces them.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Allotment } from '../../src/resources/index.ts'
import {
  type LimitRule,
  mergeLimitRules,
  NO_LIMIT_RULES,
  passes,
  readLimitRange,
  requestWithinRatio,
} from '../../src/sizing/limit-range.ts'

const MILLI = 1_000_000n
const UNIT = 1_000_000_000n

describe('reading a LimitRange', () => {
  const container = (item: object) => readLimitRange({ limits: [{ type: 'Container', ...item }] } as unknown).container

  test('reads each amount separately', () => {
    assert.deepEqual(container({ min: { cpu: '1' } }), { cpu: { min: UNIT } })
    assert.deepEqual(container({ max: { memory: '1' } }), { memory: { max: UNIT } })
    assert.deepEqual(container({ maxLimitRequestRatio: { cpu: '2' } }), { cpu: { maxRatio: 2n * UNIT } })
  })

  test('accepts 0, and ignores values that are not amounts', () => {
    assert.deepEqual(container({ min: { cpu: '0', memory: '-1' } }), { cpu: { min: 0n } })
    assert.deepEqual(container({ min: null, max: 'all', maxLimitRequestRatio: { cpu: 'much' } }), {})
  })

  test('leaves out values that are not enforced', () => {
    const limits = [{ type: 'PersistentVolumeClaim', min: { cpu: '1' } }, { min: { cpu: '1' } }, null]
    assert.deepEqual(readLimitRange({ limits }), NO_LIMIT_RULES)
    assert.deepEqual(Object.keys(readLimitRange({ limits })), ['container', 'pod'])
  })
})

test('of several LimitRanges the strictest amount applies, in any order', () => {
  const rules = (min: bigint, max: bigint, maxRatio: bigint) => ({
    container: {},
    pod: { cpu: { min, max, maxRatio } },
  })
  const tightest = rules(2n, 8n, 3n)
  for (const all of [
    [rules(2n, 9n, 3n), rules(1n, 8n, 4n)],
    [rules(1n, 8n, 4n), rules(2n, 9n, 3n)],
    [rules(2n, 8n, 3n), { container: {}, pod: { memory: {} } }],
    [NO_LIMIT_RULES, rules(2n, 8n, 3n)],
  ])
    assert.deepEqual(mergeLimitRules(all), tightest)
})

describe('LimitRanger', () => {
  const cases: [what: string, rule: LimitRule, passing: Allotment[], refused: Allotment[]][] = [
    ['asks for nothing without a rule', {}, [{}, { request: 1n }], []],
    [
      'asks for a request of the minimum at least, and a limit of that if there is one',
      { min: 5n },
      [{ request: 5n }, { request: 5n, limit: 5n }],
      [{}, { request: 4n }, { request: 5n, limit: 4n }, { limit: 5n }],
    ],
    [
      'asks for a limit of the maximum at most, and a request of that if there is one',
      { max: 5n },
      [{ limit: 5n }, { request: 5n, limit: 5n }],
      [{}, { request: 1n }, { limit: 6n }, { request: 6n, limit: 5n }],
    ],
    [
      'asks for both where it asks for a ratio',
      { maxRatio: 2n * UNIT },
      [
        { request: MILLI, limit: 2n * MILLI },
        { request: 2n * MILLI, limit: MILLI },
      ],
      [
        {},
        { request: MILLI },
        { limit: MILLI },
        { request: 0n, limit: MILLI },
        { request: MILLI, limit: 0n },
        { request: MILLI, limit: 3n * MILLI },
      ],
    ],
    [
      'counts in whole milli-units for a ratio, rounded up',
      { maxRatio: 2n * UNIT },
      [{ request: 1n, limit: MILLI + 1n }],
      [{ request: 1n, limit: 2n * MILLI + 1n }],
    ],
  ]
  for (const [what, rule, passing, refused] of cases) {
    test(what, () => {
      for (const one of passing) assert.ok(passes(one, rule), `${one.request}/${one.limit}`)
      for (const one of refused) assert.ok(!passes(one, rule), `${one.request}/${one.limit}`)
    })
  }
})

describe('the smallest request that fits a limit', () => {
  const cases: [what: string, least: bigint, limit: bigint, maxRatio: bigint, expected: bigint][] = [
    ['is what it must be where that is enough', 6n, 10n, 2n, 6n],
    ['is the limit through the ratio', 1n, 10n, 2n, 5n],
    ['is on the grain', 1n, 10n, 3n, 4n],
    ['is never 0 for a limit', 0n, 1n, 2n, 1n],
    ['is above the limit where the ratio is 0, which nothing keeps', 1n, 10n, 0n, 11n],
    ['is 0 for a limit of 0', 0n, 0n, 2n, 0n],
  ]
  for (const [what, least, limit, maxRatio, expected] of cases) {
    test(what, () =>
      assert.equal(requestWithinRatio('cpu', least * MILLI, limit * MILLI, maxRatio * UNIT), expected * MILLI),
    )
  }

  test('is exact if limit and ratio are not whole numbers', () => {
    // A request of 2 m plus 1 nano would fit.
    assert.equal(requestWithinRatio('cpu', MILLI, 4n * MILLI + 1n, 2n * UNIT), 3n * MILLI)
    assert.equal(requestWithinRatio('cpu', MILLI, 3n * MILLI, 1_500_000_000n), 2n * MILLI)
  })
})
