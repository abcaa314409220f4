import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { StartupUsage } from '../../src/controller/startup-usage.ts'
import { Fleet, readFleetPod } from '../../src/fleet/index.ts'
import type { UsageSample } from '../../src/history/index.ts'

const WORKLOAD = { namespace: 'shop', kind: 'StatefulSet', name: 'web' }
const STARTED = Date.parse('2026-03-01T10:00:00Z') / 1000
const at = (seconds: number) => new Date((STARTED + seconds) * 1000).toISOString()

function fleetWith(container: object, readyAge: number | undefined) {
  const fleet = new Fleet('plimsoll')
  fleet.setMode('shop', 'auto')
  fleet.replacePods('shop', [
    readFleetPod({
      metadata: {
        ...{ uid: 'uid', name: 'web-0', namespace: 'shop', creationTimestamp: at(-5) },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', controller: true }],
      },
      spec: { containers: [{ name: 'app', resources: { limits: { cpu: '1' } }, ...container }] },
      status: {
        phase: 'Running',
        conditions: [
          {
            type: 'Ready',
            ...(readyAge === undefined
              ? { status: 'False', lastTransitionTime: at(-5) }
              : { status: 'True', lastTransitionTime: at(readyAge) }),
          },
        ],
        containerStatuses: [{ name: 'app', state: { running: { startedAt: at(0) } } }],
      },
    }),
  ])
  return fleet
}

const sample = (age: number, pod = 'web-0'): UsageSample => ({
  ...{ container: { workload: WORKLOAD, container: 'app' }, pod, timestampSeconds: STARTED + age },
  ...{ cpuCores: 0.95, memoryBytes: 1e6 },
})

function taken(fleet: Fleet, samples: readonly UsageSample[]) {
  const seen: UsageSample[] = []
  const usage = new StartupUsage(fleet, 15)
  usage.listeningTo({ observe: (more) => void seen.push(...more), observeOomKill: () => {} }).observe(samples)
  return { usage, seen }
}

const PROBED = { readinessProbe: { exec: { command: ['true'] } } }

describe('the CPU of a startup', () => {
  test('is not passed to the learner, but its memory is', () => {
    const { seen } = taken(fleetWith(PROBED, 60), [sample(30), sample(60), sample(90)])
    assert.deepEqual(
      seen.map(({ cpuCores, memoryBytes }) => [cpuCores, memoryBytes]),
      [
        [Number.NaN, 1e6],
        [Number.NaN, 1e6],
        [0.95, 1e6],
      ],
    )
  })

  test('ends after ten minutes if the Pod does not become ready', () => {
    const { seen } = taken(fleetWith({ startupProbe: {} }, undefined), [sample(599), sample(700)])
    assert.deepEqual(
      seen.map(({ cpuCores }) => cpuCores),
      [Number.NaN, 0.95],
    )
  })

  test('is passed on unchanged if its end is unknown: without a probe, and for deleted Pods', () => {
    assert.equal(taken(fleetWith({}, 1), [sample(5)]).seen[0]?.cpuCores, 0.95)
    assert.equal(taken(fleetWith(PROBED, 60), [sample(5, 'web-7')]).seen[0]?.cpuCores, 0.95)
    assert.equal(taken(fleetWith(PROBED, 60), [sample(-300)]).seen[0]?.cpuCores, 0.95)
  })
})

describe('the startup status of the Recommendation', () => {
  const entry = {
    workload: WORKLOAD,
    shape: { slots: [{ name: 'app', kind: 'container' }], overhead: { cpu: 0n, memory: 0n } },
  } as const

  test('contains its duration and CPU', () => {
    const { usage } = taken(fleetWith(PROBED, 62), [
      sample(30),
      sample(60),
      ...[100, 115, 130].map((age) => sample(age)),
    ])
    assert.deepEqual(usage.containersOf(entry, undefined), [])
    usage.settle(STARTED + 1200)
    assert.deepEqual(usage.containersOf(entry, undefined), [{ name: 'app', seconds: 65, cpu: '950m' }])
  })

  test('stays the same if nothing new is known, or only small changes', () => {
    const before = { name: 'app', seconds: 60, cpu: '1' }
    const { usage } = taken(fleetWith(PROBED, 62), [sample(30)])
    assert.deepEqual(usage.containersOf(entry, { containers: [before] }), [before])
    usage.settle(STARTED + 1200)
    assert.deepEqual(usage.containersOf(entry, { containers: [before] }), [before])
  })
})
