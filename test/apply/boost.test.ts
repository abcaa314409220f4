import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Revision } from '../../src/api/index.ts'
import { BoostDriver, type BoostedWorkload } from '../../src/apply/boost-driver.ts'
import { boostDue, isOverdue, startupEnds } from '../../src/apply/boost-due.ts'
import { boostRoom } from '../../src/apply/boost-room.ts'
import { planBoost } from '../../src/apply/plan-boost.ts'
import { type ApplicableWorkload, planFleet } from '../../src/apply/plan-fleet.ts'
import { planPod } from '../../src/apply/plan-pod.ts'
import { ResizeAbility } from '../../src/controller/resize-ability.ts'
import { type ApiPod, type PodStart, readFleetPod, readNode } from '../../src/fleet/index.ts'
import { KubeError } from '../../src/kube/index.ts'
import { DECISION_ANNOTATION, DEFAULT_POLICY, parseRecord, startupBoost } from '../../src/policy/index.ts'
import { createLearnerMetrics, createLogger } from '../../src/telemetry/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { Killed, ModelCluster } from './model-cluster.ts'
import { NOW, planInput, revision, runningPod, WORKLOAD } from './pods.ts'

const SECONDS = NOW.getTime() / 1000
const RULES = startupBoost({ cpu: '2x', plus: '30s', atMost: '10m' })
const at = (seconds: number) => new Date((SECONDS + seconds) * 1000).toISOString()

const RECORD = {
  ...{ revision: 3, reasons: {}, containers: { app: { cpu: { request: ['500m', '100m'] } } } },
  boost: { app: { request: ['100m', '200m'], limit: ['1', '2'] } },
}

interface State {
  readonly cpu?: readonly [request: string, limit: string]
  readonly memory?: string
  /** Seconds from now. */
  readonly started?: number
  readonly ready?: number | undefined
  readonly unready?: number
  readonly record?: object
}

/** A Pod that has a boost, and started a while ago. */
function boostedPod({
  cpu = ['200m', '2'],
  memory = '1Gi',
  started = -60,
  ready,
  unready,
  record = RECORD,
}: State = {}): ApiPod {
  const pod = runningPod({ cpu: cpu[0], memory }, { cpu: cpu[1] })
  const isReady = ready !== undefined
  const since = ready ?? unready ?? started - 5
  const resources = structuredClone(pod.spec!.containers![0]!.resources!)
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: { [DECISION_ANNOTATION]: JSON.stringify(record) } },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: at(since) }],
      containerStatuses: [{ name: 'app', restartCount: 0, state: { running: { startedAt: at(started) } }, resources }],
    },
  }
}

const plan = (pod: ApiPod, more: Partial<Parameters<typeof planBoost>[0]> = {}) =>
  planBoost({ pod, rules: RULES, mayGive: true, nowSeconds: SECONDS, ...more })

