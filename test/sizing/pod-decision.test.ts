import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_POLICY } from '../../src/policy/index.ts'
import { NO_CONSTRAINTS } from '../../src/sizing/admission-constraints.ts'
import { decidePod } from '../../src/sizing/pod-decision.ts'

test('a Pod that opted out is told that, whether or not it has a workload, and nobody asks what is applied', () => {
  const question = { policy: DEFAULT_POLICY, constraints: NO_CONSTRAINTS, applied: () => assert.fail('asked') }
  const pod = { metadata: { labels: { 'plimsoll.dev/inject': 'false' } } }
  const workload = { namespace: 'shop', kind: 'Deployment', name: 'web' }
  assert.deepEqual(decidePod({ ...question, pod, workload: undefined }).reasons, ['OptedOut'])
  assert.deepEqual(decidePod({ ...question, pod, workload }).reasons, ['OptedOut'])
  assert.deepEqual(decidePod({ ...question, pod: {}, workload: undefined }).reasons, ['NoWorkload'])
})
