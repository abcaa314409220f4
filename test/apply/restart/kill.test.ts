import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Revision } from '../../../src/api/index.ts'
import { Applier } from '../../../src/apply/applier.ts'
import type { ApplicableWorkload } from '../../../src/apply/plan-fleet.ts'
import { Settings } from '../../../src/config/index.ts'
import { type ApiPod, readFleetPod, readNode } from '../../../src/fleet/index.ts'
import { DEFAULT_POLICY } from '../../../src/policy/index.ts'
import { NO_CONSTRAINTS } from '../../../src/sizing/index.ts'
import { createLearnerMetrics, createLogger } from '../../../src/telemetry/index.ts'
import { FakeTime } from '../../clock/fake-time.ts'
import { ABLE } from '../able.ts'
import { NOW, runningPod } from '../pods.ts'
import { WorkloadModel, type WorkloadModelOptions } from './workload-model.ts'

const NODE = readNode({ metadata: { name: 'node-1' }, status: { allocatable: { cpu: '8', memory: '16Gi' } } })
const WORKLOAD = { namespace: 'shop', kind: 'Deployment', name: 'web' }
const VALUE = { request: '80m' }
const APPLIED: Revision = {
  ...{ revision: 3, time: '2026-03-01T10:00:00Z', source: 'observed', goal: 'balanced' },
  containers: [{ name: 'app', cpu: VALUE }],
}
/** The values that the webhook gives a new Pod. */
function carrying(from: string | null): ApiPod {
  const record = { revision: 3, containers: { app: { cpu: { request: [from, '80m'] } } }, reasons: {} }
  const pod = runningPod({ cpu: '80m' })
  const annotations = { 'plimsoll.dev/decision': JSON.stringify(record) }
  return { ...pod, metadata: { ...pod.metadata, annotations, creationTimestamp: NOW.toISOString() } }
}

const BEST_EFFORT = {
  pod: () => runningPod({}),
  successor: () => carrying(null),
}
const RESTARTING = {
  pod: () => {
    const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }]
    return runningPod({ cpu: '1500m' }, {}, { container: { resizePolicy } })
  },
  successor: () => carrying('1500m'),
}
const EVICTING = { rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } }

/** Lets processes work on a workload, one after another, until its Pods have the applied values or nothing more happens. */
async function converge(
  options: Omit<WorkloadModelOptions, 'now' | 'replicas'> & { readonly replicas?: number },
  kill?: WorkloadModel['kill'],
) {
  const time = new FakeTime(NOW.getTime())
  const model = new WorkloadModel({ replicas: 3, ...options, now: time.now })
  model.kill = kill
  let applier = process(model, time)
  let quiet = 0
  for (let turns = 0; turns < 60 && quiet < 6; turns++) {
    const before = model.calls.length
    await applier.pass(new AbortController().signal)
    if (model.isDead) {
      model.revive()
      applier = process(model, time)
    }
    model.turn()
    time.advance(20_000)
    quiet = model.calls.length === before && model.isWhole ? quiet + 1 : 0
  }
  return { model, said: applier.summaryOf(WORKLOAD, undefined)?.waiting?.map(({ reason }) => reason) ?? [] }
}

function process(model: WorkloadModel, time: FakeTime): Applier {
  const entry = (): ApplicableWorkload => ({
    ...{ workload: WORKLOAD, mode: 'auto', labels: {}, author: new Map(), mayStart: true, criticality: 'medium' },
    ...{ effective: { running: 'inPlaceOrRestart' }, policyDigest: '', status: { applied: APPLIED } },
    pods: model.pods.map((pod) => readFleetPod(pod)),
  })
  return new Applier({
    ...{ api: model, restarts: model, time, logger: createLogger('silent'), events: { record: () => {} } },
    settings: Settings.parse({ apply: { running: 'inPlaceOrRestart', podsPerNode: 10 } }).apply,
    ...{ ability: ABLE, metrics: createLearnerMetrics(), workloadEvents: { record: async () => {} } },
    inventory: { node: () => NODE, allocatable: { cpu: 8_000_000_000n, memory: 2n ** 34n * 10n ** 9n } },
    workloads: () => [entry()],
    ...{ policyOf: () => DEFAULT_POLICY, constraintsOf: () => NO_CONSTRAINTS, peakMemory: () => undefined },
  })
}

