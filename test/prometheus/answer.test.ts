import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEnvelope } from '../../src/prometheus/answer.ts'

test('an answer of brackets is not parsed, which would take 80 bytes for each', () => {
  const deep = (levels: number) =>
    `{"status":"success","data":${'['.repeat(levels)}"${'x'.repeat(70_000)}"${']'.repeat(levels)}}`
  assert.equal(parseEnvelope('['.repeat(6_000_000)), undefined)
  assert.equal(parseEnvelope(deep(128)), undefined)
  assert.equal(parseEnvelope(deep(127))?.status, 'success')
})
