import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ApplicableWorkload, planFleet } from '../../src/apply/plan-fleet.ts'
import type { Review } from '../../src/apply/reviews.ts'
import { type ApiPod, type FleetNode, readFleetPod, readNode } from '../../src/fleet/index.ts'
import type { TroubleSeen } from '../../src/revisions/index.ts'
import { NOW, runningPod, WORKLOAD } from './pods.ts'

const MINUTE = 60_000
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * MINUTE).toISOString()

function revisionOf(number: number, cpu: string, more: object = {}) {
  const containers = [{ name: 'app', cpu: { request: cpu }, ...more }]
  return { revision: number, time: ago(60), source: 'observed', goal: 'balanced', containers } as const
}

/** A Pod; `has` is the revision that it has carried for some minutes. */
function pod(name: string, has?: { revision: number; minutes: number }, more: Partial<ApiPod> = {}) {
  const record = has && {
    ...{ revision: has.revision, time: ago(has.minutes), reasons: {} },
    containers: { app: { cpu: { request: ['1500m', '80m'] } } },
  }
  const base = runningPod({ cpu: has ? '80m' : '1500m', memory: '1Gi' })
  const annotations = record ? { 'plimsoll.dev/decision': JSON.stringify(record) } : {}
  const { metadata, status, ...rest } = more
  return readFleetPod({
    ...base,
    ...rest,
    metadata: {
      ...base.metadata,
      uid: name,
      name,
      ...metadata,
      annotations: { ...annotations, ...metadata?.annotations },
    },
    status: { ...base.status, ...status },
  })
}

function workload(pods: readonly ReturnType<typeof pod>[], more: Partial<ApplicableWorkload> = {}): ApplicableWorkload {
  return {
    ...{ workload: WORKLOAD, mode: 'auto', labels: {}, author: new Map(), pods, effective: { running: 'inPlace' } },
    ...{ criticality: 'medium', mayStart: true, policyDigest: '', status: { applied: revisionOf(3, '80m') } },
    ...more,
  }
}

const node = (spec = {}, conditions: { type: string; status: string }[] = []): FleetNode =>
  readNode({ metadata: { name: 'node-1' }, spec, status: { allocatable: { cpu: '8', memory: '16Gi' }, conditions } })

function plan(
  workloads: readonly ApplicableWorkload[],
  more: {
    podsPerNode?: number
    node?: FleetNode
    trouble?: TroubleSeen
    reviews?: Readonly<Record<string, Review>>
    stuck?: readonly string[]
  } = {},
) {
  const found = planFleet({
    ...{ workloads, now: NOW, podsPerNode: more.podsPerNode ?? 10, betweenBatchesMilliseconds: MINUTE },
    node: () => more.node ?? node(),
    troubleOf: () => more.trouble,
    reviewOf: (_, { name }) => (more.reviews ? more.reviews[name] : 'fits'),
    isStuck: ({ pod: { name } }) => more.stuck?.includes(name) ?? false,
  })
  return {
    chosen: found.candidates.map((one) => `${one.pod.name} ${one.urgency}`),
    waiting: Object.fromEntries(found.waiting.entries().map(([uid, { reason }]) => [uid, reason])),
    carrying: found.carrying,
  }
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `web-${i}`)