describe('the startup of a container', () => {
  const start = (more: Partial<PodStart>): PodStart => ({
    ...{ readySeconds: undefined, unreadySeconds: undefined, endedSeconds: new Map(), probed: new Set() },
    startedSeconds: new Map([['app', 1000]]),
    ...more,
  })

  test('ends a while after the Pod is ready, or at the latest a while after the start', () => {
    assert.equal(startupEnds('app', start({ readySeconds: 1100 }), RULES), 1130)
    assert.equal(startupEnds('app', start({ readySeconds: 1595 }), RULES), 1600)
    assert.equal(startupEnds('app', start({ unreadySeconds: 990 }), RULES), 1600)
  })

  test('begins again with each start, also if the Pod was never seen unready', () => {
    assert.equal(startupEnds('app', start({ readySeconds: 100 }), RULES), 1030)
  })

  test('is over where the Pod was ready since, and is not ready any more', () => {
    assert.equal(startupEnds('app', start({ unreadySeconds: 1200 }), RULES), 1200)
    assert.equal(boostDue('app', { isOn: false }, start({ unreadySeconds: 1200 }), RULES, 1201), undefined)
  })

  test('lasts while it does not run, for a while', () => {
    const stopped = start({ startedSeconds: new Map(), endedSeconds: new Map([['app', 1000]]) })
    assert.deepEqual(
      [boostDue('app', { isOn: true }, stopped, RULES, 1599), boostDue('app', { isOn: true }, stopped, RULES, 1600)],
      [undefined, 'remove'],
    )
    assert.equal(boostDue('app', { isOn: false }, stopped, RULES, 1001), undefined, 'a resize would not reach it')
  })

  test('is over at once where nothing asks for a boost any more', () => {
    assert.equal(boostDue('app', { isOn: true }, start({}), undefined, 1001), 'remove')
  })

  test('that has long been over with a boost that is still there, or still in force, is overdue', () => {
    const ready = start({ readySeconds: 1100 })
    const overdue = (isOn: boolean, lingers: boolean, now: number) =>
      isOverdue('app', { isOn, lingers }, ready, RULES, now)
    assert.deepEqual(
      [overdue(true, false, 1189), overdue(true, false, 1190), overdue(false, true, 1190)],
      [false, true, true],
    )
    assert.equal(overdue(false, false, 9999), false)
  })
})

describe('a boost', () => {
  test('is removed when the Pod is ready, request and limit in one resize without a write of the record', () => {
    assert.equal(plan(boostedPod({ ready: -29 })), undefined)
    const step = plan(boostedPod({ ready: -30 }))
    assert.equal(step?.step, 'remove')
    assert.deepEqual(step?.resize.body, {
      containers: [{ name: 'app', resources: { requests: { cpu: '100m' }, limits: { cpu: '1' } } }],
    })
    assert.deepEqual([step?.resize.annotation, step?.resize.raises.cpu], [undefined, 0n])
  })

  test('is given again when the container has started again, and not beside a resize that is intended', () => {
    const again = { cpu: ['100m', '1'], started: -2, ready: -4000 } as const
    const step = plan(boostedPod(again))
    assert.equal(step?.step, 'give')
    assert.deepEqual(step?.resize.body, {
      containers: [{ name: 'app', resources: { requests: { cpu: '200m' }, limits: { cpu: '2' } } }],
    })
    assert.equal(step?.resize.raises.cpu, 100_000_000n)
    assert.equal(plan(boostedPod(again), { mayGive: false }), undefined)
    const containers = { app: { memory: { request: ['1Gi', '2Gi'] } } }
    const intended = { revision: 4, time: at(-10), containers, boost: RECORD.boost }
    assert.equal(plan(boostedPod({ ...again, record: { ...RECORD, intended } })), undefined)
  })

  test('that somebody has changed by hand is left alone', () => {
    assert.equal(plan(boostedPod({ cpu: ['170m', '3'], ready: -300 })), undefined)
  })

  test('is no value that counts: the Pod has what was applied', () => {
    const { containers, carries } = readFleetPod(boostedPod())
    const app = containers.get('app')!
    assert.equal(carries?.revision, 3)
    assert.deepEqual(
      [app.spec.cpu, app.isAsRecorded, app.changed],
      [{ request: 100_000_000n, limit: 1_000_000_000n }, true, undefined],
    )
    assert.deepEqual(readFleetPod(boostedPod()).author.get('app')?.cpu, {
      request: 500_000_000n,
      limit: 1_000_000_000n,
    })
    assert.equal(planPod(planInput(boostedPod(), revision(3, { request: '100m' }))).do, 'nothing')
  })

  test('stays on its Pod while more memory comes, and keeps its place in the record', async () => {
    const cluster = new ModelCluster(boostedPod())
    const target = revision(4, { request: '100m' }, { request: '2Gi' })
    const step = planPod(planInput(await cluster.get(), target))
    assert.ok(step.do === 'resize')
    assert.deepEqual(step.body, {
      containers: [{ name: 'app', resources: { requests: { memory: '2Gi' }, limits: { memory: '2Gi' } } }],
    })
    await cluster.resize(await cluster.record(await cluster.get(), step.annotation!), step.body)
    cluster.actuate()
    const settle = planPod(planInput(await cluster.get(), target))
    assert.ok(settle.do === 'record')
    const record = parseRecord(settle.annotation)
    assert.deepEqual([record?.revision, record?.boost], [4, RECORD.boost])
  })

  test('ends where other CPU comes, and is given from the new values later', async () => {
    const cluster = new ModelCluster(boostedPod())
    const target = revision(4, { request: '150m' })
    const step = planPod(planInput(await cluster.get(), target))
    assert.ok(step.do === 'resize')
    assert.deepEqual(step.body.containers![0]!.resources, { requests: { cpu: '150m' }, limits: { cpu: '1' } })
    const { intended } = parseRecord(step.annotation)!
    assert.deepEqual(intended?.boost, { app: { request: ['150m', '200m'], limit: ['1', '2'] } })
  })

  test('is not forgotten where the rest goes back to what the author wrote', async () => {
    const cluster = new ModelCluster(boostedPod({ cpu: ['100m', '1'] }))
    for (let turns = 0; turns < 4; turns++) {
      const pod = await cluster.get()
      const step = planPod(planInput(pod, { of: 'author' }))
      if (step.do === 'record') await cluster.record(pod, step.annotation)
      if (step.do === 'resize')
        await cluster.resize(step.annotation ? await cluster.record(pod, step.annotation) : pod, step.body)
      cluster.actuate()
    }
    const record = parseRecord((await cluster.get()).metadata?.annotations?.[DECISION_ANNOTATION])
    assert.deepEqual(record?.boost, { app: { limit: ['1', '2'] } })
  })
})

