import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERRORS, type ErrorCode, statusBody, statusOf, WebhookError } from '../../src/webhook/errors.ts'

const CODES = Object.keys(ERRORS) as ErrorCode[]

test('every code has a problem and an action, as a clause and a sentence', () => {
  for (const code of CODES) {
    const { says, act } = ERRORS[code]
    assert.match(says, /^(?!.*\.$)./, `${code}: ${says}`)
    assert.match(act, /^[A-Z].*[^.]\.$/, `${code}: ${act}`)
  }
})

test('a refusal over HTTP has a suitable status; errors without a request count as 500', () => {
  assert.equal(statusOf('BodyTooLarge'), 413)
  assert.equal(statusOf('NotAPod'), 200)
  assert.equal(statusOf('PortInUse'), 500)
  for (const code of CODES) assert.ok(statusOf(code) === 200 || (statusOf(code) >= 400 && statusOf(code) < 600), code)
})

test('the message starts with the place', () => {
  const error = new WebhookError('PortInUse', '127.0.0.1:8443')
  assert.equal(
    error.message,
    '127.0.0.1:8443: the port is in use by another process. Stop that process or choose another port.',
  )
  assert.deepEqual([error.name, error.code], ['WebhookError', 'PortInUse'])
})

test('the message starts with the problem if the place is unknown, and the cause is kept', () => {
  const cause = new Error('why')
  const error = new WebhookError('BodyEmpty', undefined, { cause })
  assert.equal(error.message, 'the body is empty. Send an AdmissionReview of admission.k8s.io/v1.')
  assert.equal(error.cause, cause)
})

test('the body is a Status, whose message kube-apiserver prints', () => {
  const error = new WebhookError('BodyEmpty')
  assert.deepEqual(JSON.parse(statusBody(error)), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `Plimsoll: ${error.message}`,
    reason: 'BodyEmpty',
    code: 400,
  })
})
