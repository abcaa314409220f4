import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Revision } from '../../../src/api/index.ts'
import type { Finding } from '../../../src/apply/finding.ts'
import type { ApplicableWorkload, Candidate } from '../../../src/apply/plan-fleet.ts'
import { chooseRestarts } from '../../../src/apply/restart/choose.ts'
import { type ApiPod, readFleetPod } from '../../../src/fleet/index.ts'
import { revision, runningPod, WORKLOAD } from '../pods.ts'

const applied: Revision = {
  ...{ revision: 3, time: '2026-03-01T09:00:00Z', source: 'observed', goal: 'balanced' },
  containers: [],
}

function candidate(name: string, more: Partial<ApplicableWorkload> = {}, metadata: ApiPod['metadata'] = {}): Candidate {
  const base = runningPod()
  const pod = readFleetPod({ ...base, metadata: { ...base.metadata, uid: name, name, ...metadata } })
  const entry: ApplicableWorkload = {
    ...{ workload: WORKLOAD, mode: 'auto', labels: {}, author: new Map(), pods: [pod], mayStart: true },
    ...{ effective: { running: 'inPlaceOrRestart' }, criticality: 'medium', policyDigest: '', status: { applied } },
    ...more,
  }
  return { entry, pod, target: revision(3, { request: '80m' }), urgency: 'raise' }
}

function choose(candidates: readonly Candidate[], reason: Finding['reason'] = 'RestartNeeded') {
  const { chosen, left } = chooseRestarts(candidates, () => ({ reason }))
  return {
    chosen: chosen.map(({ candidate, need }) => `${candidate.pod.name} ${need}`),
    left: Object.fromEntries(left),
  }
}

test('of each workload, the most urgent Pod is chosen', () => {
  const other = { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', controller: true }] }
  const all = [candidate('a'), candidate('b'), candidate('c', {}, other)]
  assert.deepEqual(choose(all), { chosen: ['a container', 'c container'], left: { b: 'WaitsForOthers' } })
})

test('a reason that a resize can solve later, or that nothing can solve, leads to no restart', () => {
  for (const reason of [
    'UsageNotKnown',
    'WaitsForOthers',
    'PodNotReady',
    'ChangedAfterPlimsoll',
    'ResizeUnderWay',
  ] as const)
    assert.deepEqual(choose([candidate('a')], reason).chosen, [], reason)
  assert.deepEqual(choose([candidate('a')], 'NodeFull').chosen, ['a elsewhere'])
  assert.deepEqual(choose([candidate('a')], 'BestEffortRuns').chosen, ['a pod'])
})

test('the policy and the annotation must both allow restarts', () => {
  assert.deepEqual(choose([candidate('a', { effective: { running: 'inPlace' } })]).chosen, [])
  const annotations = { 'plimsoll.dev/apply-running': 'inPlace' }
  assert.deepEqual(choose([candidate('a', {}, { annotations })]).chosen, [])
})

test('holds, freezes and change windows stop restarts as well', () => {
  assert.deepEqual(choose([candidate('a', { mayStart: false })]), { chosen: [], left: { a: 'ChangesStopped' } })
})

test('Pods of Jobs, of unknown owners and of nobody are not restarted', () => {
  const owned = (kind: string, apiVersion: string) => ({
    ownerReferences: [{ apiVersion, kind, name: 'run', controller: true }],
  })
  for (const metadata of [owned('Job', 'batch/v1'), owned('Cluster', 'postgresql.cnpg.io/v1')])
    assert.deepEqual(choose([candidate('a', {}, metadata)]), { chosen: [], left: { a: 'NotRestarted' } })
  const bare = { workload: { ...WORKLOAD, kind: 'Pod' } }
  assert.deepEqual(choose([candidate('a', bare, { ownerReferences: [] })]).left, { a: 'NotRestarted' })
})

test('a canary restarts no Pod, because the next one draws again', () => {
  const canary = { percent: 50, revision: { ...applied, revision: 3 } }
  assert.deepEqual(choose([candidate('a', { status: { applied: { ...applied, revision: 2 }, canary } })]).chosen, [])
})

test('Pods are not replaced repeatedly if a newer Pod did not get the applied revision', () => {
  const late = { creationTimestamp: '2026-03-01T09:05:00Z' }
  assert.deepEqual(choose([candidate('a', {}, late)], 'BestEffortRuns').left, { a: 'RestartDoesNotHelp' })
  assert.deepEqual(choose([candidate('a', {}, late)]).chosen, ['a container'], 'a resize would give it')
  const changelog = [{ time: '2026-03-01T09:10:00Z', reason: 'Approved', by: 'jane', revision: 3 }] as const
  assert.deepEqual(
    choose([candidate('a', { status: { applied, changelog: [...changelog] } }, late)], 'BestEffortRuns').chosen,
    ['a pod'],
    'it was approved later',
  )
})
