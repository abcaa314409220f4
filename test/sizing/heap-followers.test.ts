import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heapFollowers } from '../../src/sizing/heap-followers.ts'

test('containers whose heap follows their memory limit are named', () => {
  const env = [{ name: 'JAVA_TOOL_OPTIONS', value: '-XX:MaxRAMPercentage=75' }]
  const fixed = [{ name: 'JAVA_TOOL_OPTIONS', value: '-Xmx512m' }]
  const spec = {
    initContainers: [{ name: 'agent', env }],
    containers: [{ name: 'app', command: ['java', '-jar', 'app.jar'] }, { name: 'fixed', env: fixed }, { name: 'web' }],
  }
  assert.deepEqual([...heapFollowers({ spec })], ['agent', 'app'])
  assert.deepEqual([...heapFollowers({})], [])
})
