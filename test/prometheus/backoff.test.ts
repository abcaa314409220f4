import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_RETRY, retryAfterMilliseconds, waitMilliseconds } from '../../src/prometheus/backoff.ts'

const RETRY = { attempts: 5, baseMilliseconds: 100, longestMilliseconds: 500 }
const ALMOST_ONE = 1 - Number.EPSILON

test('the longest wait doubles with each attempt, up to a bound', () => {
  const longest = [1, 2, 3, 4].map((attempt) => Math.round(waitMilliseconds(RETRY, attempt, ALMOST_ONE)!))
  assert.deepEqual(longest, [100, 200, 400, 500])
})

test('the wait is anything between zero and the longest', () => {
  assert.equal(waitMilliseconds(RETRY, 3, 0), 0)
  assert.equal(waitMilliseconds(RETRY, 3, 0.5), 200)
})

test('the number of attempts is limited', () => {
  assert.equal(waitMilliseconds(RETRY, 5, 0.5), undefined)
  assert.equal(waitMilliseconds({ ...RETRY, attempts: 1 }, 1, 0.5), undefined)
})

test('a wait that the server asks for is respected, with jitter added', () => {
  assert.equal(waitMilliseconds(RETRY, 1, 0.5, 300), 350)
  assert.equal(waitMilliseconds(RETRY, 1, 0, 0), 0)
})

test('a server that asks for a long wait is not tried again', () => {
  assert.equal(waitMilliseconds(RETRY, 1, 0.5, 501), undefined)
})

test('all waits of a request take less than a minute by default', () => {
  const attempts = Array.from({ length: DEFAULT_RETRY.attempts - 1 }, (_, i) => i + 1)
  const total = attempts.reduce((sum, attempt) => sum + waitMilliseconds(DEFAULT_RETRY, attempt, ALMOST_ONE)!, 0)
  assert.ok(total > 10_000 && total < 60_000, String(total))
})

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  assert.equal(retryAfterMilliseconds('7', now), 7000)
  assert.equal(retryAfterMilliseconds('0', now), 0)
  assert.equal(retryAfterMilliseconds('Thu, 01 Jan 2026 00:00:30 GMT', now), 30_000)
  assert.equal(retryAfterMilliseconds('Wed, 31 Dec 2025 00:00:00 GMT', now), 0)
  for (const odd of [null, '', 'soon', '-1', '1e999'])
    assert.equal(retryAfterMilliseconds(odd, now), undefined, String(odd))
})