describe('of a workload', () => {
  test('one Pod is changed first, then a quarter, then the rest', () => {
    const chosen = (carrying: number, minutes: number) =>
      plan([workload(names(8).map((name, i) => pod(name, i < carrying ? { revision: 3, minutes } : undefined)))]).chosen
        .length
    assert.equal(chosen(0, 0), 1)
    assert.equal(chosen(1, 0.5), 0, 'the first has not had it for a minute')
    assert.equal(chosen(1, 2), 1)
    assert.equal(chosen(2, 2), 6)
  })

  test('all Pods are changed at once, before other workloads, if somebody asked for it', () => {
    const three = names(3).map((name) => pod(name))
    const other = workload([pod('db-0')], { workload: { ...WORKLOAD, name: 'db' }, criticality: 'low' })
    const urgent = workload(three, { isUrgent: true, criticality: 'high' })
    assert.deepEqual(plan([other, urgent]).chosen, ['web-0 free', 'web-1 free', 'web-2 free', 'db-0 free'])
  })

  test('nothing is changed during a rollout, or if a Pod is not ready', () => {
    const labelled = (hash: string) => ({ metadata: { labels: { 'controller-revision-hash': hash } } })
    assert.deepEqual(
      plan([workload([pod('a', undefined, labelled('x')), pod('b', undefined, labelled('y'))])]).waiting,
      {
        ...{ a: 'RolloutUnderWay', b: 'RolloutUnderWay' },
      },
    )
    const unready = pod('a', undefined, { status: { conditions: [] } })
    assert.deepEqual(plan([workload([unready])]).waiting, { a: 'PodNotReady' })
  })

  test('an overloaded workload is raised on all Pods at once, ready or not, but not lowered', () => {
    const unready = { status: { conditions: [] } }
    const pods = names(3).map((name) => pod(name, undefined, unready))
    const raised = { status: { applied: revisionOf(3, '2') } }
    const waiting = (more: Partial<ApplicableWorkload>) => plan([workload(pods, more)]).waiting
    const all = (reason: string) => Object.fromEntries(names(3).map((name) => [name, reason]))
    assert.deepEqual(plan([workload(pods, { ...raised, isOverloaded: true })]).chosen, [
      'web-0 raise',
      'web-1 raise',
      'web-2 raise',
    ])
    assert.deepEqual(waiting(raised), all('PodNotReady'))
    assert.deepEqual(waiting({ isOverloaded: true }), all('PodNotReady'))
  })

  test('a terminating Pod is skipped', () => {
    const ending = pod('a', undefined, { metadata: { deletionTimestamp: ago(0) } })
    assert.deepEqual(plan([workload([ending])]), { chosen: [], waiting: {}, carrying: 0 })
  })

  test('nothing is changed in mode observe, if nobody allows it, or during a hold', () => {
    const waiting = (more: Partial<ApplicableWorkload>, of = pod('a')) => plan([workload([of], more)]).waiting
    assert.deepEqual(waiting({ mode: 'observe' }), { a: 'NewPodsOnly' })
    assert.deepEqual(waiting({ effective: { running: 'never' } }), { a: 'NewPodsOnly' })
    const annotated = pod('a', undefined, { metadata: { annotations: { 'plimsoll.dev/apply-running': 'never' } } })
    assert.deepEqual(waiting({}, annotated), { a: 'NewPodsOnly' })
    assert.deepEqual(waiting({ labels: { 'plimsoll.dev/inject': 'false' } }), { a: 'NewPodsOnly' })
    assert.deepEqual(waiting({ mayStart: false }), { a: 'ChangesStopped' })
    assert.deepEqual(waiting({ mode: 'approve' }), {})
  })
})

test('a resize in progress is finished with any settings', () => {
  const intended = { revision: 3, time: ago(1), containers: { app: { cpu: { request: ['1500m', '80m'] } } } }
  const record = JSON.stringify({ revision: 0, containers: {}, reasons: {}, intended })
  const begun = pod('a', undefined, { metadata: { annotations: { 'plimsoll.dev/decision': record } } })
  assert.deepEqual(plan([workload([begun], { mode: 'observe', mayStart: false })]).chosen, ['a finish'])
})

