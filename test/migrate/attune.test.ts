import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '../../src/migrate/index.ts'
import { durationOf, windowsOf } from '../../src/migrate/plan/attune/times.ts'
import { FakeCluster, namespace, workload } from './cluster.ts'

/** An AttunePolicy that changes the Pods of a Deployment of its name, unless `spec` says otherwise. */
function policy(name: string, spec: Record<string, unknown> = {}): ApiObject {
  return {
    apiVersion: 'attune.io/v1alpha1',
    kind: 'AttunePolicy',
    metadata: { name, namespace: 'shop' },
    spec: {
      targetRef: { kind: 'Deployment', name },
      metricsSource: { prometheus: { address: 'http://prometheus:9090' } },
      cpu: { percentile: 95 },
      memory: { percentile: 99 },
      updateStrategy: { type: 'Auto' },
      ...spec,
    },
  }
}

function labelled(name: string, labels: Record<string, string>): ApiObject {
  const made = workload('Deployment', name)
  return { ...made, metadata: { ...made.metadata, labels } }
}

function learned(...objects: ApiObject[]): FakeCluster {
  const cluster = new FakeCluster([namespace('shop'), ...objects])
  for (const { workload } of cluster.state().workloads) cluster.learn(`shop/deployment-${workload.name}`)
  return cluster
}

function specOf(spec: Record<string, unknown>): Record<string, unknown> {
  const cluster = learned(workload('Deployment', 'web'), policy('web', spec))
  cluster.apply(cluster.plan('attune').changes)
  return cluster.get('SizingPolicy', 'shop', 'migrated-deployment-web')!.spec as Record<string, unknown>
}

const notesOf = (cluster: FakeCluster) =>
  cluster
    .plan('attune')
    .notes.map(({ says }) => says)
    .join('\n')

test('an AttunePolicy is paused, its workloads are handed over together, and all is restored exactly', () => {
  const selected = { targetRef: { kind: 'Deployment', selector: { matchLabels: { tier: 'front' } } } }
  const cluster = learned(
    ...['web', 'api'].map((name) => labelled(name, { tier: 'front' })),
    labelled('db', { tier: 'back' }),
    policy('front', { ...selected, updateStrategy: { type: 'Auto', initialSizing: true } }),
  )
  const before = cluster.contents()
  const isPaused = () => cluster.get('AttunePolicy', 'shop', 'front')!.spec!.paused === true
  const check = () => {
    for (const name of ['web', 'api', 'db'])
      assert.ok(name === 'db' || isPaused() || !cluster.plimsollActs('shop', 'Deployment', name), name)
  }
  cluster.learned.delete('shop/deployment-api')
  assert.deepEqual(
    cluster.plan('attune').rows.map(({ outcome }) => outcome),
    ['waits', 'waits'],
  )
  cluster.learn('shop/deployment-api')
  cluster.apply(cluster.plan('attune').changes, check)
  assert.deepEqual(cluster.get('AttunePolicy', 'shop', 'front')!.spec!.updateStrategy, {
    type: 'Auto',
    initialSizing: false,
  })
  assert.equal(cluster.plimsollActs('shop', 'Deployment', 'api'), true)
  assert.equal(cluster.plimsollActs('shop', 'Deployment', 'db'), false)
  assert.deepEqual(cluster.plan('attune').changes, [])
  cluster.apply(cluster.undo('attune').changes, check)
  assert.deepEqual(cluster.contents(), before)
})

test('policies that change nothing stay, and their workloads are only observed', () => {
  for (const spec of [{ updateStrategy: { type: 'Recommend' } }, { updateStrategy: undefined }, { paused: true }]) {
    const cluster = learned(workload('Deployment', 'web'), policy('web', spec))
    cluster.apply(cluster.plan('attune').changes)
    assert.equal(cluster.get('Namespace', '', 'shop')!.metadata.labels!['plimsoll.dev/mode'], 'observe')
    assert.deepEqual(cluster.state().policies, [])
  }
  const initial = learned(workload('Deployment', 'web'), policy('web', { updateStrategy: { initialSizing: true } }))
  assert.equal(initial.plan('attune').rows[0]!.outcome, 'now')
})

