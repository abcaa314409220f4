import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { SizingPolicySpec } from '../../src/api/index.ts'
import { SloReadings } from '../../src/controller/slo-readings.ts'
import { type ApiPod, Fleet, readFleetPod } from '../../src/fleet/index.ts'
import { PolicyIndex } from '../../src/policy/index.ts'
import type { ClusterGuard } from '../../src/prometheus/index.ts'
import { SloObjects } from '../../src/slos/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { controllerContext } from './context.ts'
import { type RequestsOf, startSloStore } from './slo-store.ts'

const SIGNAL = new AbortController().signal
const START = Date.parse('2026-03-01T12:00:00Z')
const MINUTE = 60_000
/** A Prometheus with data of one cluster. */
const ANY: ClusterGuard = {
  names: [],
  accepts: () => true,
  endOf: () => Number.POSITIVE_INFINITY,
  together: () => {},
  ofOnePod: () => {},
}

function apiPod(workload: string, letter: string, carries?: { revision: number; since: string }): ApiPod {
  const name = `${workload}-7d9f8b6c5d-bbbb${letter}`
  const record = carries && {
    ...{ v: 1, recommendation: `deployment-${workload}`, revision: carries.revision, time: carries.since },
    containers: {},
  }
  return {
    metadata: {
      ...{ name, namespace: 'shop', uid: name, creationTimestamp: '2026-03-01T08:00:00Z' },
      labels: { 'pod-template-hash': '7d9f8b6c5d' },
      ownerReferences: [
        { kind: 'ReplicaSet', name: `${workload}-7d9f8b6c5d`, controller: true, apiVersion: 'apps/v1' },
      ],
      ...(record && { annotations: { 'plimsoll.dev/decision': JSON.stringify(record) } }),
    },
    spec: { containers: [{ name: 'web' }] },
  } as unknown as ApiPod
}

const POLICY = {
  slos: [
    {
      name: 'checkout',
      latency: { percentile: 95, below: '250ms' },
      errors: { below: '1%' },
      from: { preset: { name: 'http' } },
    },
  ],
}

interface Setting {
  readonly workloads?: readonly string[]
  readonly policy?: object
  readonly requestsOf?: RequestsOf
  readonly settings?: object
  readonly hasStore?: boolean
  readonly guard?: ClusterGuard | undefined
}

async function reading(t: TestContext, setting: Setting = {}) {
  const { workloads = ['web'], policy = POLICY, settings = {}, hasStore = true } = setting
  const { requestsOf = (_pod, seconds) => ({ bad: seconds / 100, total: seconds }) } = setting
  const guard = 'guard' in setting ? setting.guard : ANY
  const fleet = new Fleet('plimsoll')
  fleet.setMode('shop', 'auto')
  fleet.replacePods('shop', [])
  for (const workload of workloads)
    for (const letter of ['b', 'c', 'd']) fleet.putPod(readFleetPod(apiPod(workload, letter)))
  const pods = () => [...fleet.podsIn('shop')].map(({ name }) => name)
  const store = await startSloStore(t, pods, requestsOf)
  const time = new FakeTime(START)
  const { context } = await controllerContext(
    t,
    () => {},
    { ...(hasStore && { prometheus: { url: store.url } }), ...settings },
    time,
  )
  const policies = new PolicyIndex(context.cluster)
  policies.put('shop', { name: 'shop', spec: SizingPolicySpec.parse(policy) })
  const objects = new SloObjects()
  const readings = new SloReadings({ ...context, fleet, policies, objects, guardOf: () => guard })
  return {
    ...{ store, fleet, policies, objects, readings },
    turn: async (minutes = 1) => {
      time.advance(minutes * MINUTE)
      const before = store.requests.length
      await readings.refresh(SIGNAL)
      return store.requests.slice(before)
    },
    of: (name = 'web') => readings.readingsOf({ namespace: 'shop', kind: 'Deployment', name }),
  }
}

test('1,000 workloads with SLOs take at most two queries of their namespace in a minute', async (t) => {
  const workloads = Array.from({ length: 1000 }, (_, i) => `w${String(i).padStart(4, '0')}`)
  const { turn, of } = await reading(t, { workloads })
  let all = 0
  for (let minute = 0; minute < 12; minute++) {
    const asked = await turn()
    assert.ok(asked.length <= 2, `${asked.length} queries in minute ${minute}`)
    for (const { path, query } of asked) {
      assert.equal(path, '/api/v1/query')
      assert.ok(encodeURIComponent(query).length < 8000, `a query of ${query.length} characters`)
    }
    all += asked.length
  }
  // One a minute, one an hour for names, and seven spans of four days an hour for the window of 28 days.
  assert.equal(all, 12 + 1 + 7)
  for (const name of ['w0000', 'w0999']) {
    const [latency, errors] = of(name)
    assert.equal(latency!.state, 'Found')
    assert.deepEqual(latency!.burn, { long: { bad: 108, total: 10_800 }, short: { bad: 9, total: 900 } })
    assert.equal(latency!.byPod!.size, 3)
    assert.equal(errors!.state, 'Found')
    const days = 28 * 86_400 * 3
    assert.deepEqual(latency!.overWindow, { bad: days / 100, total: days })
  }
})

