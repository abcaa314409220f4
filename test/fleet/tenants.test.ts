import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Sharing, Tenants } from '../../src/fleet/index.ts'

function tenants(across: Sharing['across']) {
  const known = new Tenants({ across, tenantLabel: 'tenant' })
  known.set('blue-1', { tenant: 'blue' })
  known.set('blue-2', { tenant: 'blue' })
  known.set('red', { tenant: 'red' })
  known.set('none', { other: 'blue' })
  known.set('empty', { tenant: '' })
  return known
}

test('each namespace is alone, unless the operator allows more', () => {
  const known = tenants('namespace')
  assert.deepEqual(
    ['blue-1', 'blue-2'].map((one) => known.of(one)),
    ['namespace/blue-1', 'namespace/blue-2'],
  )
})

test('namespaces of one tenant share, and those that name none are alone', () => {
  const known = tenants('tenant')
  assert.deepEqual(
    ['blue-1', 'blue-2', 'red', 'none', 'empty', 'unknown'].map((one) => known.of(one)),
    ['tenant/blue', 'tenant/blue', 'tenant/red', 'namespace/none', 'namespace/empty', 'namespace/unknown'],
  )
  known.set('blue-2', {})
  known.set('blue-1', undefined)
  assert.deepEqual(
    ['blue-1', 'blue-2'].map((one) => known.of(one)),
    ['namespace/blue-1', 'namespace/blue-2'],
  )
})

test('all namespaces share if the operator says so', () => {
  const known = tenants('cluster')
  assert.deepEqual([known.of('blue-1'), known.of('none')], ['cluster', 'cluster'])
})
