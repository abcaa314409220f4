import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { carriedBy } from '../../../src/commands/dashboard/carried.ts'
import { type ApiPod, readFleetPod } from '../../../src/fleet/index.ts'

const NOW_SECONDS = Date.parse('2026-06-01T12:00:00Z') / 1000
const TEN = Date.parse('2026-06-01T10:00:00Z') / 1000
const ELEVEN = TEN + 3600

interface Made {
  readonly createdAt?: string
  readonly cpu?: string
  readonly record?: object
  readonly actual?: object
  readonly phase?: string
}

const pod = ({ createdAt = '2026-06-01T10:00:00Z', cpu = '500m', record, actual, phase = 'Running' }: Made = {}) =>
  readFleetPod({
    metadata: {
      creationTimestamp: createdAt,
      ...(record && { annotations: { 'plimsoll.dev/decision': JSON.stringify({ reasons: {}, ...record }) } }),
    },
    spec: {
      initContainers: [{ name: 'setup', resources: { requests: { cpu: '2' } } }],
      containers: [{ name: 'app', resources: { requests: { cpu }, limits: { cpu: '1' } } }],
    },
    status: { phase, containerStatuses: [{ name: 'app', ...(actual && { resources: actual }) }] },
  } as ApiPod)

const cpuOf = (...pods: ReturnType<typeof pod>[]) =>
  carriedBy(pods, NOW_SECONDS).find(({ resource }) => resource === 'cpu')?.values

describe('what running Pods carry', () => {
  test('has its Pods, and the time since which the first of them has had it; init containers are left out', () => {
    const pods = [
      pod({ createdAt: '2026-06-01T11:00:00Z' }),
      pod(),
      pod({ createdAt: '2026-06-01T11:30:00Z', cpu: '200m' }),
    ]
    assert.deepEqual(carriedBy(pods, NOW_SECONDS), [
      {
        container: 'app',
        resource: 'cpu',
        values: [
          { sinceSeconds: TEN, pods: 2, request: 0.5, limit: 1 },
          { sinceSeconds: ELEVEN + 1800, pods: 1, request: 0.2, limit: 1 },
        ],
      },
      { container: 'app', resource: 'memory', values: [{ sinceSeconds: TEN, pods: 3 }] },
    ])
  })

  test('counts from the resize that gave it to the Pod', () => {
    const containers = { app: { cpu: { request: ['500m', '200m'] } } }
    const record = { revision: 2, time: '2026-06-01T11:00:00Z', containers }
    assert.deepEqual(cpuOf(pod({ cpu: '200m', record })), [{ sinceSeconds: ELEVEN, pods: 1, request: 0.2, limit: 1 }])
  })

  test('is known from now on only, where somebody else has changed it', () => {
    const record = { revision: 2, containers: { app: { cpu: { request: ['500m', '200m'] } } } }
    assert.deepEqual(cpuOf(pod({ cpu: '300m', record })), [
      { sinceSeconds: NOW_SECONDS, pods: 1, request: 0.3, limit: 1 },
    ])
  })

  test('is what is in force, while a resize has not been carried out', () => {
    const actual = { requests: { cpu: '400m' }, limits: { cpu: '1' } }
    assert.deepEqual(cpuOf(pod({ cpu: '200m', actual })), [{ sinceSeconds: TEN, pods: 1, request: 0.4, limit: 1 }])
  })

  test('is nothing of Pods that have ended', () => {
    assert.deepEqual(carriedBy([pod({ phase: 'Succeeded' })], NOW_SECONDS), [])
  })

  test('is at most 16 different values, those of most Pods', () => {
    const pods = Array.from({ length: 40 }, (_, i) => pod({ cpu: `${100 + Math.floor(i / 2)}m` }))
    const values = cpuOf(...pods, pod({ cpu: '100m' }))!
    assert.deepEqual([values.length, values[0]!.pods], [16, 3])
  })
})