/** Why the Pod waits for a revision that gives it this request; empty if it does not. */
function waitingOf(pod: ApiPod, request: string, more: Partial<ApplicableWorkload> = {}): string[] {
  const containers = [{ name: 'app', cpu: { request } }]
  const applied: Revision = {
    ...{ revision: 4, time: '2026-03-01T09:00:00Z', source: 'observed', goal: 'balanced', containers },
  }
  const entry: ApplicableWorkload = {
    ...{ workload: WORKLOAD, mode: 'auto', labels: {}, author: new Map(), pods: [readFleetPod(pod)] },
    ...{
      effective: { running: 'inPlace' },
      criticality: 'medium',
      mayStart: true,
      policyDigest: '',
      status: { applied },
    },
    ...more,
  }
  const { waiting } = planFleet({
    ...{ workloads: [entry], node: () => undefined, now: NOW, podsPerNode: 1, betweenBatchesMilliseconds: 0 },
    ...{ troubleOf: () => undefined, reviewOf: () => 'fits', isStuck: () => false },
  })
  return [...waiting.values()].map(({ reason }) => reason)
}

test('a Pod with a boost starts: a new revision waits until the boost is removed', () => {
  const state = { started: -90, ready: -10 }
  assert.deepEqual(waitingOf(boostedPod(state), '50m'), ['PodNotReady'])
  assert.deepEqual(waitingOf(boostedPod({ ...state, cpu: ['100m', '1'] }), '50m'), [])
})

test('a raise waits until the target of the HPA is low enough, and what goes down does not', () => {
  const pod = runningPod({ cpu: '500m', memory: '1Gi' })
  assert.deepEqual(waitingOf(pod, '1', { waitsForScale: true }), ['ScaleTargetBehind'])
  assert.deepEqual(waitingOf(pod, '100m', { waitsForScale: true }), [])
})

