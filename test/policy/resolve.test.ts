import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  clampedSettings,
  DEFAULT_POLICY,
  type Effective,
  effectivePolicy,
  type NamedSizingPolicy,
  selects,
} from '../../src/policy/index.ts'
import { formatQuantity } from '../../src/resources/index.ts'

const CLUSTER: Effective = { policy: DEFAULT_POLICY, goal: 'balanced', criticality: 'medium', windows: [] }
const named = (name: string, spec: NamedSizingPolicy['spec']): NamedSizingPolicy => ({ name, spec })

function bounds({ policy }: Effective): string {
  const { cpu, memory } = policy.bounds
  return [
    formatQuantity('cpu', cpu.min),
    formatQuantity('cpu', cpu.max),
    formatQuantity('memory', memory.min),
    formatQuantity('memory', memory.max),
  ].join(' ')
}

describe('the policy of a Pod', () => {
  test('is that of the cluster where no SizingPolicy takes it', () => {
    const other = named('a', {
      selector: { matchLabels: { app: 'other' } },
      goal: 'savings',
      bounds: { cpu: { max: '1' } },
    })
    assert.deepEqual(effectivePolicy(CLUSTER, [other], { app: 'cart' }), CLUSTER)
    assert.equal(effectivePolicy(CLUSTER, [], {}), CLUSTER)
  })

  test('takes each setting from the first that has it: with a selector before without, then by name', () => {
    const policies = [
      named('all', { goal: 'savings', bounds: { cpu: { max: '8' } }, limits: { cpu: 'keep' } }),
      named('b', { selector: {}, bounds: { cpu: { max: '4' } } }),
      named('a', { selector: { matchLabels: { app: 'cart' } }, bounds: { memory: { min: '1Gi' } } }),
    ]
    const effective = effectivePolicy(CLUSTER, policies, { app: 'cart' })
    assert.equal(bounds(effective), '10m 4 1Gi 64Gi')
    assert.equal(effective.goal, 'savings')
    assert.deepEqual(effective.policy.limits, { cpu: 'keep', memory: 'headroom' })
  })

  test('never widens the bounds of the cluster', () => {
    const wide = named('wide', { bounds: { cpu: { min: '1m', max: '100' }, memory: { min: '1Ti' } } })
    assert.equal(bounds(effectivePolicy(CLUSTER, [wide], {})), '10m 16 64Gi 64Gi')
  })

  test('keeps bounds in order where two policies contradict each other', () => {
    const policies = [named('a', { bounds: { cpu: { min: '8' } } }), named('b', { bounds: { cpu: { max: '2' } } })]
    assert.equal(bounds(effectivePolicy(CLUSTER, policies, {})), '2 2 32Mi 64Gi')
  })
})

test('settings wider than the cluster are told in words', () => {
  assert.deepEqual(
    clampedSettings({ bounds: { cpu: { min: '1m', max: '2' }, memory: { max: '1Ti' } } }, DEFAULT_POLICY),
    ["bounds.cpu.min 1m is held at the cluster's 10m", "bounds.memory.max 1Ti is held at the cluster's 64Gi"],
  )
  assert.deepEqual(clampedSettings({}, DEFAULT_POLICY), [])
})

describe('a label selector', () => {
  const labels = { app: 'cart', tier: 'web' }
  const expression = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', key: string, values?: string[]) =>
    selects({ matchExpressions: [{ key, operator, ...(values && { values }) }] }, labels)

  test('takes what carries all of its labels', () => {
    assert.equal(selects({}, labels), true)
    assert.equal(selects({ matchLabels: { app: 'cart', tier: 'web' } }, labels), true)
    assert.equal(selects({ matchLabels: { app: 'cart', tier: 'db' } }, labels), false)
  })

  test('knows the four operators', () => {
    assert.deepEqual(
      [expression('In', 'app', ['cart', 'x']), expression('In', 'app', ['x']), expression('In', 'none', ['x'])],
      [true, false, false],
    )
    assert.deepEqual(
      [expression('NotIn', 'app', ['x']), expression('NotIn', 'app', ['cart']), expression('NotIn', 'none', ['x'])],
      [true, false, true],
    )
    assert.deepEqual([expression('Exists', 'app'), expression('Exists', 'none')], [true, false])
    assert.deepEqual([expression('DoesNotExist', 'app'), expression('DoesNotExist', 'none')], [false, true])
  })

  test('does not take what every object has for a label', () => {
    for (const key of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      assert.equal(expression('Exists', key), false, key)
      assert.equal(expression('DoesNotExist', key), true, key)
    }
  })
})
