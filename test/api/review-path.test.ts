import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPathKeys, isPathKey, PLAIN, parsePathKeys, readReviewPath, reviewPath } from '../../src/api/index.ts'

const KEY = '0123456789abcdef'.repeat(2)

test('a path says the mode, and carries a key or none', () => {
  assert.equal(reviewPath('auto', PLAIN), '/mutate/auto')
  assert.equal(reviewPath('approve', KEY), `/mutate/approve/${KEY}`)
  for (const mode of ['auto', 'approve']) {
    assert.deepEqual(readReviewPath(reviewPath(mode, PLAIN)), { mode, key: undefined })
    assert.deepEqual(readReviewPath(reviewPath(mode, KEY)), { mode, key: KEY })
  }
})

test('at any other path, no review is taken', () => {
  for (const path of [
    '',
    '/',
    '/mutate',
    '/mutate/',
    '/mutate/auto/',
    '/mutate/AUTO',
    '/mutate/off',
    `/mutate/auto/${KEY}/`,
  ]) {
    assert.equal(readReviewPath(path), undefined, path)
  }
})

test('a key has at least 128 bits, and is a part of a path that the API server accepts', () => {
  for (const key of [KEY, KEY.repeat(2)]) assert.ok(isPathKey(key), key)
  for (const key of [PLAIN, '', KEY.slice(1), KEY.toUpperCase(), `${KEY.repeat(2)}0`, `${KEY.slice(1)}/`, `${KEY}\n`]) {
    assert.ok(!isPathKey(key), key)
  }
})

test('what is accepted is written and read line by line; a text without a key says nothing', () => {
  const keys = [KEY, PLAIN]
  assert.deepEqual(parsePathKeys(formatPathKeys(keys)), keys)
  assert.deepEqual(parsePathKeys(` ${KEY} \r\nnonsense\n${PLAIN}`), keys)
  for (const text of ['', 'nonsense', PLAIN]) assert.equal(parsePathKeys(text), undefined, text)
  assert.equal(parsePathKeys(`${KEY}\n`.repeat(100_000))!.length, 8)
})
