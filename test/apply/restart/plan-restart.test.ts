import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Owner } from '../../../src/apply/restart/owner.ts'
import { planRestart, type RestartPlanInput } from '../../../src/apply/restart/plan-restart.ts'
import type { ApiPod } from '../../../src/fleet/index.ts'
import { NOW, runningPod } from '../pods.ts'

const OWNER: Owner = { desired: 3, maxUnavailable: 1, surges: false, minReadySeconds: 0 }

interface Looks {
  readonly ready?: boolean
  readonly readySeconds?: number
  readonly template?: string
  readonly isEnding?: boolean
  readonly says?: string
}

function pod(name: string, { ready = true, readySeconds = 600, template = 'a', isEnding, says }: Looks = {}): ApiPod {
  const base = runningPod()
  const lastTransitionTime = new Date(NOW.getTime() - readySeconds * 1000).toISOString()
  return {
    ...base,
    metadata: {
      ...{ ...base.metadata, name, uid: name, labels: { 'pod-template-hash': template } },
      ...(isEnding && { deletionTimestamp: NOW.toISOString() }),
      ...(says && { annotations: { 'plimsoll.dev/restart-last-replica': says } }),
    },
    status: { ...base.status, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime }] },
  }
}

/** Plan for the Pod `a`. */
function plan(
  pods: readonly ApiPod[],
  more: Partial<Omit<RestartPlanInput, 'owner'>> & { owner?: Partial<Owner> } = {},
) {
  const { owner, ...rest } = more
  const step = planRestart({
    ...{ need: 'pod', uid: 'a', pods, isServed: () => false, mayReplace: true, lastReplica: 'annotated', now: NOW },
    ...rest,
    owner: { ...OWNER, ...owner },
  })
  return 'by' in step ? step.by : step.reason
}

describe('a Pod is restarted', () => {
  test('by eviction, if only a new Pod gets the values', () => {
    assert.equal(plan([pod('a'), pod('b'), pod('c')]), 'eviction')
  })

  test('by a resize, if that restarts its containers', () => {
    const all = [pod('b'), pod('c')]
    assert.equal(plan([pod('a'), ...all], { need: 'container' }), 'resize')
    assert.equal(plan([pod('a', { ready: false }), ...all], { need: 'container' }), 'eviction', 'it may not run')
  })

  test('by a rollout, if no Pod may be missing, or the new one needs another node', () => {
    const three = [pod('a'), pod('b'), pod('c')]
    const owner = { maxUnavailable: 0, surges: true }
    assert.equal(plan(three, { owner }), 'rollout')
    assert.equal(plan(three, { owner, need: 'container' }), 'rollout')
    assert.equal(plan(three, { owner: { surges: true }, need: 'elsewhere' }), 'rollout')
    assert.equal(plan(three, { need: 'elsewhere' }), 'NodeFull')
    assert.equal(plan(three, { owner: { maxUnavailable: 0 } }), 'RestartUnderWay')
  })

  test('by its Rollout, if no Pod may be missing and its place is free after it has ended', () => {
    const three = [pod('a'), pod('b'), pod('c')]
    const owner = { maxUnavailable: 0, replaces: true }
    assert.equal(plan(three, { owner }), 'rollout')
    assert.equal(plan(three, { owner, need: 'elsewhere' }), 'NodeFull')
    assert.equal(plan(three, { owner: { replaces: true } }), 'eviction', 'the others keep theirs')
    const unready = [pod('a'), pod('b'), pod('c', { ready: false })]
    assert.equal(plan(unready, { owner }), 'RestartUnderWay')
  })

  test('only while all others exist, and the last restarted one is ready', () => {
    assert.equal(plan([pod('a'), pod('b')]), 'RestartUnderWay', 'one is missing')
    assert.equal(plan([pod('a'), pod('b'), pod('c', { isEnding: true })]), 'RestartUnderWay')
    assert.equal(plan([pod('a'), pod('b'), pod('c'), pod('d')]), 'RestartUnderWay', 'one is too many')
    assert.equal(plan([pod('b'), pod('c'), pod('d')]), 'RestartUnderWay', 'it is gone')
    assert.equal(plan([pod('a'), pod('b'), pod('c', { template: 'b' })]), 'RolloutUnderWay')
    const isServed = ({ metadata }: ApiPod) => metadata?.uid === 'c'
    const unready = [pod('a'), pod('b'), pod('c', { ready: false })]
    assert.equal(plan(unready, { isServed, owner: { maxUnavailable: 3 } }), 'RestartUnderWay')
  })

  test('only if no more Pods are missing than a rollout allows', () => {
    const unready = [pod('a'), pod('b'), pod('c', { ready: false })]
    assert.equal(plan(unready), 'RestartUnderWay')
    assert.equal(plan(unready, { owner: { maxUnavailable: 2 } }), 'eviction')
    const fresh = [pod('a'), pod('b'), pod('c', { readySeconds: 5 })]
    assert.equal(plan(fresh), 'eviction')
    assert.equal(plan(fresh, { owner: { minReadySeconds: 30 } }), 'RestartUnderWay', 'the last one must prove itself')
  })

  test('although others are not ready, if it is not ready itself', () => {
    assert.equal(plan(['a', 'b', 'c'].map((name) => pod(name, { ready: false }))), 'eviction')
  })

  test('not if its successor would not get the values either', () => {
    const three = [pod('a'), pod('b'), pod('c')]
    assert.equal(plan(three, { mayReplace: false }), 'RestartDoesNotHelp')
    assert.equal(plan(three, { mayReplace: false, need: 'container' }), 'resize')
    const owner = { maxUnavailable: 0, surges: true }
    assert.equal(plan(three, { mayReplace: false, need: 'container', owner }), 'RestartDoesNotHelp')
  })
})

describe('the last ready Pod of a workload', () => {
  const owner = { desired: 1 }

  test('is restarted only if both the setting and its author allow it', () => {
    const of = (says?: string) => plan([pod('a', says === undefined ? {} : { says })], { owner })
    assert.deepEqual([of(), of('true'), of('false')], ['LastReplicaKept', 'eviction', 'LastReplicaKept'])
    const never = { owner, lastReplica: 'never' } as const
    assert.equal(plan([pod('a', { says: 'true' })], never), 'LastReplicaKept')
    const always = { owner, lastReplica: 'always' } as const
    assert.equal(plan([pod('a')], always), 'eviction')
    assert.equal(plan([pod('a', { says: 'false' })], always), 'LastReplicaKept')
  })

  test('may be the only ready one of several', () => {
    const others = [pod('b', { ready: false }), pod('c', { ready: false })]
    assert.equal(plan([pod('a'), ...others], { owner: { maxUnavailable: 3 } }), 'LastReplicaKept')
  })

  test('is kept by a rollout as well, unless that is allowed', () => {
    const surging = { desired: 1, maxUnavailable: 0, surges: true }
    assert.equal(plan([pod('a')], { owner: surging }), 'LastReplicaKept')
    assert.equal(plan([pod('a', { says: 'true' })], { owner: surging }), 'rollout')
  })

  test('may be restarted if it is not ready', () => {
    assert.equal(plan([pod('a', { ready: false })], { owner }), 'eviction')
  })
})
