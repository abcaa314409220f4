import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseObject } from '../../src/kube/answer.ts'

test('an answer of brackets is not an object and is not parsed, which would take 80 bytes for each', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}"${'x'.repeat(70_000)}"${']'.repeat(levels)}`
  assert.throws(() => parseObject('GET /x', deep(129)), { name: 'KubeError', reason: 'Malformed' })
  assert.throws(() => parseObject('GET /x', '['.repeat(6_000_000)), { name: 'KubeError', reason: 'Malformed' })
  assert.ok(parseObject('GET /x', deep(128)))
})
