import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRecommendation } from '../../src/api/read.ts'

const WORKLOAD = { kind: 'Deployment', name: 'web' }
const object = (actions: Record<string, unknown>) => ({
  ...{ apiVersion: 'plimsoll.dev/v1alpha1', kind: 'Recommendation' },
  metadata: { namespace: 'shop', name: 'deployment-web' },
  spec: { workload: WORKLOAD, ...actions },
  status: { state: 'Applied' },
})
const HOLD = { by: 'carol', until: '2026-12-01T10:00:00+01:00' }
/** What the API server takes for a date-time, and RFC 3339 in its strict reading does not. */
const ODD = '2026-12-01t10:00:00z'
const APPROVAL = { revision: 3, approver: 'alice', expires: ODD, containers: [{ name: 'app' }] }

test('valid objects are read without any complaint', () => {
  const { recommendation, unread } = readRecommendation(object({ hold: HOLD }))
  assert.deepEqual([recommendation.spec, unread], [{ workload: WORKLOAD, hold: HOLD }, undefined])
})

test('an approval that cannot be read is none, and costs neither the hold nor what was learned', () => {
  const { recommendation, unread } = readRecommendation(object({ hold: HOLD, approval: APPROVAL }))
  assert.deepEqual(recommendation.spec, { workload: WORKLOAD, hold: HOLD })
  assert.equal(recommendation.status?.state, 'Applied')
  assert.match(unread!.message, /expires/)
})

test('a hold that cannot be read holds until it is taken away', () => {
  for (const [hold, by] of [
    [{ by: 'carol', until: ODD }, 'carol'],
    [{ by: '' }, 'somebody'],
  ] as const)
    assert.deepEqual(readRecommendation(object({ hold })).recommendation.spec, { workload: WORKLOAD, hold: { by } })
})

test('whose it is must be readable', () => {
  assert.throws(() => readRecommendation({ ...object({}), spec: { hold: HOLD } }), /workload/)
})
