import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_POLICY } from '../../src/policy/index.ts'
import { Snapshot } from '../../src/recommendations/index.ts'
import { parseQuantity } from '../../src/resources/index.ts'
import { createAdmit } from '../../src/webhook/admission.ts'
import { InFlight } from '../../src/webhook/in-flight.ts'
import { type AdmissionRequest, reasonsOf } from '../../src/webhook/review.ts'

test('what is in flight adds up by namespace and is forgotten after ten seconds', () => {
  const inFlight = new InFlight()
  inFlight.add('shop', { 'requests.cpu': 2n, 'limits.memory': 5n }, 0)
  inFlight.add('shop', { 'requests.cpu': 3n }, 4_000)
  inFlight.add('blog', { 'requests.cpu': 7n }, 4_000)
  assert.deepEqual(inFlight.of('shop', 9_999), { 'requests.cpu': 5n, 'limits.memory': 5n })
  assert.deepEqual(inFlight.of('shop', 10_000), { 'requests.cpu': 3n })
  assert.deepEqual(inFlight.of('shop', 14_000), {})
  assert.deepEqual(inFlight.of('nowhere', 0), {})
})

function world(leftMemory: string) {
  const snapshot = new Snapshot()
  const container = { name: 'app', memory: { request: '400Mi', limit: '400Mi' } }
  snapshot.put({
    metadata: { namespace: 'shop' },
    spec: { workload: { kind: 'Pod', name: 'web' } },
    status: { applied: { revision: 1, containers: [container] } },
  })
  let now = 0
  const left = { 'requests.memory': parseQuantity(leftMemory)! }
  const admit = createAdmit({
    snapshot,
    policy: () => DEFAULT_POLICY,
    surroundings: () => ({ limits: { container: {}, pod: {} }, quotas: [{ left, scopes: [] }] }),
    nowMilliseconds: () => now,
  })
  return {
    pass: (milliseconds: number) => {
      now += milliseconds
    },
    admit: (dryRun = false) => reasonsOf(admit(review(dryRun), 'auto')),
  }
}

function review(dryRun: boolean): AdmissionRequest {
  const resources = { requests: { cpu: '1', memory: '100Mi' }, limits: { memory: '200Mi' } }
  return {
    uid: 'x',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    operation: 'CREATE',
    namespace: 'shop',
    dryRun,
    object: {
      metadata: { labels: { 'plimsoll.dev/workload': 'web' } },
      spec: { containers: [{ name: 'app', resources }] },
    },
  }
}

test('the Pods of a burst are not all promised the same rest of a quota, and a later one is looked at anew', () => {
  const { admit, pass } = world('2000Mi')
  // 1000 MiB are this webhook's to raise with: two of 400 MiB, while the third would be past it.
  assert.ok(admit().includes('Applied'))
  assert.ok(admit().includes('Applied'))
  assert.ok(admit().includes('HeldByQuota'))
  pass(10_000)
  assert.ok(admit().includes('Applied'))
})

test('a dry run takes nothing', () => {
  const { admit } = world('2000Mi')
  for (let i = 0; i < 5; i++) assert.ok(admit(true).includes('Applied'))
  assert.ok(admit().includes('Applied'))
})
