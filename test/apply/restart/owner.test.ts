import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ApiOwner, type OwnerKind, readOwner } from '../../../src/apply/restart/owner.ts'

function read(
  kind: OwnerKind,
  spec: NonNullable<ApiOwner['spec']>,
  status: NonNullable<ApiOwner['status']> = {},
  metadata: object = {},
) {
  const read = readOwner(kind, { metadata: { name: 'web', generation: 2, ...metadata }, spec, status })
  return 'reason' in read ? read.reason : read
}

const whole = (replicas: number) => ({ observedGeneration: 2, replicas, updatedReplicas: replicas })

test('a Deployment may lack as many Pods as its strategy says, rounded as by its controller', () => {
  const of = (replicas: number, rollingUpdate?: object) => {
    const owner = read(
      'Deployment',
      { replicas, strategy: { ...(rollingUpdate && { rollingUpdate }) } },
      whole(replicas),
    )
    return typeof owner === 'string' ? owner : [owner.desired, owner.maxUnavailable, owner.surges]
  }
  assert.deepEqual(of(3), [3, 0, true])
  assert.deepEqual(of(8), [8, 2, true])
  assert.deepEqual(of(3, { maxUnavailable: 1, maxSurge: 0 }), [3, 1, false])
  assert.deepEqual(of(3, { maxUnavailable: '10%', maxSurge: 0 }), [3, 1, false], 'never both none')
  assert.deepEqual(of(3, { maxUnavailable: '50%', maxSurge: '10%' }), [3, 1, true])
})

test('a Deployment that recreates its Pods may lack all of them', () => {
  const owner = read('Deployment', { replicas: 3, strategy: { type: 'Recreate' } }, whole(3))
  assert.deepEqual(owner, { desired: 3, maxUnavailable: 3, surges: false, minReadySeconds: 0 })
})

test('nothing is restarted during a rollout, or while an owner is paused or deleted', () => {
  assert.equal(read('Deployment', { replicas: 3 }, { ...whole(3), observedGeneration: 1 }), 'RolloutUnderWay')
  assert.equal(read('Deployment', { replicas: 3 }, { ...whole(3), updatedReplicas: 2 }), 'RolloutUnderWay')
  assert.equal(read('Deployment', { replicas: 3 }, { ...whole(3), replicas: 4 }), 'RolloutUnderWay')
  assert.equal(read('Deployment', { replicas: 3, paused: true }, whole(3)), 'RolloutUnderWay')
  assert.equal(read('Deployment', { replicas: 3 }, whole(3), { deletionTimestamp: 'now' }), 'RolloutUnderWay')
  const behind = { observedGeneration: 2, currentRevision: 'a', updateRevision: 'b' }
  assert.equal(read('StatefulSet', { replicas: 3 }, behind), 'RolloutUnderWay')
  const daemons = { observedGeneration: 2, desiredNumberScheduled: 5, updatedNumberScheduled: 4 }
  assert.equal(read('DaemonSet', {}, daemons), 'RolloutUnderWay')
})

test('StatefulSets, DaemonSets and ReplicaSets may lack one Pod by default', () => {
  const of = (kind: OwnerKind, spec: NonNullable<ApiOwner['spec']>, status: NonNullable<ApiOwner['status']> = {}) => {
    const owner = read(kind, spec, { observedGeneration: 2, ...status })
    return typeof owner === 'string' ? owner : [owner.desired, owner.maxUnavailable]
  }
  assert.deepEqual(of('StatefulSet', { replicas: 4 }), [4, 1])
  const rollingUpdate = (maxUnavailable: number | string) => ({ updateStrategy: { rollingUpdate: { maxUnavailable } } })
  assert.deepEqual(of('StatefulSet', { replicas: 4, ...rollingUpdate('50%') }), [4, 2])
  const five = { desiredNumberScheduled: 5, updatedNumberScheduled: 5 }
  assert.deepEqual(of('DaemonSet', {}, five), [5, 1])
  assert.deepEqual(of('DaemonSet', rollingUpdate(0), five), [5, 0])
  assert.deepEqual(of('ReplicaSet', { replicas: 2 }), [2, 1])
})

describe('an Argo Rollout', () => {
  const healthy = { phase: 'Healthy', observedGeneration: '2', replicas: 3, currentPodHash: 'a', stableRS: 'a' }
  const of = (spec: NonNullable<ApiOwner['spec']> = {}, status: NonNullable<ApiOwner['status']> = {}) =>
    read('Rollout', { replicas: 3, ...spec }, { ...healthy, ...status })

  test('may lack as many Pods as its strategy says, and can replace them even if none may be missing', () => {
    const owner = { desired: 3, minReadySeconds: 0, surges: false, replaces: true }
    assert.deepEqual(of(), { ...owner, maxUnavailable: 0 })
    assert.deepEqual(of({ strategy: { canary: { maxUnavailable: 1 } } }), { ...owner, maxUnavailable: 1 })
    assert.deepEqual(of({ strategy: { canary: { maxSurge: 0 } } }), { ...owner, maxUnavailable: 1 }, 'never both none')
    assert.deepEqual(of({ strategy: { blueGreen: { maxUnavailable: '50%' } } }), { ...owner, maxUnavailable: 1 })
  })

  test('is left alone while it updates, waits for somebody, or restarts its Pods', () => {
    const wait = 'RolloutUnderWay'
    assert.equal(of({}, { phase: 'Paused' }), wait)
    assert.equal(of({}, { phase: 'Degraded' }), wait)
    assert.equal(of({}, { currentPodHash: 'b' }), wait)
    assert.equal(of({}, { replicas: 4 }), wait)
    assert.equal(of({}, { observedGeneration: '1' }), wait)
    assert.equal(of({ paused: true }), wait)
    const restartAt = '2026-03-01T10:00:00Z'
    assert.equal(of({ restartAt }), wait, 'perhaps it is planned for later')
    assert.equal(of({ restartAt }, { restartedAt: '2026-02-01T10:00:00Z' }), wait)
    assert.notEqual(of({ restartAt }, { restartedAt: restartAt }), wait)
    assert.notEqual(of({ restartAt: null }), wait)
  })
})
