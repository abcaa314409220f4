// What ResourceQuotas leave, and which Pods they count.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { changesQuotaScope, charges, mayCount, readQuota } from '../../src/sizing/quota.ts'

const UNIT = 1_000_000_000n

describe('a ResourceQuota', () => {
  const left = (hard: object, used: object | undefined, wanted: object = hard) =>
    readQuota({ spec: { hard: wanted }, status: { hard, used } }).left

  test('leaves the unused amount', () => {
    assert.deepEqual(
      left({ 'requests.cpu': '5', 'limits.memory': '7' }, { 'requests.cpu': '2', 'limits.memory': '0' }),
      {
        'requests.cpu': 3n * UNIT,
        'limits.memory': 7n * UNIT,
      },
    )
  })

  test('leaves nothing if everything is used, or more than that', () => {
    assert.deepEqual(left({ 'limits.cpu': '5' }, { 'limits.cpu': '5' }), { 'limits.cpu': 0n })
    assert.deepEqual(left({ 'limits.cpu': '5' }, { 'limits.cpu': '6' }), { 'limits.cpu': 0n })
  })

  test('leaves nothing until it has a status', () => {
    const wanted = { 'limits.cpu': '5' }
    assert.deepEqual(left({}, {}, wanted), { 'limits.cpu': 0n })
    assert.deepEqual(left(wanted, undefined), { 'limits.cpu': 0n })
    assert.deepEqual(left({}, { 'limits.cpu': '1' }, wanted), { 'limits.cpu': 0n })
    assert.deepEqual(readQuota({ spec: { hard: wanted }, status: null }).left, { 'limits.cpu': 0n })
  })

  test('only limits what is in its spec, regardless of an old status', () => {
    const status = { 'requests.cpu': '5', 'limits.cpu': '5' }
    assert.deepEqual(left(status, { 'requests.cpu': '1', 'limits.cpu': '1' }, { 'requests.cpu': '5' }), {
      'requests.cpu': 4n * UNIT,
    })
  })

  test('has two names for requests, of which the one with less left applies', () => {
    assert.deepEqual(left({ cpu: '5', memory: '6' }, { cpu: '1', memory: '1' }), {
      'requests.cpu': 4n * UNIT,
      'requests.memory': 5n * UNIT,
    })
    const both = { cpu: '5', 'requests.cpu': '5' }
    assert.deepEqual(left(both, { cpu: '1', 'requests.cpu': '3' }), { 'requests.cpu': 2n * UNIT })
    assert.deepEqual(left(both, { cpu: '3', 'requests.cpu': '1' }), { 'requests.cpu': 2n * UNIT })
  })

  test('has its scopes in two lists', () => {
    const matchExpressions = [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }, null]
    const { scopes } = readQuota({ spec: { scopes: ['Terminating'], scopeSelector: { matchExpressions } } })
    assert.deepEqual(scopes, [
      { name: 'Terminating', operator: 'Exists', values: new Set<string>() },
      { name: 'PriorityClass', operator: 'In', values: new Set(['high']) },
      { name: 'undefined', operator: 'undefined', values: new Set<string>() },
    ])
  })

  test('with unexpected contents limits nothing', () => {
    assert.deepEqual(readQuota({}), { left: {}, scopes: [] })
    assert.deepEqual(readQuota({ spec: null, status: 5 }), { left: {}, scopes: [] })
  })
})

test('a Pod without a spec counts as one without a deadline or a priority class', () => {
  const scoped = (name: string) => ({ left: {}, scopes: [{ name, operator: 'Exists', values: new Set<string>() }] })
  assert.deepEqual(
    ['Terminating', 'NotTerminating', 'PriorityClass'].map((name) => mayCount(scoped(name), {})),
    [false, true, false],
  )
})

test('only a quota that distinguishes BestEffort Pods would count one differently once it has requests', () => {
  const scoped = (...names: string[]) => ({
    left: {},
    scopes: names.map((name) => ({ name, operator: 'Exists', values: new Set<string>() })),
  })
  assert.ok(changesQuotaScope([scoped('Terminating'), scoped('Terminating', 'BestEffort')]))
  assert.ok(changesQuotaScope([scoped('NotBestEffort')]))
  assert.ok(!changesQuotaScope([scoped('Terminating'), scoped()]))
})

describe('a Pod is charged', () => {
  const charged = (cpu: object, overhead = 0n) => charges({ cpu, memory: {} }, { cpu: overhead, memory: 0n })

  test('its requests, and nothing that it does not request', () => {
    assert.deepEqual(charged({ request: 2n, limit: 3n }), { 'requests.cpu': 2n, 'limits.cpu': 3n })
    assert.deepEqual(charged({}), {})
    assert.deepEqual(charged({ request: 0n, limit: 0n }), { 'requests.cpu': 0n })
  })

  test('the overhead of its RuntimeClass too; for limits only if it has one', () => {
    assert.deepEqual(charged({ request: 2n, limit: 3n }, 5n), { 'requests.cpu': 7n, 'limits.cpu': 8n })
    assert.deepEqual(charged({}, 5n), { 'requests.cpu': 5n })
  })
})