describe('a process that dies at any call of the API', () => {
  async function journey(kill?: ModelCluster['kill']) {
    const cluster = new ModelCluster(boostedPod())
    cluster.kill = kill
    const turn = async (pod: () => Promise<ApiPod>, nowSeconds: number) => {
      try {
        const step = plan(await pod(), { nowSeconds })
        if (step) await cluster.resize(await cluster.get(), step.resize.body)
      } catch (error) {
        if (!(error instanceof Killed)) throw error
        cluster.kill = undefined
      }
      cluster.actuate()
    }
    const as = (state: State) => async () => {
      const { requests, limits } = (await cluster.get()).spec!.containers![0]!.resources!
      return boostedPod({ ...state, cpu: [String(requests!.cpu), String(limits!.cpu)] })
    }
    for (let i = 0; i < 3; i++) await turn(as({ ready: -40 }), SECONDS + i)
    const removed = cluster.pod.spec.containers[0]!.resources
    for (let i = 0; i < 3; i++) await turn(as({ started: 100, ready: -40 }), SECONDS + 101 + i)
    const given = cluster.pod.spec.containers[0]!.resources
    for (let i = 0; i < 3; i++) await turn(as({ started: 100, ready: 110 }), SECONDS + 150 + i)
    return { removed, given, end: cluster.pod.spec.containers[0]!.resources, calls: cluster.calls.length }
  }

  test('leaves boosts that its successor removes and gives again alike', async () => {
    const { calls, ...undisturbed } = await journey()
    assert.deepEqual(
      [undisturbed.removed?.limits, undisturbed.given?.limits, undisturbed.end?.limits].map((one) => one?.cpu),
      ['1', '2', '1'],
    )
    for (let i = 1; i <= calls; i++)
      for (const afterEffect of [false, true]) {
        const { calls: _, ...disturbed } = await journey({ at: i, afterEffect })
        assert.deepEqual(disturbed, undisturbed, `killed at call ${i}, ${afterEffect}`)
      }
  })
})

describe('the driver', () => {
  const node = readNode({ metadata: { name: 'node-1' }, status: { allocatable: { cpu: '8', memory: '16Gi' } } })

  function driving(pod: ApiPod, entry: Partial<BoostedWorkload> = {}) {
    const cluster = new ModelCluster(pod)
    // The model's kubelet says that the Pod is ready: this one starts.
    cluster.pod = structuredClone({ ...cluster.pod, status: pod.status }) as never
    const events: { reason: string; note: string }[] = []
    const ofWorkload: { reason: string; note: string }[] = []
    const metrics = createLearnerMetrics()
    const time = new FakeTime(SECONDS * 1000)
    const ability = new ResizeAbility({ client: {} as never, logger: createLogger('silent'), time })
    const driver = new BoostDriver({
      ...{ ability, api: cluster, time, logger: createLogger('silent'), metrics, node: () => node },
      events: { record: (event) => void events.push(event) },
      workloadEvents: { record: async (_, event) => void ofWorkload.push(event) },
      workloads: () => [
        { workload: WORKLOAD, pods: [readFleetPod(cluster.pod as never)], rules: RULES, mayGive: true, ...entry },
      ],
    })
    const gauge = async (state: string) =>
      (await metrics.boosts.get()).values.find(({ labels }) => labels.state === state)?.value
    return {
      ability,
      cluster,
      driver,
      events,
      ofWorkload,
      gauge,
      metrics,
      time,
      pass: () => driver.pass(new AbortController().signal),
    }
  }

  test('removes a boost, and says so on the Pod and on its workload', async () => {
    const { cluster, events, ofWorkload, pass } = driving(boostedPod({ ready: -31 }))
    await pass()
    assert.deepEqual(cluster.calls, ['get', 'dry run', 'resize'])
    assert.deepEqual(
      events.map(({ reason }) => reason),
      ['BoostRemoved'],
    )
    assert.match(events[0]!.note, /app cpu 200m\/2 -> 100m\/1/)
    assert.match(ofWorkload[0]!.note, /first web-0: app cpu 200m\/2 -> 100m\/1/)
  })

  test('makes no request while nothing is due', async () => {
    const { cluster, gauge, pass } = driving(boostedPod())
    await pass()
    assert.deepEqual([cluster.calls, await gauge('starting'), await gauge('overdue')], [[], 1, 0])
  })

  test('counts a boost that the server does not let it remove, and says so', async () => {
    const { cluster, events, gauge, pass } = driving(boostedPod({ started: -300, ready: -120 }))
    cluster.refuse = new KubeError('Invalid', 'no', { status: 422 })
    await pass()
    assert.deepEqual([events[0]?.reason, await gauge('overdue'), await gauge('starting')], ['BoostNotRemoved', 1, 0])
    await pass()
    assert.equal(cluster.calls.length, 2, 'it is not tried again at once')
  })

  test('asks for nothing for ten minutes where the API server can resize nothing, and says once that it cannot', async () => {
    const { ability, cluster, gauge, pass, time } = driving(boostedPod({ started: -300, ready: -120 }))
    ability.resized()
    cluster.refuse = new KubeError('NotServed', 'the server has no pods/resize', { status: 404 })
    for (let second = 0; second < 60; second++) {
      await pass()
      time.advance(1_000)
    }
    assert.deepEqual(cluster.calls, ['get', 'dry run'])
    assert.deepEqual([ability.isAble, await gauge('overdue')], [false, 1])
    cluster.refuse = undefined
    time.advance(600_000)
    await pass()
    assert.ok(cluster.calls.includes('resize'))
    assert.equal(ability.isAble, true)
  })

  test('gives nothing on a node without room', async () => {
    const { cluster, pass } = driving(boostedPod({ cpu: ['100m', '1'], started: -2, ready: -4000 }))
    cluster.neighbours = [runningPod({ cpu: '7900m' })]
    await pass()
    assert.deepEqual(cluster.calls, ['get', 'list'])
  })
})