test('each objective of each SLO is read, with its text', async (t) => {
  const { turn, of } = await reading(t)
  await turn()
  assert.deepEqual(
    of().map(({ objective, state, readAtSeconds }) => ({ ...objective, state, readAtSeconds })),
    [
      {
        ...{
          name: 'checkout',
          kind: 'latency',
          budget: 0.05,
          windowSeconds: 28 * 86_400,
          state: 'Found',
          belowSeconds: 0.25,
        },
        ...{ text: '95 % of requests below 250 ms', readAtSeconds: START / 1000 + 60 },
      },
      {
        ...{ name: 'checkout', kind: 'errors', budget: 0.01, windowSeconds: 28 * 86_400, state: 'Found' },
        ...{ text: '99 % of requests without an error', readAtSeconds: START / 1000 + 60 },
      },
    ],
  )
})

test('the latency of a workload is known while the series of its latency objective are found', async (t) => {
  const { turn, readings } = await reading(t, { workloads: ['web', 'cart'] })
  const names = (of = readings) =>
    of
      .withLatency('shop')
      .map(({ name }) => name)
      .sort()
  assert.deepEqual(names(), ['cart', 'web'], 'before the first reading, when the past is read')
  await turn()
  assert.deepEqual(names(), ['cart', 'web'])
  assert.deepEqual(readings.withLatency('elsewhere'), [])
  const errorsOnly = { slos: [{ ...POLICY.slos[0]!, latency: undefined }] }
  const other = await reading(t, { policy: errorsOnly })
  await other.turn()
  assert.deepEqual(other.readings.withLatency('shop'), [])
  const unreachable = await reading(t, { guard: undefined })
  await unreachable.turn()
  assert.deepEqual(names(unreachable.readings), ['web'])
  const missing = await reading(t, { guard: { ...ANY, accepts: () => false } })
  await missing.turn()
  assert.deepEqual(names(missing.readings), [])
})

test('a workload without an SLO has none, and nothing is queried', async (t) => {
  const { turn, of } = await reading(t, { policy: {} })
  assert.deepEqual(await turn(), [])
  assert.deepEqual(of(), [])
})

test('series that are missing are looked for again after each short window', async (t) => {
  for (const [short, minutes] of [
    ['5m', 6],
    ['1m', 2],
  ] as const) {
    const { store, turn, of } = await reading(t, { settings: { slos: { burn: { long: '1h', short } } } })
    store.isEmpty = true
    await turn()
    assert.equal(of()[0]!.state, 'NoSeries')
    store.isEmpty = false
    for (let minute = 1; minute < minutes; minute++) await turn()
    assert.equal(of()[0]!.state, 'NoSeries', short)
    await turn()
    assert.equal(of()[0]!.state, 'Found', short)
  }
})

test('an unavailable Prometheus is reported, and used again when it answers', async (t) => {
  const { store, turn, of } = await reading(t)
  await turn()
  store.refuseWith = 500
  await turn()
  for (const one of of()) {
    assert.equal(one.state, 'Unreachable')
    assert.match(one.message!, /answered 500/)
    assert.equal(one.burn, undefined)
  }
  store.refuseWith = undefined
  await turn()
  assert.deepEqual(
    of().map(({ state }) => state),
    ['Found', 'Found'],
  )
})

test('a namespace whose queries fail keeps no other from being read', async (t) => {
  const { store, turn, of, fleet, policies } = await reading(t)
  for (const namespace of ['aaa', 'bbb', 'ccc']) {
    fleet.setMode(namespace, 'auto')
    const pod = apiPod('web', 'b')
    fleet.replacePods(namespace, [readFleetPod({ ...pod, metadata: { ...pod.metadata, namespace } })])
    policies.put(namespace, { name: namespace, spec: SizingPolicySpec.parse(POLICY) })
  }
  await turn()
  assert.equal(of()[0]!.state, 'Found')
  store.refuseWith = 500
  store.refusedNamespace = 'shop'
  await turn()
  assert.equal(of()[0]!.state, 'Unreachable')
  const others = await turn()
  for (const namespace of ['aaa', 'bbb', 'ccc'])
    assert.ok(
      others.some(({ query }) => query.includes(`"${namespace}"`)),
      namespace,
    )
  assert.ok(others.at(-1)!.query.includes('"shop"'), 'it is asked for last')
  store.refusedNamespace = undefined
  await turn()
  const asked = await turn()
  const namespaces = new Set(asked.map(({ query }) => /namespace="(\w+)"/.exec(query)?.[1]))
  assert.equal(namespaces.size, 2, 'a store that answers nobody is not asked for each namespace')
})

