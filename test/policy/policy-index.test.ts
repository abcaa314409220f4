import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { DEFAULT_POLICY } from '../../src/policy/policy.ts'
import { PolicyIndex } from '../../src/policy/policy-index.ts'
import { type Effective, effectivePolicy, type NamedSizingPolicy } from '../../src/policy/resolve.ts'

const CLUSTER: Effective = {
  ...{ policy: DEFAULT_POLICY, goal: 'balanced', criticality: 'medium', running: 'never', windows: [] },
}
const book = () => new PolicyIndex(CLUSTER)

test('a policy applies in its namespace, from when it is put until it is deleted', () => {
  const policies = book()
  policies.put('shop', { name: 'thrifty', spec: { goal: 'savings' } })
  assert.equal(policies.effective('shop', {}).goal, 'savings')
  assert.equal(policies.effective('other', {}).goal, 'balanced')
  policies.put('shop', { name: 'thrifty', spec: { goal: 'reliability' } })
  assert.equal(policies.effective('shop', {}).goal, 'reliability')
  policies.delete('shop', 'thrifty')
  assert.equal(policies.effective('shop', {}).goal, 'balanced')
})

test('a full set replaces all earlier policies', () => {
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

test('policies of a namespace are put and deleted separately', () => {
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

test('putting a policy costs the same for any number of policies', () => {
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

describe('Pods that are selected by the same policies get the same object', () => {
  const policies = book()
  policies.put('shop', { name: 'all', spec: { goal: 'savings' } })
  policies.put('shop', { name: 'x', spec: { selector: { matchLabels: { team: 'x' } }, goal: 'reliability' } })
  const of = (labels: Record<string, string>) => policies.effective('shop', labels)

  test('until a policy of their namespace is put or deleted', () => {
    const [all, x] = [of({}), of({ team: 'x' })]
    assert.notEqual(all, x)
    policies.put('other', { name: 'all', spec: {} })
    assert.deepEqual([of({ team: 'y' }) === all, of({ team: 'x', tier: '1' }) === x], [true, true])
    policies.put('shop', { name: 'y', spec: { selector: { matchLabels: { team: 'y' } } } })
    const again = of({})
    assert.notEqual(again, all)
    policies.delete('shop', 'y')
    assert.notEqual(of({}), again)
    assert.equal(of({ team: 'x' }).goal, 'reliability')
  })

  test("and without policies it is the cluster's", () => {
    assert.equal(policies.effective('empty', { team: 'x' }), CLUSTER)
  })
})

test('the settings are those of all policies together, for any selection of them', () => {
  const selector = fc.constantFrom(undefined, { matchLabels: { a: '1' } }, { matchLabels: { b: '1' } })
  const policy = fc.record({
    name: fc.constantFrom('p', 'q', 'r'),
    selector,
    goal: fc.constantFrom(undefined, 'savings' as const, 'reliability' as const),
    criticality: fc.constantFrom(undefined, 'high' as const),
  })
  const labels = fc.array(fc.constantFrom({}, { a: '1' }, { b: '1' }, { a: '1', b: '1' }), { minLength: 1 })
  fc.assert(
    fc.property(fc.array(policy), labels, (given, all) => {
      const [policies, named] = [book(), new Map<string, NamedSizingPolicy>()]
      for (const { name, ...fields } of given) {
        const spec = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
        policies.put('shop', { name, spec })
        named.set(name, { name, spec })
        for (const one of all)
          assert.deepEqual(policies.effective('shop', one), effectivePolicy(CLUSTER, [...named.values()], one))
      }
    }),
  )
})

test('Pods with always new labels do not increase its memory without bound', () => {
  const policies = book()
  for (let i = 0; i < 40; i++)
    policies.put('shop', { name: `policy-${i}`, spec: { selector: { matchLabels: { [`label-${i}`]: '1' } } } })
  const of = (i: number) => policies.effective('shop', { [`label-${i}`]: '1' })
  const first = of(0)
  assert.equal(of(0), first)
  for (let i = 1; i < 40; i++) of(i)
  assert.notEqual(of(0), first)
})