describe('Pods of a workload may get a boost', () => {
  const entry = {
    mode: 'auto',
    labels: {},
    pods: [],
    shape: { slots: [{ name: 'app', kind: 'container' }], overhead: { cpu: 0n, memory: 0n } },
  } as const
  const room = (more: Partial<Parameters<typeof boostRoom>[0]> = {}) =>
    boostRoom({
      ...{ entry, autoscalers: [], largestNode: { cpu: 4_000_000_000n }, canResize: true, nowSeconds: SECONDS },
      effective: { policy: { ...DEFAULT_POLICY, startup: RULES }, running: 'inPlace' },
      ...more,
    })

  test('up to what the largest node has', () => {
    assert.deepEqual(room(), { upTo: 4_000_000_000n })
  })

  test('but not where nobody could remove it', () => {
    assert.deepEqual(room({ canResize: false }), { held: 'NoPodsResize' })
    const effective = { policy: { ...DEFAULT_POLICY, startup: RULES }, running: 'never' } as const
    assert.deepEqual(room({ effective }), { held: 'NewPodsOnly' })
    const stuck = readFleetPod(boostedPod({ started: -300, ready: -100 }))
    assert.deepEqual(room({ entry: { ...entry, pods: [stuck] } }), { held: 'BoostNotRemoved' })
  })

  test('but not where an HPA divides usage by the request', () => {
    const hpa = {
      kind: 'HorizontalPodAutoscaler',
      namespace: 'shop',
      name: 'web',
      target: WORKLOAD,
      claims: [{ resource: 'cpu', utilization: 80 }],
    } as const
    assert.deepEqual(room({ autoscalers: [hpa] }), { held: 'HeldForHpa' })
  })

  test('and nothing is said where nothing asks for one', () => {
    assert.equal(room({ effective: { policy: DEFAULT_POLICY, running: 'inPlace' } }), undefined)
    assert.equal(room({ entry: { ...entry, mode: 'observe' } }), undefined)
  })
})