test('bounds, limits, method, canary, startup and goal come nearest to what the policy says', () => {
  const free = { minShare: 0, maxShare: 1000, minLimitShare: 0, maxLimitShare: 1000 }
  const spec = specOf({
    cpu: {
      ...{ percentile: 50, minAllowed: '50m', maxAllowed: '2', controlledValues: 'RequestsAndLimits' },
      startupBoost: { multiplier: '3.0', duration: '2m0s' },
    },
    memory: { maxAllowed: '4Gi' },
    updateStrategy: {
      ...{ type: 'Canary', resizeMethod: 'InPlaceOrRecreate' },
      canary: { percentage: 10, observationPeriod: '30m' },
    },
  })
  assert.deepEqual(spec.bounds, { cpu: { ...free, min: '50m', max: '2' }, memory: { ...free, max: '4Gi' } })
  assert.deepEqual(spec.limits, { cpu: 'ratio', memory: 'keep' })
  assert.deepEqual(spec.apply, { running: 'inPlaceOrRestart' })
  assert.deepEqual(spec.canary, { percent: 10, for: '30m' })
  assert.deepEqual(spec.startup, { cpu: '3x', plus: '1s', atMost: '2m' })
  assert.equal(spec.goal, 'savings')
  assert.deepEqual(specOf({}).apply, { running: 'inPlace' })
  assert.equal(specOf({ cpu: { percentile: 99 } }).goal, 'reliability')
})

test('a schedule becomes change windows', () => {
  assert.deepEqual(
    windowsOf({
      windows: [
        { start: '22:00', end: '06:30' },
        { start: '12:15', end: '13:00' },
      ],
      daysOfWeek: ['Saturday', 'Sunday'],
      timezone: 'Europe/Berlin',
    }),
    [
      { cron: '0 22 * * 6,0', for: '510m', timeZone: 'Europe/Berlin' },
      { cron: '15 12 * * 6,0', for: '45m', timeZone: 'Europe/Berlin' },
    ],
  )
  assert.deepEqual(windowsOf({ daysOfWeek: ['Monday'] }), [{ cron: '0 0 * * 1', for: '1440m' }])
  assert.equal(windowsOf({ daysOfWeek: ['Mon'] }), undefined)
  assert.equal(windowsOf({ windows: [{ start: '25:00', end: '06:00' }] }), undefined)
})

test('durations of Go are read', () => {
  assert.deepEqual(['1h30m', '5m0s', '24h', '90s', '1.5s', '0s', '5', '', 'x'].map(durationOf), [
    '90m',
    '5m',
    '24h',
    '90s',
    '2s',
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('what has no counterpart is listed, and what cannot be read or expressed stays with Attune', () => {
  const lists = notesOf(
    learned(
      workload('Deployment', 'web'),
      policy('web', {
        cpu: { overhead: '20', allowDecrease: false, startupBoost: { multiplier: 'much', duration: '1m' } },
        memory: { memoryFromCpuRatio: '2.0', minAllowed: 'much' },
        updateStrategy: {
          ...{
            type: 'Canary',
            canary: { percentage: 100, observationPeriod: '5m' },
            autoRevert: false,
            cooldown: '1h',
          },
          ...{ sloGuardrails: [{}], schedule: { daysOfWeek: ['Mon'] }, templatePersistence: { enabled: true } },
        },
      }),
    ),
  )
  for (const expected of [
    /it reads http:\/\/prometheus:9090/,
    /sidecars that a mesh injects/,
    /memory is never lowered/,
    /CPU is never lowered/,
    /sloGuardrails/,
    /cpu\.overhead, memory\.memoryFromCpuRatio, cooldown/,
    /templatePersistence/,
    /autoRevert: false/,
    /the schedule cannot be read/,
    /startupBoost cannot be read/,
    /the canary cannot be read/,
    /the amount much cannot be read/,
    /AttuneDefaults/,
  ])
    assert.match(lists, expected)
  const web = workload('Deployment', 'web', { containers: ['app', 'proxy'] })
  const stays = (...objects: ApiObject[]) => {
    const cluster = learned(web, ...objects)
    assert.deepEqual(cluster.plan('attune').changes, [])
    return notesOf(cluster)
  }
  assert.match(stays(policy('web', { excludedContainers: ['proxy'] })), /excludedContainers: only the Pod template/)
  assert.match(
    stays(policy('web', { updateStrategy: { type: 'Sometimes' } })),
    /cannot be read: spec\.updateStrategy\.type/,
  )
  assert.match(stays({ ...policy('web'), spec: undefined }), /cannot be read: spec: /)
  assert.match(stays(policy('gone')), /targets no workload/)
  assert.match(
    stays(policy('web'), policy('all', { targetRef: { kind: 'Deployment' } })),
    /several AttunePolicies change its Pods/,
  )
})
