import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Values } from '../../src/api/index.ts'
import { mapResources } from '../../src/policy/index.ts'

const values: Values = new Map([
  ['app', { cpu: { request: 1n }, memory: { request: 2n } }],
  ['proxy', { cpu: { request: 3n } }],
])

describe('changing the resources of values', () => {
  test('returns the same object if nothing changes', () => {
    assert.equal(
      mapResources(values, (value) => value),
      values,
    )
  })

  test('copies only the container that changes, and leaves the original unchanged', () => {
    const changed = mapResources(values, (value, resource, container) =>
      container === 'app' && resource === 'cpu' ? { request: 9n } : value,
    )
    assert.deepEqual(changed.get('app'), { cpu: { request: 9n }, memory: { request: 2n } })
    assert.equal(changed.get('proxy'), values.get('proxy'))
    assert.equal(values.get('app')!.cpu!.request, 1n)
  })

  test('removes a resource if the result is undefined', () => {
    const changed = mapResources(values, (value, resource) => (resource === 'memory' ? undefined : value))
    assert.deepEqual(changed.get('app'), { cpu: { request: 1n } })
    assert.equal('memory' in changed.get('app')!, false)
  })
})
