import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyInPlace } from '../../src/webhook/apply.ts'

test('a patch that the API server would not apply to the Pod is refused before it is sent', () => {
  const pod = () => ({ metadata: {}, spec: { containers: [{ name: 'app', resources: {} }] } })
  const value = { memory: '1Gi' }
  for (const operation of [
    // What is not there cannot be replaced, nor anything be put into it.
    { op: 'replace', path: '/spec/containers/0/resources/limits', value },
    { op: 'add', path: '/spec/containers/0/resources/limits/memory', value: '1Gi' },
    { op: 'add', path: '/spec/containers/1/resources/limits', value },
  ] as const) {
    assert.throws(() => applyInPlace(pod(), [operation]), { name: /OPERATION|Error/ }, operation.path)
  }
  const after = pod()
  applyInPlace(after, [{ op: 'add', path: '/spec/containers/0/resources/limits', value }])
  assert.deepEqual(after.spec.containers[0]!.resources, { limits: value })
})
