import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMilliseconds } from '../../src/clock/index.ts'

const FULL = { baseMilliseconds: 100, longestMilliseconds: 500, jitter: 1 }
const ALMOST_ONE = 1 - Number.EPSILON

test('the longest wait doubles with each failure, up to a bound', () => {
  const longest = [0, 1, 2, 3, 2000].map((failures) => Math.round(backoffMilliseconds(FULL, failures, ALMOST_ONE)))
  assert.deepEqual(longest, [100, 200, 400, 500, 500])
})

test('with full jitter, the wait is anything between zero and the longest', () => {
  assert.equal(backoffMilliseconds(FULL, 2, 0), 0)
  assert.equal(backoffMilliseconds(FULL, 2, 0.5), 200)
})

test('with equal jitter, half of the wait is fixed', () => {
  const equal = { ...FULL, jitter: 0.5 }
  assert.equal(backoffMilliseconds(equal, 1, 0), 100)
  assert.equal(backoffMilliseconds(equal, 1, 0.5), 150)
  assert.equal(backoffMilliseconds(equal, 9, 0), 250)
})
