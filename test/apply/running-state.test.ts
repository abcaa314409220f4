import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Revision } from '../../src/api/index.ts'
import { type RunningStateInput, runningState } from '../../src/apply/running-state.ts'
import type { ApiPod } from '../../src/fleet/index.ts'
import { DEFAULT_POLICY } from '../../src/policy/index.ts'
import { NO_CONSTRAINTS } from '../../src/sizing/index.ts'
import { NOW, runningPod, WORKLOAD } from './pods.ts'

const APPLIED: Revision = {
  ...{ revision: 3, time: '2026-03-01T09:00:00Z', source: 'observed', goal: 'balanced' },
  containers: [{ name: 'app', cpu: { request: '80m' } }],
}

function state(pod: ApiPod, more: Partial<RunningStateInput> = {}) {
  const { reason, ...rest } = runningState({
    ...{ pod, workload: WORKLOAD, mode: 'auto', status: { applied: APPLIED }, constraints: NO_CONSTRAINTS, now: NOW },
    effective: { running: 'inPlace', policy: DEFAULT_POLICY },
    ...more,
  })
  return { ...rest, ...(reason && { reason }) }
}

const annotated = (record: object): Partial<ApiPod> => ({
  metadata: { ...runningPod().metadata, annotations: { 'plimsoll.dev/decision': JSON.stringify(record) } },
})
const FROM_AUTHOR = { app: { cpu: { request: ['1500m', '80m'] } } }

test('shows the next values of a Pod', () => {
  assert.deepEqual(state(runningPod()), {
    ...{ pod: 'web-0', carries: undefined, should: 3, isDone: false, message: undefined },
    changes: 'app cpu 1500m -> 80m',
  })
})

test('shows that a Pod has the applied values, or that nothing is applied', () => {
  const has = runningPod(
    { cpu: '80m', memory: '1Gi' },
    {},
    { pod: annotated({ revision: 3, containers: FROM_AUTHOR }) },
  )
  const { carries, should, isDone } = state(has)
  assert.deepEqual([carries, should, isDone], [3, 3, true])
  const nothing = state(runningPod(), { status: {} })
  assert.deepEqual([nothing.should, nothing.isDone, nothing.reason], [undefined, true, undefined])
})

test('shows why a Pod does not get them', () => {
  assert.equal(state(runningPod({}, {})).reason, 'BestEffortRuns')
  assert.equal(state(runningPod(), { effective: { running: 'never', policy: DEFAULT_POLICY } }).reason, 'NewPodsOnly')
  assert.equal(state(runningPod(), { mode: 'observe' }).reason, 'NewPodsOnly')
  assert.equal(state(runningPod(), { mode: 'observe', hasResize: false }).reason, 'NewPodsOnly')
  assert.equal(state(runningPod(), { hasResize: false }).reason, 'NoPodsResize')
  const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }]
  assert.equal(state(runningPod({ cpu: '1' }, {}, { container: { resizePolicy } })).reason, 'RestartNeeded')
  assert.equal(state(runningPod({ cpu: '1' }, {}, { pod: { status: { phase: 'Pending' } } })).reason, 'PodNotReady')
})

test("shows the kubelet's message about a resize in progress", () => {
  const record = {
    revision: 0,
    containers: {},
    intended: { revision: 3, time: NOW.toISOString(), containers: FROM_AUTHOR },
  }
  const pending = { type: 'PodResizePending', status: 'True', reason: 'Deferred', message: 'no room' }
  const conditions = [{ type: 'Ready', status: 'True' }, pending]
  const pod = { ...annotated(record), status: { phase: 'Running', conditions } }
  const { isDone, reason, message } = state(runningPod({ cpu: '80m', memory: '1Gi' }, {}, { pod }))
  assert.deepEqual([isDone, reason, message], [false, 'ResizeDeferred', 'no room'])
})

test("shows that a Pod returns to its author's values", () => {
  const has = runningPod(
    { cpu: '80m', memory: '1Gi' },
    {},
    { pod: annotated({ revision: 3, containers: FROM_AUTHOR }) },
  )
  const { should, changes } = state(has, { status: {} })
  assert.deepEqual([should, changes], ['author', 'app cpu 80m -> 1500m'])
})
