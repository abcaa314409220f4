import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJson, TooDeepError } from '../../src/parsing/json.ts'

const nested = (levels: number, inner = '') => `${'['.repeat(levels)}${inner}${']'.repeat(levels)}`

test('JSON that nests deeper than 128 levels is refused before it is parsed, as bytes and as text', () => {
  const wide = `"${'x'.repeat(70_000)}"`
  for (const json of [nested(129, wide), '['.repeat(6_000_000), '{"a":'.repeat(100_000)]) {
    assert.throws(() => parseJson(json), TooDeepError)
    assert.throws(() => parseJson(Buffer.from(json)), TooDeepError)
  }
  assert.ok(Array.isArray(parseJson(nested(128, wide))))
})

test('64 KiB at most may nest as they like: they are parsed in no time', () => {
  const ofSize = (bytes: number) => nested(129, `"${'x'.repeat(bytes - 2 * 129 - 2)}"`)
  assert.ok(Array.isArray(parseJson(ofSize(64 * 1024))))
  assert.throws(() => parseJson(ofSize(64 * 1024 + 1)), TooDeepError)
})

test('brackets in strings are no levels, and levels that are closed again do not add up', () => {
  const value = { text: ['[{'.repeat(100_000), '\\"[['], list: Array.from({ length: 30_000 }, () => [{}]) }
  assert.deepEqual(parseJson(JSON.stringify(value)), value)
})

test('what is not JSON is a SyntaxError', () => {
  assert.throws(() => parseJson('{'), { name: 'SyntaxError' })
  assert.throws(() => parseJson(`${' '.repeat(70_000)}{`), { name: 'SyntaxError' })
})