describe('a revision that causes trouble', () => {
  const killed = (name: string, has?: { revision: number; minutes: number }) =>
    pod(name, has, {
      spec: {
        nodeName: 'node-1',
        containers: [{ name: 'app', resources: { requests: { cpu: '80m' }, limits: { memory: '100Mi' } } }],
      },
      status: {
        containerStatuses: [
          {
            name: 'app',
            restartCount: 1,
            lastState: { terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt: ago(0.1) } },
          },
        ],
      },
    })
  const applied = revisionOf(3, '80m', { memory: { request: '100Mi', limit: '100Mi' } })

  test('is rolled back on the affected Pod immediately, and no other Pod gets it', () => {
    const pods = [killed('bad', { revision: 3, minutes: 5 }), ...names(3).map((name) => pod(name))]
    const { chosen, waiting } = plan([workload(pods, { status: { applied } })])
    assert.deepEqual(chosen, ['bad back'])
    assert.deepEqual(new Set(Object.values(waiting)), new Set(['WaitsForOthers']))
  })

  test('is not tried again on a Pod that was rolled back, before the Recommendation contains the trouble', () => {
    const trouble = { kind: 'OomKill', message: 'container app was OOM-killed', revision: 3 } as const
    const all = [
      workload([pod('bad', { revision: 2, minutes: 1 })], { status: { applied, lastGood: revisionOf(2, '1') } }),
    ]
    assert.deepEqual(plan(all, { trouble }).waiting, { bad: 'WaitsForOthers' })
    assert.deepEqual(plan(all, { trouble: { ...trouble, revision: 2 } }).waiting, {}, 'trouble of what is gone is over')
  })

  test('is rolled back even while a change window is closed', () => {
    const held = workload([killed('bad', { revision: 3, minutes: 5 })], { status: { applied }, mayStart: false })
    assert.deepEqual(plan([held]).chosen, ['bad back'])
  })

  test('raises memory of a killed container although its Pod is not ready', () => {
    const more = revisionOf(4, '80m', { memory: { request: '200Mi', limit: '200Mi' } })
    const status = { applied: more, lastGood: applied }
    assert.deepEqual(plan([workload([killed('a', { revision: 3, minutes: 5 })], { status })]).chosen, ['a oom'])
  })
})

describe('order', () => {
  const raise = { status: { applied: revisionOf(3, '2') } } as const
  const other = (name: string, more: Partial<ApplicableWorkload>) =>
    workload([pod(name)], { workload: { ...WORKLOAD, name }, ...more })

  test('is decreases before raises, and low criticality first', () => {
    const all = [
      other('raise', raise),
      other('free-high', { criticality: 'high' }),
      other('free-low', { criticality: 'low' }),
    ]
    assert.deepEqual(plan(all).chosen, ['free-low free', 'free-high free', 'raise raise'])
  })

  test('leaves a node alone that has the maximum number of resizes', () => {
    const { chosen, waiting } = plan([other('a', {}), other('b', {})], { podsPerNode: 1 })
    assert.deepEqual([chosen, waiting], [['a free'], { b: 'WaitsForOthers' }])
  })

  test('raises nothing on a node that is cordoned or under pressure', () => {
    const cordoned = plan([other('a', raise), other('b', {})], { node: node({ unschedulable: true }) })
    assert.deepEqual([cordoned.chosen, cordoned.waiting], [['b free'], { a: 'NodeInTrouble' }])
    const pressed = node({}, [{ type: 'MemoryPressure', status: 'True' }])
    assert.deepEqual(plan([other('a', raise)], { node: pressed }).waiting, { a: 'NodeInTrouble' })
  })
})

describe('a canary', () => {
  const canary = { percent: 30, revision: revisionOf(4, '60m') }
  test('goes to its share of the running Pods, and the others keep the applied revision', () => {
    const pods = names(40).map((name) => pod(name, { revision: 3, minutes: 60 }))
    const { chosen, waiting, carrying } = plan([workload(pods, { status: { applied: revisionOf(3, '80m'), canary } })])
    const drawn = chosen.length + Object.keys(waiting).length
    assert.equal(chosen.length, 1, 'one Pod first')
    assert.ok(drawn >= 6 && drawn <= 20, `${drawn} of 40`)
    assert.equal(carrying, 40 - drawn)
  })

  test('that ended is rolled back', () => {
    assert.deepEqual(plan([workload([pod('a', { revision: 4, minutes: 5 })])]).chosen, ['a back'])
  })
})

