import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RecommendationStatus } from '../../src/api/index.ts'
import { ScaleDriver } from '../../src/apply/scale-driver.ts'
import { planTargets, type ScaledWorkload } from '../../src/apply/scaled-metrics.ts'
import { readFleetPod } from '../../src/fleet/index.ts'
import { KubeError } from '../../src/kube/index.ts'
import { type ApiHpa, readHpa } from '../../src/policy/index.ts'
import { createLearnerMetrics, createLogger } from '../../src/telemetry/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { runningPod, WORKLOAD } from './pods.ts'

type Hpa = ApiHpa & { metadata: { annotations?: Record<string, string>; resourceVersion?: string } }

const external = {
  type: 'External',
  external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '30' } },
}

function hpa(annotations: Record<string, string> = { 'plimsoll.dev/keep-scale-point': 'true' }, target = 80): Hpa {
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } }
  return {
    metadata: { namespace: 'shop', name: 'web', resourceVersion: '1', annotations },
    spec: {
      scaleTargetRef: { kind: 'StatefulSet', name: 'web', apiVersion: 'apps/v1' },
      metrics: [external, { type: 'Resource', resource }],
    },
  }
}

const revisionOf = (request: string): RecommendationStatus => ({
  applied: {
    ...{ revision: 1, time: '2026-03-01T09:00:00Z', source: 'observed', goal: 'balanced' },
    containers: [{ name: 'app', cpu: { request } }],
  },
})

function driving(stored: Hpa, request: string, status: RecommendationStatus = revisionOf('250m')) {
  const record = { revision: 1, containers: { app: { cpu: { request: ['500m', request] } } }, reasons: {} }
  const pod = runningPod({ cpu: request, memory: '1Gi' })
  const annotations = request === '500m' ? {} : { 'plimsoll.dev/decision': JSON.stringify(record) }
  const fleetPod = readFleetPod({ ...pod, metadata: { ...pod.metadata, annotations } })
  const state = { hpa: stored, writes: [] as object[], refuse: undefined as KubeError | undefined, isGone: false }
  const entry = (): ScaledWorkload => ({
    ...{ workload: WORKLOAD, author: fleetPod.author, pods: [fleetPod], shape: fleetPod.shape, status },
    ...{ effective: { running: 'inPlace' }, autoscalers: [readHpa(state.hpa, true)] },
  })
  const events: string[] = []
  const driver = new ScaleDriver({
    client: {
      get: async () => structuredClone(state.hpa) as never,
      mergePatch: async (_type, _of, body) => {
        state.writes.push(body)
        if (state.refuse) throw state.refuse
        const { metadata, spec } = body as unknown as Hpa
        const merged = { ...state.hpa.metadata.annotations, ...metadata.annotations }
        const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null))
        state.hpa = { metadata: { ...state.hpa.metadata, annotations: kept }, spec: { ...state.hpa.spec, ...spec } }
        return state.hpa as never
      },
    },
    ...{ time: new FakeTime(), logger: createLogger('silent'), metrics: createLearnerMetrics() },
    events: { record: ({ note }) => void events.push(note) },
    workloads: () => (state.isGone ? [] : [entry()]),
  })
  return { state, entry, events, pass: () => driver.pass(new AbortController().signal) }
}

const targetOf = ({ spec }: Hpa) => spec?.metrics?.[1]?.resource?.target?.averageUtilization

describe('the driver', () => {
  test('raises a target after the Pod was lowered: target and note in one write at the planned version, and nothing else', async () => {
    const { state, events, pass } = driving(hpa(), '250m')
    await pass()
    assert.equal(targetOf(state.hpa), 160)
    assert.equal(state.hpa.metadata.annotations?.['plimsoll.dev/scale-point'], '{"cpu":{"author":80,"written":160}}')
    assert.deepEqual(state.hpa.spec?.metrics?.[0], external)
    assert.equal((state.writes[0] as Hpa).metadata.resourceVersion, '1')
    assert.match(events[0]!, /cpu 80 % -> 160 %/)
    await pass()
    assert.equal(state.writes.length, 1, 'it is as it should be')
  })

  test('writes nothing before that', async () => {
    const { state, pass } = driving(hpa(), '500m')
    await pass()
    assert.deepEqual(state.writes, [])
  })

  test('reverts the target first if nobody allows it any more, and then forgets it', async () => {
    const note = { 'plimsoll.dev/scale-point': '{"cpu":{"author":80,"written":160}}' }
    const lowered = driving(hpa(note, 160), '250m', {})
    assert.equal(planTargets(lowered.entry())[0]?.planned.isBehind, true)
    await lowered.pass()
    assert.equal(targetOf(lowered.state.hpa), 80)
    assert.equal(planTargets(lowered.entry())[0]?.planned.isBehind, false)
    const back = driving(lowered.state.hpa, '500m', {})
    await back.pass()
    assert.equal(back.state.hpa.metadata.annotations?.['plimsoll.dev/scale-point'], undefined)
  })

  test('reverts the target before Pods are raised, even while the Recommendation still has the applied values', async () => {
    const note = { 'plimsoll.dev/scale-point': '{"cpu":{"author":80,"written":160}}' }
    const lowered = driving(hpa(note, 160), '250m')
    assert.equal(planTargets(lowered.entry())[0]?.planned.isBehind, true)
    await lowered.pass()
    assert.equal(targetOf(lowered.state.hpa), 80)
  })

  test('forgets a deleted HPA: one with the same name does not wait because of it', async () => {
    const { state, pass } = driving(hpa(), '250m')
    state.refuse = new KubeError('Forbidden', 'no', { status: 403 })
    await pass()
    await pass()
    assert.equal(state.writes.length, 1, 'it is left alone for a while')
    state.isGone = true
    await pass()
    state.isGone = false
    await pass()
    assert.equal(state.writes.length, 2)
  })

  test('leaves an HPA alone whose target somebody has changed', async () => {
    const note = {
      'plimsoll.dev/keep-scale-point': 'true',
      'plimsoll.dev/scale-point': '{"cpu":{"author":80,"written":160}}',
    }
    const { state, pass } = driving(hpa(note, 70), '250m')
    await pass()
    assert.deepEqual(state.writes, [])
  })

  test('tries again immediately after a conflict, and later after a refusal', async () => {
    const { state, pass } = driving(hpa(), '250m')
    state.refuse = new KubeError('Conflict', 'changed', { status: 409 })
    await pass()
    state.refuse = new KubeError('Forbidden', 'no', { status: 403 })
    await pass()
    await pass()
    assert.equal(state.writes.length, 2)
  })
})