test('nothing is found without Prometheus, and before it is known which series are from this cluster', async (t) => {
  const without = await reading(t, { hasStore: false })
  await without.turn()
  assert.equal(without.of()[0]!.state, 'Unreachable')
  assert.match(without.of()[0]!.message!, /give its address in the setting prometheus/)
  const undecided = await reading(t, { guard: undefined })
  assert.deepEqual(await undecided.turn(), [])
  assert.match(undecided.of()[0]!.message!, /not known yet which series in Prometheus are from this cluster/)
})

test('the last reading before a revision was received is used as the state before it', async (t) => {
  const { turn, of, fleet, store } = await reading(t, {
    // One bad request in a hundred until now, then all.
    requestsOf: (_pod, seconds, at) => ({ bad: at > START / 1000 + 90 ? seconds : seconds / 100, total: seconds }),
  })
  await turn()
  const since = new Date(START + 1.5 * MINUTE).toISOString()
  fleet.putPod(readFleetPod(apiPod('web', 'b', { revision: 7, since })))
  await turn()
  const [latency] = of()
  assert.deepEqual(latency!.before, { revision: 7, requests: { bad: 108, total: 10_800 } })
  assert.equal(latency!.burn!.long.bad, 10_800)
  assert.ok(store.requests.every(({ query }) => !query.includes(' long"') || query.includes(' short"')))
})

test('a learner that did not run when a revision was received queries the state before it once', async (t) => {
  const { turn, of, fleet, store } = await reading(t)
  const since = '2026-03-01T11:30:20Z'
  for (const letter of ['b', 'c']) fleet.putPod(readFleetPod(apiPod('web', letter, { revision: 3, since })))
  for (let minute = 0; minute < 5; minute++) await turn()
  assert.deepEqual(of()[0]!.before, { revision: 3, requests: { bad: 108, total: 10_800 } })
  const at = Date.parse('2026-03-01T11:30:00Z') / 1000
  assert.equal(store.requests.filter(({ end }) => end === at).length, 1)
})

test('a new object is used in the next turn', async (t) => {
  const from = { pyrra: { name: 'web' } }
  const { turn, of, objects } = await reading(t, {
    policy: { slos: [{ name: 'checkout', from }] },
    settings: { slos: { objects: ['pyrra'] } },
  })
  await turn()
  assert.equal(of()[0]!.state, 'Invalid')
  assert.match(of()[0]!.message!, /there is no ServiceLevelObjective shop\/web/)
  const metric = (matchers: string) => ({ metric: `http_requests_total{job="web"${matchers}}` })
  const indicator = { ratio: { errors: metric(',code=~"5.."'), total: metric('') } }
  objects.put({
    ...{ kind: 'ServiceLevelObjective', namespace: 'shop', name: 'web' },
    spec: { target: '99', window: '4w', indicator },
  })
  await turn()
  assert.equal(of()[0]!.state, 'Found')
  assert.equal(of()[0]!.objective.budget, 0.01)
})

test('objects and queries only count if the settings allow them', async (t) => {
  const query = { bad: 'sum(increase(a{c="5"}[$window]))', total: 'sum(increase(a[$window]))' }
  const { turn, of } = await reading(t, {
    policy: {
      slos: [
        { name: 'object', from: { pyrra: { name: 'web' } } },
        { name: 'query', errors: { below: '1%' }, from: { query } },
      ],
    },
    settings: { slos: { queries: false } },
  })
  await turn()
  assert.match(of()[0]!.message!, /the setting slos\.objects does not contain pyrra/)
  assert.match(of()[1]!.message!, /the setting slos\.queries does not allow PromQL/)
})

test('SLOs are read once a minute, and at least four times in a shorter window', async (t) => {
  assert.equal((await reading(t)).readings.everySeconds, 60)
  const short = await reading(t, { settings: { slos: { burn: { long: '1m', short: '15s' } } } })
  assert.equal(short.readings.everySeconds, 3.75)
})
