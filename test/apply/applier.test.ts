import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Applier } from '../../src/apply/applier.ts'
import type { ApplicableWorkload } from '../../src/apply/plan-fleet.ts'
import { systemTime } from '../../src/clock/index.ts'
import { Settings } from '../../src/config/index.ts'
import { readFleetPod, readNode } from '../../src/fleet/index.ts'
import { DECISION_ANNOTATION, DEFAULT_POLICY } from '../../src/policy/index.ts'
import { NO_CONSTRAINTS } from '../../src/sizing/index.ts'
import { createLearnerMetrics, createLogger } from '../../src/telemetry/index.ts'
import { ABLE } from './able.ts'
import { ModelCluster } from './model-cluster.ts'
import { NO_RESTARTS } from './no-restarts.ts'
import { GIB, runningPod, WORKLOAD } from './pods.ts'

const NODE = readNode({ metadata: { name: 'node-1' }, status: { allocatable: { cpu: '8', memory: '16Gi' } } })

test('reports for each workload why its own Pods wait', async () => {
  const time = '2026-03-01T09:00:00Z'
  const containers = [{ name: 'app', cpu: { request: '80m' } }]
  const status = { applied: { revision: 3, time, source: 'observed', goal: 'balanced', containers } } as const
  const entry = (name: string, mayStart: boolean): ApplicableWorkload => {
    const pod = runningPod()
    const metadata = { ...pod.metadata, uid: name, name }
    return {
      ...{ workload: { ...WORKLOAD, name }, mode: 'auto', labels: {}, author: new Map(), status, mayStart },
      ...{
        effective: { running: 'inPlace' },
        criticality: 'medium',
        policyDigest: '',
        pods: [readFleetPod({ ...pod, metadata })],
      },
    }
  }
  const all = [entry('held', false), entry('small', true)]
  const applier = new Applier({
    restarts: NO_RESTARTS,
    ...{ api: new ModelCluster({ ...runningPod({}), metadata: { ...runningPod().metadata, uid: 'small' } }) },
    ...{ settings: Settings.parse({ apply: { running: 'inPlace' } }).apply, time: systemTime },
    ...{ logger: createLogger('silent'), events: { record: () => {} }, metrics: createLearnerMetrics() },
    ...{ ability: ABLE, workloadEvents: { record: async () => {} } },
    inventory: { node: () => undefined, allocatable: { cpu: 0n, memory: 0n } },
    ...{ workloads: () => all, policyOf: () => DEFAULT_POLICY, constraintsOf: () => NO_CONSTRAINTS },
    peakMemory: () => undefined,
  })
  const said = (name: string) => applier.summaryOf({ ...WORKLOAD, name }, undefined)?.waiting
  assert.equal(said('held'), undefined)
  await applier.pass(new AbortController().signal)
  assert.deepEqual(said('held'), [{ reason: 'ChangesStopped' }])
  assert.deepEqual(said('small'), [{ reason: 'BestEffortRuns' }])
  assert.equal(said('other'), undefined)
})

describe('a Pod that carries its revision', () => {
  const containers = { app: { cpu: { request: ['1500m', '80m'] } } }
  const record = JSON.stringify({ revision: 3, containers, reasons: {}, time: '2026-03-01T09:00:00Z' })

  function setUp(policyDigest = 'first') {
    const pod = runningPod({ cpu: '80m', memory: '1Gi' })
    const carrying = { ...pod, metadata: { ...pod.metadata, annotations: { [DECISION_ANNOTATION]: record } } }
    const cluster = new ModelCluster(carrying)
    const state = { policyDigest, policy: DEFAULT_POLICY }
    const events: string[] = []
    const applied = { revision: 3, time: '2026-03-01T09:00:00Z', source: 'observed', goal: 'balanced' } as const
    const applier = new Applier({
      ...{ api: cluster, settings: Settings.parse({ apply: { running: 'inPlace' } }).apply, time: systemTime },
      ...{ logger: createLogger('silent'), metrics: createLearnerMetrics(), restarts: NO_RESTARTS },
      events: { record: ({ note }: { note: string }) => void events.push(note) },
      ...{ ability: ABLE, workloadEvents: { record: async () => {} } },
      inventory: { node: () => NODE, allocatable: { cpu: 8_000_000_000n, memory: 16n * GIB } },
      workloads: () => [
        {
          ...{ workload: WORKLOAD, mode: 'auto', labels: {}, author: new Map(), criticality: 'medium', mayStart: true },
          ...{ effective: { running: 'inPlace' }, policyDigest: state.policyDigest },
          pods: [readFleetPod(cluster.pod as never)],
          status: { applied: { ...applied, containers: [{ name: 'app', cpu: { request: '80m' } }] } },
        },
      ],
      policyOf: () => state.policy,
      constraintsOf: () => NO_CONSTRAINTS,
      peakMemory: () => undefined,
    })
    const pass = async () => {
      await applier.pass(new AbortController().signal)
      cluster.actuate()
    }
    return { cluster, state, events, pass }
  }

  test('is read once, and costs no requests from then on', async () => {
    const { cluster, pass } = setUp()
    for (let i = 0; i < 5; i++) await pass()
    assert.deepEqual(cluster.calls, ['get'])
  })

  test('is resized if the bounds have changed, without a new revision', async () => {
    const { cluster, state, events, pass } = setUp()
    await pass()
    const { cpu, memory } = DEFAULT_POLICY.bounds
    state.policy = { ...DEFAULT_POLICY, bounds: { cpu: { ...cpu, min: 200_000_000n }, memory } }
    await pass()
    assert.deepEqual(cluster.calls, ['get'], 'nothing says that something has changed')
    state.policyDigest = 'second'
    for (let i = 0; i < 4; i++) await pass()
    assert.deepEqual(cluster.pod.spec.containers[0]!.resources!.requests, { cpu: '200m', memory: '1Gi' })
    assert.match(events.join(), /app cpu 80m -> 200m/)
    const calls = cluster.calls.length
    await pass()
    assert.equal(cluster.calls.length, calls)
  })
})
