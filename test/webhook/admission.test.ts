import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DECISION_ANNOTATION, DEFAULT_POLICY } from '../../src/policy/index.ts'
import { Snapshot } from '../../src/recommendations/index.ts'
import { drawsCanary } from '../../src/sizing/index.ts'
import { type AdmissionDependencies, createAdmit, drawFor } from '../../src/webhook/admission.ts'
import type { AdmissionRequest } from '../../src/webhook/review.ts'

type ReviewedPod = Parameters<typeof drawFor>[1]

const owner = (kind: string, controller: boolean) => ({ kind, name: 'db', controller })

/** Revisions of a canary of 50 %; any two of them share about half of the Pods. */
const REVISIONS = Array.from({ length: 40 }, (_, i) => i + 1)

describe('a canary is drawn', () => {
  const cases: [what: string, metadata: object | null | undefined, by: string][] = [
    ['by its name for a Pod of a StatefulSet', { name: 'db-0', ownerReferences: [owner('StatefulSet', true)] }, 'db-0'],
    [
      'by its name where the StatefulSet is one owner of several',
      { name: 'db-0', ownerReferences: [owner('Backup', false), owner('StatefulSet', true)] },
      'db-0',
    ],
    ['by the review where it has no name yet', { ownerReferences: [owner('StatefulSet', true)] }, 'the uid'],
    [
      'by the review where the StatefulSet does not control it',
      { name: 'db-0', ownerReferences: [owner('StatefulSet', false)] },
      'the uid',
    ],
    ['by the review under any other owner', { name: 'db-0', ownerReferences: [owner('DaemonSet', true)] }, 'the uid'],
    ['by the review under no owner', { name: 'db-0' }, 'the uid'],
    [
      'by its name past owners that are not as the API says',
      { name: 'db-0', ownerReferences: [null, owner('StatefulSet', true)] },
      'db-0',
    ],
    ['by the review where owners are no list', { name: 'db-0', ownerReferences: 'StatefulSet' }, 'the uid'],
    ['by the review without metadata', undefined, 'the uid'],
    ['by the review with metadata of null', null, 'the uid'],
  ]
  for (const [what, metadata, by] of cases) {
    test(what, () => {
      const draw = drawFor({ uid: 'the uid' }, { metadata } as ReviewedPod)
      assert.deepEqual(
        REVISIONS.map((revision) => draw({ revision, percent: 50 })),
        REVISIONS.map((revision) => drawsCanary(by, revision, 50)),
      )
    })
  }

  test('never again for a Pod that carries a decision: it keeps its revision, even if the share has changed', () => {
    const annotations = { [DECISION_ANNOTATION]: JSON.stringify({ revision: 4, containers: {} }) }
    const draw = drawFor({ uid: 'the uid' }, { metadata: { annotations } })
    assert.equal(draw({ revision: 4, percent: 0 }), true)
    assert.equal(draw({ revision: 5, percent: 100 }), false)
  })
})

interface PodOptions {
  readonly metadata?: object
  readonly containers?: readonly string[]
}

const podOf = ({ metadata = {}, containers = ['app'] }: PodOptions = {}) => ({
  metadata: { labels: { 'plimsoll.dev/workload': 'web' }, ...metadata },
  spec: { containers: containers.map((name) => ({ name, resources: { requests: { cpu: '1', memory: '100Mi' } } })) },
})

const requestFor = (object: object, changes: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  ...{ uid: 'x', kind: { group: '', version: 'v1', kind: 'Pod' }, operation: 'CREATE', namespace: 'shop' },
  ...{ object, ...changes },
})

/** Admits Pods of the workload `web` in `shop`, to which a revision is applied. */
function admitting(dependencies: Partial<AdmissionDependencies> = {}) {
  const snapshot = new Snapshot()
  const container = { name: 'app', cpu: { request: '500m' }, memory: { request: '400Mi' } }
  snapshot.put({
    metadata: { namespace: 'shop' },
    spec: { workload: { kind: 'Pod', name: 'web' } },
    status: { applied: { revision: 7, containers: [container] } },
  })
  return createAdmit({ snapshot, policy: () => DEFAULT_POLICY, ...dependencies })
}

test('the audit annotations name the workload, the revision and each reason once', () => {
  const admit = admitting()
  const patched = admit(requestFor(podOf({ containers: ['app', 'other', 'third'] })), 'auto')
  assert.deepEqual(patched.auditAnnotations, {
    workload: 'shop/Pod/web',
    revision: '7',
    reasons: 'Applied,NotInAppliedRevision',
  })
  const unknown = admit(requestFor(podOf(), { namespace: 'elsewhere' }), 'auto')
  assert.deepEqual(unknown.auditAnnotations, { workload: 'elsewhere/Pod/web', reasons: 'NoRecommendation' })
  const nobodys = admit(requestFor({ metadata: {}, spec: {} }), 'auto')
  assert.deepEqual(nobodys.auditAnnotations, { reasons: 'NoWorkload' })
})

test('policy and constraints are those of the namespace in the review, else of the Pod, else of `default`', () => {
  const asked: unknown[] = []
  const admit = admitting({
    policy: (namespace, labels) => {
      asked.push(['policy', namespace, labels])
      return DEFAULT_POLICY
    },
    constraints: (namespace) => {
      asked.push(['constraints', namespace])
      return { limits: { container: {}, pod: {} }, quotas: [] }
    },
  })
  const cases: [request: string | undefined, metadata: object | null | undefined, expected: string][] = [
    ['shop', { namespace: 'other', labels: { team: 'a' } }, 'shop'],
    ['', { namespace: 'other', labels: null }, 'other'],
    [undefined, { namespace: 'other' }, 'other'],
    ['', {}, 'default'],
    ['', null, 'default'],
    [undefined, undefined, 'default'],
  ]
  for (const [namespace, metadata, expected] of cases) {
    asked.length = 0
    admit(requestFor({ metadata, spec: {} }, { namespace: namespace as string }), 'auto')
    const labels = metadata && 'labels' in metadata && metadata.labels ? metadata.labels : {}
    assert.deepEqual(asked, [
      ['constraints', expected],
      ['policy', expected, labels],
    ])
  }
})
