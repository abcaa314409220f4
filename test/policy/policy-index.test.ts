import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_POLICY } from '../../src/policy/policy.ts'
import { PolicyIndex } from '../../src/policy/policy-index.ts'

const book = () =>
  new PolicyIndex({ policy: DEFAULT_POLICY, goal: 'balanced', criticality: 'medium', running: 'never', windows: [] })

test('a policy holds in its namespace, from the moment it is put until it is deleted', () => {
  const policies = book()
  policies.put('shop', { name: 'thrifty', spec: { goal: 'savings' } })
  assert.equal(policies.effective('shop', {}).goal, 'savings')
  assert.equal(policies.effective('other', {}).goal, 'balanced')
  policies.put('shop', { name: 'thrifty', spec: { goal: 'reliability' } })
  assert.equal(policies.effective('shop', {}).goal, 'reliability')
  policies.delete('shop', 'thrifty')
  assert.equal(policies.effective('shop', {}).goal, 'balanced')
})

test('a full set replaces whatever was there', () => {
  const policies = book()
  policies.put('shop', { name: 'old', spec: { goal: 'savings' } })
  policies.replace([
    { namespace: 'other', name: 'a', spec: { goal: 'reliability' } },
    { namespace: 'other', name: 'b', spec: { selector: { matchLabels: { app: 'x' } }, goal: 'savings' } },
  ])
  assert.deepEqual(
    [policies.effective('shop', {}), policies.effective('other', {}), policies.effective('other', { app: 'x' })].map(
      ({ goal }) => goal,
    ),
    ['balanced', 'reliability', 'savings'],
  )
})

test('policies of a namespace are put and deleted each on its own', () => {
  const policies = book()
  policies.put('shop', { name: 'a', spec: { goal: 'savings' } })
  policies.put('shop', { name: 'b', spec: { criticality: 'high' } })
  policies.put('other', { name: 'a', spec: { goal: 'reliability' } })
  const shop = () => [policies.effective('shop', {}).goal, policies.effective('shop', {}).criticality]
  assert.deepEqual(shop(), ['savings', 'high'])
  policies.delete('shop', 'a')
  assert.deepEqual(shop(), ['balanced', 'high'])
  assert.equal(policies.effective('other', {}).goal, 'reliability')
  policies.delete('nowhere', 'a')
  assert.equal(policies.effective('nowhere', {}).goal, 'balanced')
})

test('putting a policy costs the same however many there are', () => {
  const policies = book()
  let reads = 0
  for (let i = 0; i < 200; i++) {
    policies.put('shop', {
      get name() {
        reads++
        return `policy-${i}`
      },
      spec: {},
    })
  }
  assert.equal(reads, 200)
})
