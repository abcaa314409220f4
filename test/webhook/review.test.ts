import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowed, errored, outcomeOf, patched, reasonsOf, renderReview } from '../../src/webhook/review.ts'

const request = { uid: 'u-1' }
const operations = [{ op: 'add', path: '/metadata/labels', value: { ü: '✓' } }] as const

test('an allowed Pod gets no patch, and the audit annotation says why', () => {
  assert.deepEqual(allowed(request, { reasons: ['NoWorkload', 'OptedOut'], auditAnnotations: { workload: 'a/b/c' } }), {
    uid: 'u-1',
    allowed: true,
    auditAnnotations: { workload: 'a/b/c', reasons: 'NoWorkload,OptedOut' },
  })
})

test('a patch is base64 of JSON in UTF-8, with its type', () => {
  const response = patched(request, operations, { reasons: ['Applied'] })
  assert.equal(response.patchType, 'JSONPatch')
  assert.deepEqual(JSON.parse(Buffer.from(response.patch!, 'base64').toString()), operations)
  assert.equal(response.allowed, true)
})

test('without operations there is no patch and no patch type, because the API server refuses the type alone', () => {
  const response = patched(request, [], { reasons: ['AlreadyApplied'] })
  assert.deepEqual(response, allowed(request, { reasons: ['AlreadyApplied'] }))
  assert.ok(!('patch' in response) && !('patchType' in response))
})

test('after a failure, the Pod is allowed without a patch, and the audit annotation has the code', () => {
  assert.deepEqual(errored(request, 'InternalError'), {
    uid: 'u-1',
    allowed: true,
    auditAnnotations: { error: 'InternalError' },
  })
})

test('the outcome and the reasons of a response can be read again', () => {
  const skipped = allowed(request, { reasons: ['NoWorkload', 'OptedOut'] })
  assert.equal(outcomeOf(skipped), 'skipped')
  assert.deepEqual(reasonsOf(skipped), ['NoWorkload', 'OptedOut'])
  assert.equal(outcomeOf(patched(request, operations, { reasons: ['Applied'] })), 'patched')
  assert.equal(outcomeOf(errored(request, 'Overloaded')), 'failed_open')
  assert.deepEqual(reasonsOf(errored(request, 'Overloaded')), [])
  assert.deepEqual(reasonsOf(allowed(request, { reasons: [] })), [])
})

test('the answer is an AdmissionReview of the requested version', () => {
  assert.deepEqual(JSON.parse(renderReview(errored(request, 'TooDeep'))), {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: 'u-1', allowed: true, auditAnnotations: { error: 'TooDeep' } },
  })
})
