import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContainerRecommendation, Revision } from '../../src/api/index.ts'
import { pendingOf } from '../../src/dashboard/fleet/pending.ts'

const revision = (revision: number, containers: ContainerRecommendation[]): Revision => ({
  ...{ revision, time: '2026-01-01T00:00:00Z', source: 'observed', goal: 'balanced' },
  containers,
})

test('what waits for approval is shown without what is applied already', () => {
  const memory = { request: '1Gi', limit: '2Gi' }
  const app = (cpu: string) => ({ name: 'app', cpu: { request: cpu }, memory })
  const proxy = { name: 'proxy', memory: { request: '64Mi' } }
  const pending = revision(2, [app('100m'), proxy])
  assert.deepEqual(pendingOf(pending, revision(1, [app('200m'), proxy])), {
    revision: 2,
    containers: [{ name: 'app', cpu: { request: '100m' } }],
  })
  assert.deepEqual(pendingOf(pending, undefined).containers, pending.containers)
  const raised = revision(1, [{ ...app('100m'), memory: { request: '1Gi', limit: '1536Mi' } }, proxy])
  assert.deepEqual(pendingOf(pending, raised).containers, [{ name: 'app', memory }])
})

test('what waits for one class of nodes is shown under its key', () => {
  const agent = (cpu: string) => ({
    ...{ name: 'agent', cpu: { request: '800m' } },
    nodeClasses: [{ nodes: 'cpu=4', cpu: { request: cpu } }],
  })
  const { containers } = pendingOf(revision(2, [agent('50m')]), revision(1, [agent('100m')]))
  assert.deepEqual(containers, [{ name: 'agent@cpu=4', cpu: { request: '50m' } }])
})
