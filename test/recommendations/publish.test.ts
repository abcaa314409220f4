import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Recommendation } from '../../src/api/recommendation.ts'
import { recommendationName, toRecommendation, whyNoObject } from '../../src/recommendations/publish.ts'

const workload = { namespace: 'shop', kind: 'StatefulSet', name: 'postgres' }
const containers = [
  { name: 'postgres', cpu: { request: '640m', limit: '1800m' }, memory: { request: '2Gi', confidence: 0.9 } },
]
const facts = { source: 'observed', goal: 'balanced', revision: 1, time: '2026-01-05T08:00:00.000Z' } as const

test('a published recommendation is valid for the model, and names its workload', () => {
  const recommendation = toRecommendation(workload, containers, facts)
  assert.deepEqual(Recommendation.parse(recommendation), recommendation)
  assert.deepEqual(recommendation.metadata, { namespace: 'shop', name: 'statefulset-postgres' })
  assert.deepEqual(recommendation.spec.workload, { kind: 'StatefulSet', name: 'postgres' })
})

test('learned values are applied, with revision, time, source and goal', () => {
  const { status } = toRecommendation(workload, containers, facts)
  assert.deepEqual(status?.learned, { ...facts, containers })
  assert.deepEqual(status?.applied, status?.learned)
  assert.equal(status?.lastGood, undefined)
})

test('a name that would be too long is shortened, remains a DNS name, and differs from similar ones', () => {
  const long = (end: string) => ({ ...workload, name: `${'a'.repeat(230)}.-.${'b'.repeat(15)}${end}` })
  const [one, other] = [recommendationName(long('x')), recommendationName(long('y'))]
  assert.notEqual(one, other)
  for (const name of [one, other]) {
    assert.ok(name.length <= 253, `${name.length} characters`)
    assert.match(name, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/)
  }
  assert.equal(recommendationName({ ...workload, name: 'a'.repeat(241) }).length, 253, 'what just fits is kept whole')
  assert.equal(recommendationName({ ...workload, name: 'a'.repeat(241) }), `statefulset-${'a'.repeat(241)}`)
})

test('explains why an object cannot have a name, and only then', () => {
  const why = (name: string, kind = 'StatefulSet') => whyNoObject({ namespace: 'shop', kind, name })
  for (const name of ['web', 'web.v1', 'Web', '0', 'a'.repeat(253)]) assert.equal(why(name), undefined, name)
  for (const name of ['my_app', 'a/b', 'web-', 'web..v1', 'caf\u00e9', 'a b', '../secrets'])
    assert.match(why(name) ?? '', /^"StatefulSet .*" is not a valid object name/, name)
  assert.match(why('a'.repeat(254)) ?? '', /longer than 253 characters/)
  assert.match(why('web', `K${'x'.repeat(253)}`) ?? '', /kind .* longer than 253 characters/)
  assert.equal(why('db', 'StatefulSet.apps.kruise.io'), undefined)
  // Their names could be those of other workloads' objects.
  for (const kind of ['No Kind', 'Deployment-a', 'Set.example.io-a', 'Set.', '.io'])
    assert.match(why('web', kind) ?? '', /is not a kind: it may have letters and digits/, kind)
  assert.match(why('web', 'deployment') ?? '', /"deployment" is not a kind: expected Deployment/)
})
