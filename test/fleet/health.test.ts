import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ApiPod, Fleet, readFleetPod } from '../../src/fleet/index.ts'

function pod(name: string, status: object, decision?: unknown): ApiPod {
  const annotations = decision === undefined ? {} : { 'plimsoll.dev/decision': JSON.stringify(decision) }
  const ownerReferences = [{ kind: 'StatefulSet', name: 'cart', controller: true }]
  const creationTimestamp = '2026-03-01T00:00:00Z'
  return {
    metadata: { name, namespace: 'shop', uid: name, creationTimestamp, annotations, ownerReferences },
    spec: { containers: [{ name: 'app' }] },
    status: { containerStatuses: [{ name: 'app', ...status }] },
  } as ApiPod
}

const crashing = (status: object) => readFleetPod(pod('cart-0', status)).crashing

describe('how a Pod fares', () => {
  test('belongs to the revision that it carries', () => {
    const carried = (decision: unknown) => readFleetPod(pod('cart-0', {}, decision)).revision
    assert.equal(carried({ revision: 7, containers: {}, reasons: {} }), 7)
    for (const odd of [
      undefined,
      'x',
      { revision: '7', containers: {} },
      { revision: 1.5, containers: {} },
      { revision: 7 },
    ])
      assert.equal(carried(odd), undefined, JSON.stringify(odd))
  })

  test('shows a crash loop as the kubelet says it, and between two of its words by restarts after failures', () => {
    assert.deepEqual(crashing({ restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } } }), ['app'])
    const failed = { lastState: { terminated: { reason: 'Error', exitCode: 1 } }, state: { running: {} } }
    assert.deepEqual(crashing({ restartCount: 3, ...failed }), ['app'])
    assert.deepEqual(crashing({ restartCount: 2, ...failed }), [])
    assert.deepEqual(crashing({ restartCount: 9, lastState: { terminated: { reason: 'Completed', exitCode: 0 } } }), [])
    assert.deepEqual(crashing({ restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff' } } }), [])
  })

  test('is told for every Pod of the workload, restarts among it', () => {
    const fleet = new Fleet('plimsoll')
    fleet.setMode('shop', 'auto')
    const pods = [
      pod('cart-0', { restartCount: 2 }, { revision: 3, containers: {} }),
      pod('cart-1', {}),
      pod('cart-2', {}),
    ]
    fleet.replacePods('shop', pods.map(readFleetPod))
    fleet.deletePod({ namespace: 'shop', name: 'cart-2', uid: 'cart-2' })
    const [cart] = [...fleet.workloads()]
    assert.deepEqual(
      cart!.pods.map(({ revision, restarts }) => [revision, restarts]),
      [
        [3, 2],
        [undefined, 0],
      ],
    )
  })
})
