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

describe('the health of a Pod', () => {
  test('belongs to the revision that it carries', () => {
    const carried = (decision: unknown) => readFleetPod(pod('cart-0', {}, decision)).carries?.revision
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

  test('shows a crash loop as the kubelet reports it, and in between by restarts after failures', () => {
    assert.deepEqual(crashing({ restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } } }), ['app'])
    const failed = { lastState: { terminated: { reason: 'Error', exitCode: 1 } }, state: { running: {} } }
    assert.deepEqual(crashing({ restartCount: 3, ...failed }), ['app'])
    assert.deepEqual(crashing({ restartCount: 2, ...failed }), [])
    assert.deepEqual(crashing({ restartCount: 9, lastState: { terminated: { reason: 'Completed', exitCode: 0 } } }), [])
    assert.deepEqual(crashing({ restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff' } } }), [])
  })

  test('is available for every Pod of the workload, including restarts', () => {
    const fleet = new Fleet('plimsoll')
    fleet.setMode('shop', 'auto')
    const pods = [
      pod('cart-0', { restartCount: 2 }, { revision: 3, containers: {} }),
      pod('cart-1', {}),
      pod('cart-2', {}),
    ]
    fleet.replacePods(
      'shop',
      pods.map((pod) => readFleetPod(pod)),
    )
    fleet.deletePod({ namespace: 'shop', name: 'cart-2', uid: 'cart-2' })
    const [cart] = [...fleet.workloads()]
    assert.deepEqual(
      cart!.pods.map(({ carries, restarts }) => [carries?.revision, restarts]),
      [
        [3, 2],
        [undefined, 0],
      ],
    )
  })
})

describe('the revision and values of a Pod', () => {
  const GI = 2n ** 30n * 1_000_000_000n
  const injected = { cpu: { request: ['1', '500m'] }, memory: { request: ['2Gi', '1Gi'], limit: ['2Gi', '1Gi'] } }
  const settled = { revision: 7, containers: { app: injected }, reasons: {} }
  const resized = { cpu: { request: ['1', '250m'] }, memory: { request: ['2Gi', '1Gi'], limit: ['2Gi', '1Gi'] } }
  const intended = { revision: 8, time: '2026-03-05T00:00:00Z', containers: { app: resized }, restarts: { app: 2 } }

  function carrying(cpu: string, decision: object, status: object = {}, conditions: object[] = []): ApiPod {
    const base = pod('cart-0', status, decision)
    const resources = { requests: { cpu, memory: '1Gi' }, limits: { memory: '1Gi' } }
    return {
      ...base,
      spec: { containers: [{ name: 'app', resources }] },
      status: { ...base.status, conditions },
    } as ApiPod
  }

  const authorOf = (pod: ApiPod) => readFleetPod(pod).author.get('app')
  const AUTHOR = { cpu: { request: 1_000_000_000n, limit: undefined }, memory: { request: 2n * GI, limit: 2n * GI } }

  test('count from the creation if the webhook gave them', () => {
    const { carries, containers } = readFleetPod(carrying('500m', settled))
    assert.deepEqual(carries, { revision: 7, since: '2026-03-01T00:00:00Z' })
    assert.equal(containers.get('app')!.isAsRecorded, true)
  })

  test('count from the resize that gave them, and so do restarts and crash loops', () => {
    const later = { ...settled, revision: 8, time: intended.time, restarts: { app: 3 }, containers: { app: resized } }
    const failed = { lastState: { terminated: { reason: 'Error', exitCode: 1 } }, state: { running: {} } }
    const { carries, restarts, crashing } = readFleetPod(carrying('250m', later, { restartCount: 4, ...failed }))
    assert.deepEqual(carries, { revision: 8, since: intended.time })
    assert.deepEqual([restarts, crashing], [1, []])
    const looping = { restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } }
    assert.deepEqual(readFleetPod(carrying('250m', later, looping)).crashing, [])
    assert.deepEqual(readFleetPod(carrying('250m', later, { ...looping, restartCount: 4 })).crashing, ['app'])
  })

  test('count from the creation if the record was copied from an older Pod', () => {
    const copied = { ...settled, time: '2026-02-01T00:00:00Z', restarts: { app: 9 } }
    const { carries, restarts } = readFleetPod(carrying('500m', copied, { restartCount: 2 }))
    assert.deepEqual([carries, restarts], [{ revision: 7, since: '2026-03-01T00:00:00Z' }, 2])
  })

  test('are the intended revision as soon as the Pod has its values, and the settled one before', () => {
    const record = { ...settled, intended }
    for (const [cpu, revision, since] of [
      ['500m', 7, '2026-03-01T00:00:00Z'],
      ['250m', 8, intended.time],
    ] as const) {
      const { carries, containers } = readFleetPod(carrying(cpu, record, { restartCount: 2 }))
      assert.deepEqual(carries, { revision, since })
      assert.equal(containers.get('app')!.isAsRecorded, true, cpu)
      assert.deepEqual(authorOf(carrying(cpu, record)), AUTHOR)
    }
  })

  test("keep the author's values after a resize that is not in the record", () => {
    const { author, containers } = readFleetPod(carrying('80m', settled))
    assert.deepEqual(author.get('app'), AUTHOR)
    assert.equal(containers.get('app')!.isAsRecorded, false)
  })

  test("show which resources somebody changed after Plimsoll: by their values, or by the webhook's record", () => {
    const changedOf = (pod: ApiPod) => {
      const { changed, isAsRecorded } = readFleetPod(pod).containers.get('app')!
      return [changed, isAsRecorded]
    }
    assert.deepEqual(changedOf(carrying('500m', settled)), [undefined, true])
    assert.deepEqual(changedOf(carrying('80m', settled)), [['cpu'], false])
    const seen = { revision: 7, containers: {}, kept: {}, reasons: { 'app.cpu': ['ChangedAfterPlimsoll'] } }
    assert.deepEqual(changedOf(carrying('2', seen)), [['cpu'], false])
    const fleet = new Fleet('plimsoll')
    fleet.setMode('shop', 'auto')
    fleet.replacePods('shop', [readFleetPod(carrying('2', seen))])
    assert.equal(fleet.podsChanged, 1)
  })

  test('contain requested, allocated and actual values, and the status of a resize', () => {
    const status = {
      allocatedResources: { cpu: '500m', memory: '1Gi' },
      resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '1Gi' } },
    }
    const container = (conditions: object[]) =>
      readFleetPod(carrying('250m', { ...settled, intended }, status, conditions)).containers.get('app')!
    const { spec, allocated, actual, resize } = container([])
    assert.deepEqual(
      [spec.cpu, allocated, actual?.cpu, resize],
      [
        { request: 250_000_000n, limit: undefined },
        { cpu: 500_000_000n, memory: GI },
        { request: 500_000_000n, limit: undefined },
        undefined,
      ],
    )
    const pending = { type: 'PodResizePending', status: 'True', message: 'node has no room' }
    const running = { type: 'PodResizeInProgress', status: 'True' }
    for (const [conditions, expected] of [
      [[{ ...pending, reason: 'Deferred' }], { state: 'Deferred', message: 'node has no room' }],
      [[{ ...pending, reason: 'Infeasible' }], { state: 'Infeasible', message: 'node has no room' }],
      [[running], { state: 'InProgress' }],
      [[{ ...running, reason: 'Error', message: 'it failed' }], { state: 'Error', message: 'it failed' }],
      [[{ ...running, status: 'False' }], undefined],
    ] as const)
      assert.deepEqual(container([...conditions]).resize, expected)
  })
})
