import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SloCondition } from '../../src/api/index.ts'
import { planFleet } from '../../src/apply/plan-fleet.ts'
import { planPod } from '../../src/apply/plan-pod.ts'
import { runningState } from '../../src/apply/running-state.ts'
import type { PodStep } from '../../src/apply/step.ts'
import { readFleetPod } from '../../src/fleet/index.ts'
import { DECISION_ANNOTATION, DEFAULT_POLICY, parseRecord } from '../../src/policy/index.ts'
import { NO_CONSTRAINTS } from '../../src/sizing/index.ts'
import { NOW, planInput, revision, runningPod, WORKLOAD } from './pods.ts'

/** Lowers CPU, and raises memory. */
const MIXED = revision(3, { request: '80m' }, { request: '2Gi' })
const carrying = (record: object) => {
  const pod = runningPod({ cpu: '80m', memory: '1Gi' })
  return { ...pod, metadata: { ...pod.metadata, annotations: { [DECISION_ANNOTATION]: JSON.stringify(record) } } }
}

function requestsIn(step: PodStep) {
  return step.do === 'resize' ? step.body.containers?.[0]?.resources.requests : undefined
}

describe('a running Pod, while an SLO burns its error budget', () => {
  test('gets raises, and keeps values that would be lowered', () => {
    const step = planPod(planInput(runningPod(), MIXED, { mayLower: false }))
    assert.deepEqual(requestsIn(step), { memory: '2Gi' })
    const record = parseRecord((step as { annotation: string }).annotation)
    assert.deepEqual(record!.intended!.reasons!['app.cpu'], ['WaitsForSlo'])
    assert.deepEqual(requestsIn(planPod(planInput(runningPod(), MIXED))), { cpu: '80m', memory: '2Gi' })
  })

  test('is left alone if all changes are decreases', () => {
    const step = planPod(planInput(runningPod(), revision(3, { request: '80m' }), { mayLower: false }))
    assert.deepEqual(step, { do: 'leave', reason: 'WaitsForSlo' })
  })

  test('gets higher values again after a rollback', () => {
    const pod = carrying({ revision: 4, containers: { app: { cpu: { request: ['1500m', '80m'] } } }, reasons: {} })
    const step = planPod(planInput(pod, revision(3, { request: '1' }), { mayLower: false }))
    assert.equal(requestsIn(step)?.cpu, '1')
  })
})

describe('of a workload whose error budget burns', () => {
  const record = {
    revision: 2,
    time: '2026-03-01T00:00:00Z',
    containers: { app: { cpu: { request: ['1500m', '80m'] } } },
    reasons: {},
  }
  function chosen(cpu: string, mayLower?: boolean, applied = 3, pod = runningPod()) {
    const containers = [{ name: 'app', cpu: { request: cpu } }]
    const status = {
      applied: { revision: applied, time: '2026-03-01T00:00:00Z', source: 'observed', goal: 'balanced', containers },
    } as const
    const { candidates, waiting } = planFleet({
      workloads: [
        {
          ...{
            workload: WORKLOAD,
            mode: 'auto',
            labels: {},
            author: new Map(),
            pods: [readFleetPod(pod)],
            status,
            mayLower,
          },
          ...{ effective: { running: 'inPlace' }, criticality: 'medium', mayStart: true, policyDigest: '' },
        },
      ],
      ...{ now: NOW, podsPerNode: 1, betweenBatchesMilliseconds: 0, node: () => undefined, troubleOf: () => undefined },
      ...{ reviewOf: () => 'fits', isStuck: () => false },
    })
    return [...candidates.map(({ urgency }) => urgency), ...waiting.values().map(({ reason }) => reason)]
  }

  test('a Pod that would be lowered waits, but one that is raised or rolled back does not', () => {
    assert.deepEqual([chosen('80m'), chosen('80m', true), chosen('80m', false)], [['free'], ['free'], ['WaitsForSlo']])
    assert.deepEqual(chosen('2', false), ['raise'])
    assert.deepEqual(chosen('1', false, 1, carrying(record)), ['back'])
  })
})

test('the reason why a running Pod waits is shown to people as well', () => {
  const containers = [{ name: 'app', cpu: { request: '80m' } }]
  const applied = {
    revision: 3,
    time: '2026-03-01T00:00:00Z',
    source: 'observed',
    goal: 'balanced',
    containers,
  } as const
  const reason = (state: SloCondition) => {
    const slo = { name: 'web', kind: 'latency', text: '', state, budget: 0.05, time: '2026-03-01T00:00:00Z' } as const
    return runningState({
      ...{ pod: runningPod(), workload: WORKLOAD, mode: 'auto', status: { applied, slos: [slo] }, now: NOW },
      ...{ effective: { running: 'inPlace', policy: DEFAULT_POLICY }, constraints: NO_CONSTRAINTS },
    }).reason
  }
  assert.deepEqual([reason('Met'), reason('Burning')], [undefined, 'WaitsForSlo'])
})