const carried = (model: WorkloadModel) => model.pods.map((pod) => readFleetPod(pod).carries?.revision)
const ALL = [3, 3, 3]

describe('a process that dies at any API call while it restarts Pods', () => {
  const cases = {
    'by eviction': { ...BEST_EFFORT, strategy: EVICTING, budget: 1 },
    'by a resize': { ...RESTARTING, strategy: EVICTING, budget: 1 },
    'by a rollout': { ...BEST_EFFORT, budget: 1 },
  }
  for (const [name, options] of Object.entries(cases)) {
    test(`leaves a state that its successor completes in the same way: ${name}`, async () => {
      const { model: undisturbed } = await converge(options)
      assert.deepEqual(carried(undisturbed), ALL)
      for (let at = 1; at <= undisturbed.calls.length; at++) {
        for (const afterEffect of [false, true]) {
          const { model } = await converge(options, { at, afterEffect })
          const where = `killed at call ${at} (${undisturbed.calls[at - 1]}), ${afterEffect}`
          assert.deepEqual(carried(model), ALL, where)
          assert.equal(model.evictions, undisturbed.evictions, where)
          assert.equal(model.rollouts, undisturbed.rollouts, where)
          assert.ok(model.leastReady >= 2, `${model.leastReady} ready, ${where}`)
        }
      }
    })
  }
})

test('each Pod is evicted once, and two are never missing', async () => {
  const { model, said } = await converge({ ...BEST_EFFORT, strategy: EVICTING })
  assert.deepEqual([model.evictions, model.rollouts, model.leastReady, said], [3, 0, 2, []])
})

test('containers that a resize restarts are restarted one Pod after another, in the same Pods', async () => {
  const { model } = await converge({ ...RESTARTING, strategy: EVICTING })
  assert.deepEqual([model.evictions, model.rollouts, model.leastReady], [0, 0, 2])
  assert.deepEqual(
    model.pods.map(({ metadata }) => metadata?.name),
    ['web-0', 'web-1', 'web-2'],
  )
})

test('if no Pod may be missing, the Deployment does one rollout, and none is missing', async () => {
  const { model } = await converge(BEST_EFFORT)
  assert.deepEqual([model.evictions, model.rollouts, model.leastReady], [0, 1, 3])
})

test('a budget of zero keeps all Pods, and the Recommendation reports it', async () => {
  for (const options of [BEST_EFFORT, RESTARTING, { ...BEST_EFFORT, strategy: EVICTING }]) {
    const { model, said } = await converge({ ...options, budget: 0 })
    assert.deepEqual([model.evictions, model.rollouts], [0, 0])
    assert.deepEqual(said, ['HeldByDisruptionBudget'])
  }
})

test('a single Pod is kept, and the Recommendation reports it', async () => {
  const { model, said } = await converge({ ...BEST_EFFORT, replicas: 1, strategy: EVICTING })
  assert.deepEqual([model.evictions, model.rollouts, said], [0, 0, ['LastReplicaKept']])
})

test('if new Pods do not get the applied values, only one is evicted', async () => {
  const successor = () => {
    const pod = runningPod({})
    return { ...pod, metadata: { ...pod.metadata, creationTimestamp: '2026-03-01T10:02:00Z' } }
  }
  const { model, said } = await converge({ ...BEST_EFFORT, successor, strategy: EVICTING })
  assert.deepEqual([model.evictions, said], [1, ['RestartDoesNotHelp']])
})
