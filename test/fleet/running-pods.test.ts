import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RunningPods } from '../../src/api/index.ts'
import { type ApiPod, Fleet, readFleetPod, runningPods } from '../../src/fleet/index.ts'

const NOW = new Date('2026-06-01T12:00:00Z')
const MEBI = 2 ** 20
const OWNER = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true }

const POD = {
  metadata: {
    uid: '1',
    namespace: 'shop',
    name: 'db-0',
    creationTimestamp: '2026-06-01T10:00:00Z',
    ownerReferences: [OWNER],
    labels: { secret: 'in-a-label' },
    annotations: {
      'plimsoll.dev/goal': 'savings',
      'plimsoll.dev/decision': JSON.stringify({
        revision: 2,
        containers: { db: { cpu: { request: ['500m', '200m'] } } },
        reasons: {},
      }),
    },
  },
  spec: {
    nodeName: 'node-1',
    initContainers: [{ name: 'setup', resources: { requests: { cpu: '2' } } }],
    containers: [
      {
        name: 'db',
        command: ['secret-in-the-command'],
        env: [{ name: 'PASSWORD', value: 'secret-in-the-environment' }],
        resources: { requests: { cpu: '200m', memory: '128Mi' }, limits: { memory: '256Mi' } },
      },
    ],
  },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'db',
        restartCount: 4,
        lastState: { terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt: '2026-06-01T11:00:00Z' } },
      },
    ],
  },
}

function fleetOf(...pods: readonly object[]): Fleet {
  const fleet = new Fleet('plimsoll')
  fleet.setMode('shop', 'approve')
  fleet.replacePods(
    'shop',
    pods.map((pod) => readFleetPod(pod as ApiPod)),
  )
  return fleet
}

test("running Pods are published with requests, author's values, and what happened to them", () => {
  const used = { cpuCores: 0.05, memoryBytes: 90 * MEBI }
  assert.deepEqual(
    runningPods(fleetOf(POD), NOW, () => used),
    {
      time: '2026-06-01T12:00:00.000Z',
      modes: { shop: 'approve' },
      pods: [
        {
          workload: { namespace: 'shop', kind: 'StatefulSet', name: 'db' },
          createdAt: '2026-06-01T10:00:00Z',
          node: 'node-1',
          goal: 'savings',
          containers: [
            {
              name: 'db',
              author: { cpu: { request: 0.5 }, memory: { request: 128 * MEBI, limit: 256 * MEBI } },
              now: { cpu: { request: 0.2 }, memory: { request: 128 * MEBI, limit: 256 * MEBI } },
              oomKills: 1,
              restarts: 4,
              isCrashing: true,
              used,
            },
          ],
        },
      ],
      unowned: 0,
      leftOut: 0,
    },
  )
})

test('nothing else of a Pod is published: no environment, command, label or annotation', () => {
  const text = JSON.stringify(runningPods(fleetOf(POD), NOW, () => undefined))
  assert.doesNotMatch(text, /secret|PASSWORD|setup/)
})

test('the publication is accepted by its reader', () => {
  const running = runningPods(fleetOf(POD), NOW, () => undefined)
  assert.deepEqual(RunningPods.parse(JSON.parse(JSON.stringify(running))), running)
})

test('a Pod that has ended is marked, and one without a workload is only counted while it runs', () => {
  const bare = { ...POD, metadata: { ...POD.metadata, name: 'bare', ownerReferences: [] } }
  const ended = (pod: typeof POD, name: string) => ({
    ...{ ...pod, metadata: { ...pod.metadata, name } },
    status: { ...pod.status, phase: 'Succeeded' },
  })
  const { pods, unowned } = runningPods(
    fleetOf(bare, ended(bare, 'bare-ended'), ended(POD, 'db-ended')),
    NOW,
    () => undefined,
  )
  assert.deepEqual([pods.length, pods[0]!.hasEnded, unowned], [1, true, 1])
})
