import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DEFAULT_POLICY } from '../../src/policy/index.ts'
import { Snapshot, trimToInjected } from '../../src/recommendations/index.ts'
import { createAdmit } from '../../src/webhook/admission.ts'
import { reasonsOf } from '../../src/webhook/review.ts'
import { applyInPlace } from '../apply.ts'

const revisionOf = (revision: number, cpu: string) => ({
  revision,
  time: '2026-03-01T00:00:00Z',
  source: 'observed',
  goal: 'balanced',
  containers: [{ name: 'app', cpu: { request: cpu, reasons: ['CappedAtNode', 'FromTheFuture'] }, evidence: {} }],
})

function admitting(status: object, kind = 'StatefulSet') {
  const snapshot = new Snapshot()
  const [namespace, name] = ['shop', `${kind.toLowerCase()}-db`]
  const object = { metadata: { namespace, name }, spec: { workload: { kind, name: 'db' } }, status }
  snapshot.replace([trimToInjected(object as never)])
  return createAdmit({ snapshot, policy: () => DEFAULT_POLICY })
}

function pod(name: string, kind: string) {
  return {
    metadata: {
      ...(name && { name }),
      labels: kind === 'StatefulSet' ? {} : { 'plimsoll.dev/workload': 'db' },
      ownerReferences: [{ kind: 'StatefulSet', name: 'db', controller: kind === 'StatefulSet' }],
    },
    spec: { containers: [{ name: 'app', resources: { requests: { cpu: '1' } } }] },
  }
}

const request = (uid: string, object: object) =>
  ({ uid, kind: { group: '', version: 'v1', kind: 'Pod' }, operation: 'CREATE', namespace: 'shop', object }) as const

const BOTH = { applied: revisionOf(3, '500m'), canary: { percent: 30, revision: revisionOf(4, '250m') } }
const both = admitting(BOTH)
const bothOfPods = admitting(BOTH, 'Pod')

function drawn(admit: typeof both, uid: string, object: object): string | undefined {
  const { auditAnnotations, patch } = admit(request(uid, object), 'auto')
  if (patch) applyInPlace(object as never, JSON.parse(Buffer.from(patch, 'base64').toString()))
  return auditAnnotations?.revision
}

describe('a canary', () => {
  test('is drawn for a Pod whose ownerReferences are not as the API says, too', () => {
    for (const ownerReferences of ['StatefulSet', 7, { some: true }, [null, 7, { kind: 'StatefulSet' }]]) {
      const odd = pod('', 'Deployment')
      const object = { ...odd, metadata: { ...odd.metadata, ownerReferences } }
      assert.ok(['3', '4'].includes(drawn(bothOfPods, 'uid', object)!), JSON.stringify(ownerReferences))
    }
  })

  test('goes to its share of the Pods by name where each has a fixed name, whatever the request', () => {
    const byName = (uid: string) =>
      Array.from({ length: 200 }, (_, i) => drawn(both, uid, pod(`db-${i}`, 'StatefulSet')))
    const first = byName('a')
    assert.deepEqual(byName('b'), first)
    const share = first.filter((revision) => revision === '4').length / 200
    assert.ok(Math.abs(share - 0.3) < 0.1, `${share}`)
    assert.ok(first.every((revision) => revision === '3' || revision === '4'))
  })

  test('is drawn, said, recorded on the Pod, and kept when the Pod is shown again', () => {
    for (let i = 0; i < 50; i++) {
      const object = pod(`db-${i}`, 'StatefulSet')
      const response = both(request(`${i}`, structuredClone(object)), 'auto')
      const revision = drawn(both, `${i}`, object)
      assert.equal(reasonsOf(response).includes('CanaryDrawn'), revision === '4')
      const { annotations } = object.metadata as { annotations?: Record<string, string> }
      assert.equal(String(JSON.parse(annotations!['plimsoll.dev/decision']!).revision), revision)
      const again = both(
        request(`another ${i}`, { ...object, metadata: { ...object.metadata, name: `other-${i}` } }),
        'auto',
      )
      assert.equal(again.patch, undefined)
      assert.ok(reasonsOf(again).includes('AlreadyApplied'))
    }
  })

  test('leaves the others as their author wrote them while nothing else is applied', () => {
    const alone = admitting({ canary: { percent: 30, revision: revisionOf(4, '250m') } })
    const seen = Array.from({ length: 100 }, (_, i) => alone(request('x', pod(`db-${i}`, 'StatefulSet')), 'auto'))
    const untouched = seen.filter((response) => reasonsOf(response).join() === 'NotApplied')
    assert.ok(untouched.length > 50 && untouched.length < 90, `${untouched.length}`)
    assert.ok(untouched.every(({ patch }) => patch === undefined))
  })
})

test("the learner's reasons are listed, including why it held values back; codes that this version does not know are ignored", () => {
  const reasons = (status: object) => reasonsOf(admitting(status)(request('x', pod('db-0', 'StatefulSet')), 'auto'))
  assert.deepEqual(reasons({ applied: revisionOf(3, '500m') }), ['Applied', 'CappedAtNode', 'NotInAppliedRevision'])
  const held = { ...revisionOf(3, '500m'), containers: [{ name: 'app', held: { cpu: 'HeldForHpa' } }] }
  assert.deepEqual(reasons({ applied: held }), ['NothingToChange', 'HeldForHpa', 'NotInAppliedRevision'])
})
