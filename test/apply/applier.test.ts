import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Applier } from '../../src/apply/applier.ts'
import type { ApplicableWorkload } from '../../src/apply/plan-fleet.ts'
import { systemTime } from '../../src/clock/index.ts'
import { Settings } from '../../src/config/index.ts'
import { readFleetPod } from '../../src/fleet/index.ts'
import { DEFAULT_POLICY } from '../../src/policy/index.ts'
import { NO_CONSTRAINTS } from '../../src/sizing/index.ts'
import { createLearnerMetrics, createLogger } from '../../src/telemetry/index.ts'
import { ModelCluster } from './model-cluster.ts'
import { runningPod, WORKLOAD } from './pods.ts'

test('says of each workload why its own Pods wait', async () => {
  const time = '2026-03-01T09:00:00Z'
  const containers = [{ name: 'app', cpu: { request: '80m' } }]
  const status = { applied: { revision: 3, time, source: 'observed', goal: 'balanced', containers } } as const
  const entry = (name: string, mayStart: boolean): ApplicableWorkload => {
    const pod = runningPod()
    const metadata = { ...pod.metadata, uid: name, name }
    return {
      ...{ workload: { ...WORKLOAD, name }, mode: 'auto', labels: {}, author: new Map(), status, mayStart },
      ...{ effective: { running: 'inPlace' }, criticality: 'medium', pods: [readFleetPod({ ...pod, metadata })] },
    }
  }
  const all = [entry('held', false), entry('small', true)]
  const never = async () => assert.fail('nothing may be restarted')
  const applier = new Applier({
    restarts: { owner: never, podsOf: never, evict: never, rollOut: never },
    ...{ api: new ModelCluster({ ...runningPod({}), metadata: { ...runningPod().metadata, uid: 'small' } }) },
    ...{ settings: Settings.parse({ apply: { running: 'inPlace' } }).apply, time: systemTime },
    ...{ logger: createLogger('silent'), events: { record: () => {} }, metrics: createLearnerMetrics() },
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
