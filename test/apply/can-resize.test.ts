import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Applier } from '../../src/apply/applier.ts'
import type { ApplicableWorkload } from '../../src/apply/plan-fleet.ts'
import { Settings } from '../../src/config/index.ts'
import { ResizeAbility } from '../../src/controller/resize-ability.ts'
import { readFleetPod } from '../../src/fleet/index.ts'
import { KubeError } from '../../src/kube/index.ts'
import { DEFAULT_POLICY } from '../../src/policy/index.ts'
import { NO_CONSTRAINTS } from '../../src/sizing/index.ts'
import { createLearnerMetrics, createLogger } from '../../src/telemetry/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { ModelCluster } from './model-cluster.ts'
import { NO_RESTARTS } from './no-restarts.ts'
import { NOW, runningPod, WORKLOAD } from './pods.ts'

test('an applier that cannot resize anything reports that for all workloads, asks again after ten minutes, and continues when it can', async () => {
  const containers = [{ name: 'app', cpu: { request: '1' } }]
  const applied = {
    revision: 3,
    time: '2026-03-01T09:00:00Z',
    source: 'observed',
    goal: 'balanced',
    containers,
  } as const
  const cluster = new ModelCluster(runningPod())
  const time = new FakeTime(NOW.getTime())
  const entry = (): ApplicableWorkload => ({
    ...{ workload: WORKLOAD, mode: 'auto', labels: {}, author: new Map(), status: { applied }, mayStart: true },
    ...{
      effective: { running: 'inPlace' },
      criticality: 'medium',
      policyDigest: '',
      pods: [readFleetPod(runningPod())],
    },
  })
  const ability = new ResizeAbility({ client: {} as never, logger: createLogger('silent'), time })
  const applier = new Applier({
    ...{ api: cluster, settings: Settings.parse({ apply: { running: 'inPlace' } }).apply, time },
    ...{ logger: createLogger('silent'), events: { record: () => {} }, metrics: createLearnerMetrics() },
    ...{ ability, workloadEvents: { record: async () => {} } },
    inventory: { node: () => undefined, allocatable: { cpu: 10n ** 12n, memory: 10n ** 21n } },
    ...{ workloads: () => [entry()], policyOf: () => DEFAULT_POLICY, constraintsOf: () => NO_CONSTRAINTS },
    ...{ peakMemory: () => undefined, restarts: NO_RESTARTS },
  })
  const signal = new AbortController().signal
  cluster.refuse = new KubeError('NotServed', 'the server has no pods/resize', { status: 404 })
  for (let second = 0; second < 60; second++) {
    await applier.pass(signal)
    time.advance(1_000)
  }
  assert.deepEqual(cluster.calls, ['get', 'dry run'])
  assert.equal(ability.isAble, false)
  cluster.refuse = undefined
  time.advance(600_000)
  await applier.pass(signal)
  assert.ok(cluster.calls.includes('resize'))
  assert.equal(ability.isAble, true)
})