describe('a Pod that carries its revision', () => {
  const carriers = (count: number, minutes = 2) => names(count).map((name) => pod(name, { revision: 3, minutes }))

  test('is looked at last, until it is known to have its target values', () => {
    const all = [workload([...carriers(2), pod('other')])]
    assert.deepEqual(plan(all, { reviews: { 'web-0': 'fits' } }).chosen, ['other free', 'web-1 review'])
    assert.deepEqual(plan(all).chosen, ['other free'])
    assert.equal(plan(all, { reviews: {} }).carrying, 2, 'it counts as carrying what is applied')
  })

  test('is changed if a look has found other values: one Pod first, then a quarter, then the rest', () => {
    const reviews = Object.fromEntries(names(8).map((name) => [name, 'free' as const]))
    const chosen = (fit: number, minutes: number) =>
      plan([workload(carriers(8, minutes))], {
        reviews: { ...reviews, ...Object.fromEntries(names(fit).map((name) => [name, 'fits' as const])) },
      }).chosen.length
    assert.equal(chosen(0, 60), 1)
    assert.equal(chosen(1, 0.5), 0)
    assert.equal(chosen(1, 2), 1)
    assert.equal(chosen(2, 2), 6)
  })

  test('is not looked at if nothing may change, and does not count as waiting', () => {
    const { chosen, waiting, carrying } = plan([workload(carriers(1), { mayStart: false })], { reviews: {} })
    assert.deepEqual([chosen, waiting, carrying], [[], {}, 1])
  })
})

describe('a Pod that cannot be changed now', () => {
  test('delays no other Pod of its workload', () => {
    const { chosen, waiting } = plan([workload([pod('by-hand'), pod('a'), pod('b')])], { stuck: ['by-hand'] })
    assert.deepEqual(chosen, ['by-hand free', 'a free'])
    assert.deepEqual(waiting, { b: 'WaitsForOthers' })
  })

  test('delays no other Pod on its node', () => {
    const other = { ...WORKLOAD, name: 'other' }
    const all = [workload([pod('by-hand')]), workload([pod('a')], { workload: other })]
    assert.deepEqual(plan(all, { podsPerNode: 1, stuck: ['by-hand'] }).chosen, ['by-hand free', 'a free'])
    assert.deepEqual(plan(all, { podsPerNode: 1 }).chosen, ['by-hand free'])
  })
})

describe('Pods under pressure', () => {
  const raise = (reasons: readonly string[]) => ({
    status: { applied: revisionOf(3, '2', { cpu: { request: '2', reasons } }) },
  })
  const pressed = raise(['RaisedForPressure'])

  test('are raised all at once, before changes that can wait', () => {
    const other = workload([pod('db-0')], { workload: { ...WORKLOAD, name: 'db' }, criticality: 'low' })
    const three = names(3).map((name) => pod(name))
    assert.deepEqual(plan([other, workload(three, pressed)]).chosen, [
      ...['web-0 protect', 'web-1 protect', 'web-2 protect'],
      'db-0 free',
    ])
    assert.deepEqual(plan([workload(three, raise([]))]).chosen, ['web-0 raise'])
  })

  test('are raised although they are not ready, but not during a rollout or on a node in trouble', () => {
    const unready = pod('a', undefined, { status: { conditions: [] } })
    assert.deepEqual(plan([workload([unready], pressed)]).chosen, ['a protect'])
    assert.deepEqual(plan([workload([unready], raise([]))]).waiting, { a: 'PodNotReady' })
    const inTrouble = node({ unschedulable: true })
    assert.deepEqual(plan([workload([pod('a')], pressed)], { node: inTrouble }).waiting, { a: 'NodeInTrouble' })
  })
})

test('the Pods of a DaemonSet get the values of the class of their node', () => {
  const nodeClasses = [{ nodes: 'cpu=4', cpu: { request: '50m' } }]
  const entry = workload([pod('web-0')], { status: { applied: revisionOf(3, '3', { nodeClasses }) } })
  const large = readNode({ metadata: { name: 'node-1' }, status: { capacity: { cpu: '64' } } })
  const small = readNode({ metadata: { name: 'node-1' }, status: { capacity: { cpu: '4' } } })
  assert.deepEqual(plan([entry], { node: large }).chosen, ['web-0 raise'])
  assert.deepEqual(plan([entry], { node: small }).chosen, ['web-0 free'])
})
