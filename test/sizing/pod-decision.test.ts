import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_POLICY } from '../../src/policy/index.ts'
import { NO_CONSTRAINTS } from '../../src/sizing/admission-constraints.ts'
import { decidePod } from '../../src/sizing/pod-decision.ts'

test('an opted-out Pod gets that reason, with or without a workload, and applied values are not looked up', () => {
  const question = { policy: DEFAULT_POLICY, constraints: NO_CONSTRAINTS, applied: () => assert.fail('asked') }
  const pod = { metadata: { labels: { 'plimsoll.dev/inject': 'false' } } }
  const workload = { namespace: 'shop', kind: 'Deployment', name: 'web' }
  assert.deepEqual(decidePod({ ...question, pod, workload: undefined }).reasons, ['OptedOut'])
  assert.deepEqual(decidePod({ ...question, pod, workload }).reasons, ['OptedOut'])
  assert.deepEqual(decidePod({ ...question, pod: {}, workload: undefined }).reasons, ['NoWorkload'])
})
