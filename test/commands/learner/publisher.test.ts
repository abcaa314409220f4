import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { API_VERSION, type Recommendation, type RecommendationStatus } from '../../../src/api/index.ts'
import { Checkpoints } from '../../../src/commands/learner/checkpoints.ts'
import { Publisher } from '../../../src/commands/learner/publisher.ts'
import { KnownRecommendations } from '../../../src/commands/learner/recommendations.ts'
import { ThrottlingOfCanaries } from '../../../src/commands/learner/throttling.ts'
import { ClusterInventory, Fleet, Freezes } from '../../../src/fleet/index.ts'
import { createLearner, GOAL_PRICES } from '../../../src/learner/index.ts'
import { PolicyIndex } from '../../../src/policy/index.ts'
import { readResources } from '../../../src/resources/index.ts'
import { createLearnerMetrics } from '../../../src/telemetry/index.ts'
import { until } from '../../cluster/harness/until.ts'
import { type Call, failure } from '../../kube/fake-server.ts'
import { leadContext } from './context.ts'

const SIGNAL = new AbortController().signal
const CHECKPOINTS = /\/recommendationcheckpoints\//

/** Keeps Recommendations as an API server does, as far as it takes to publish: lists, watches, applies, deletes. */
class Store {
  readonly objects = new Map<string, Recommendation>()
  readonly events: { readonly reason: string; readonly regarding: { readonly kind: string; readonly uid?: string } }[] =
    []
  /** Workloads that were asked for; all that are there have a uid. */
  readonly asked: string[] = []
  readonly deleted: string[] = []
  /** Names of objects that cannot be written. */
  readonly refused = new Set<string>()
  #watches: Call[] = []
  #version = 1
  /** What happens between a write and its answer. */
  beforeAnswering = async (_name: string): Promise<void> => {}
  #late: { readonly type: string; readonly object: Recommendation }[] | undefined

  /** Nothing that happens from here on is told to those who watch. */
  fallSilent(): void {
    this.#late = []
  }

  /** Tells those who watch what they have missed. */
  catchUp(): void {
    const missed = this.#late ?? []
    this.#late = undefined
    for (const { type, object } of missed) this.#tell(type, object)
  }

  readonly handle = (call: Call): void => {
    const { method, path, query, body } = call
    const name = /\/(?:recommendations|recommendationcheckpoints)\/([^/]+)/.exec(path)?.[1] ?? ''
    if (method === 'GET' && query.has('watch')) {
      this.#watches.push(call)
      // The head of the answer, so that the watch counts as begun.
      call.sendRaw('')
    } else if (path.startsWith('/apis/apps/')) {
      this.asked.push(path)
      const workload = path.split('/').at(-1)!
      if (workload === 'gone') call.reply(404, failure(404, 'NotFound'))
      else call.reply(200, { metadata: { name: workload, uid: `uid-of-${workload}` } })
    } else if (method === 'GET') {
      const metadata = { resourceVersion: `${this.#version}` }
      call.reply(200, { metadata, items: [...this.objects.values()] })
    } else if (this.refused.has(name)) {
      call.reply(422, failure(422, 'Invalid'))
    } else if (path.includes('/events/')) {
      this.events.push(JSON.parse(body))
      call.reply(200, JSON.parse(body))
    } else if (method === 'DELETE') {
      this.deleted.push(path)
      this.#delete(call, name)
    } else if (path.endsWith('/status') && !this.objects.has(name) && !CHECKPOINTS.test(path)) {
      call.reply(404, failure(404, 'NotFound'))
    } else {
      this.put({ ...this.objects.get(name), ...JSON.parse(body) })
      const stored = this.objects.get(name)!
      void this.beforeAnswering(name).then(() => call.reply(200, stored))
    }
  }

  put(object: Recommendation): void {
    const { name, namespace } = object.metadata
    const metadata = { name, namespace, uid: `uid-of-${name}`, resourceVersion: `${++this.#version}` }
    const stored = { ...object, apiVersion: API_VERSION, kind: 'Recommendation', metadata } as Recommendation
    this.objects.set(name, stored)
    this.#tell('MODIFIED', stored)
  }

  /** @returns whether it was there */
  remove(name: string): boolean {
    const object = this.objects.get(name)
    if (!object) return false
    this.objects.delete(name)
    const metadata = { ...object.metadata, resourceVersion: `${++this.#version}` }
    this.#tell('DELETED', { ...object, metadata })
    return true
  }

  #delete(call: Call, name: string): void {
    const object = !CHECKPOINTS.test(call.path) && this.remove(name)
    call.reply(object ? 200 : 404, object ? {} : failure(404, 'NotFound'))
  }

  #tell(type: string, object: Recommendation): void {
    if (this.#late) this.#late.push({ type, object })
    else for (const watch of this.#watches) watch.send({ type, object })
  }
}

async function publishing(t: TestContext, store = new Store()) {
  const { context, calls } = await leadContext(t, store.handle, { approval: { confidence: { medium: 0 } } })
  const ending = new AbortController()
  const fleet = new Fleet('plimsoll')
  const surroundings = new ClusterInventory()
  const learner = createLearner({ minimumHistory: { seconds: 0, samples: 1 } })
  const known = new KnownRecommendations(context.client, context.logger)
  const running = known.run(ending.signal)
  t.after(async () => {
    ending.abort()
    await running
  })
  await until('the Recommendations', () => known.isSynced, { everyMilliseconds: 5 })
  const checkpoints = new Checkpoints({ ...context, learner, isNeeded: true })
  const book = new PolicyIndex(context.cluster)
  const throttling = new ThrottlingOfCanaries(context)
  const publisher = new Publisher({
    ...context,
    metrics: createLearnerMetrics(),
    fleet,
    surroundings,
    freezes: new Freezes(),
    learner,
    book,
    known,
    checkpoints,
    throttling,
  })
  const writes = () => calls.filter(({ method, path }) => method !== 'GET' && !path.includes('/events/')).length
  return { context, fleet, surroundings, learner, known, publisher, store, writes }
}

/** A Pod of a StatefulSet runs in a namespace, and has been seen to use this much. */
function run({ fleet, learner }: Awaited<ReturnType<typeof publishing>>, name: string, mode = 'auto'): void {
  const workload = { namespace: 'shop', kind: 'StatefulSet', name }
  fleet.setMode('shop', mode)
  if (!fleet.containerOf('shop', `${name}-0`, 'app')) {
    const others = [...fleet.workloads()].map(({ workload }) => podOf(workload.name))
    fleet.replacePods('shop', [...others, podOf(name)])
  }
  const timestampSeconds = Date.now() / 1000 - 60
  const usage = { cpuCores: 0.2, memoryBytes: 100 * 2 ** 20 }
  learner.observe([{ container: { workload, container: 'app' }, pod: `${name}-0`, timestampSeconds, ...usage }])
}

function podOf(name: string) {
  return {
    uid: name,
    namespace: 'shop',
    name: `${name}-0`,
    workload: { namespace: 'shop', kind: 'StatefulSet', name },
    createdAt: '2026-01-01T00:00:00Z',
    labels: {},
    author: new Map(),
    goal: undefined,
    shape: { slots: [], overhead: { cpu: 0n, memory: 0n } },
    restarts: 0,
    crashing: [],
    containers: new Map(),
    images: new Map([['app', 'web:1']]),
    oomKills: [],
  }
}

test('publishes what was learned, tells of it on the workload, and does not write it again', async (t) => {
  const all = await publishing(t)
  const { context, known, publisher, store, writes } = all
  run(all, 'web')
  await publisher.publish(SIGNAL)
  const { spec, status } = store.objects.get('statefulset-web')!
  assert.deepEqual(spec, { workload: { kind: 'StatefulSet', name: 'web' } })
  assert.equal(status?.mode, 'auto')
  assert.equal(status?.state, 'Applied')
  assert.match(status?.applied?.containers[0]?.cpu?.request ?? '', /^2\d\dm$/)
  await context.events.flush()
  assert.deepEqual(
    store.events.map(({ reason, regarding: { kind, uid } }) => [reason, kind, uid]),
    [['Applied', 'StatefulSet', 'uid-of-web']],
  )
  assert.deepEqual(store.asked, ['/apis/apps/v1/namespaces/shop/statefulsets/web'])

  await until('the watch', () => known.get({ namespace: 'shop', kind: 'StatefulSet', name: 'web' })?.status?.applied)
  const before = writes()
  await publisher.publish(SIGNAL)
  assert.equal(writes(), before)
  assert.equal(store.events.length, 1)
})

test('knows what it has written, new or not, however late the watch is, and takes nothing older for it', async (t) => {
  const all = await publishing(t)
  const { known, publisher, store, writes } = all
  const workload = { namespace: 'shop', kind: 'StatefulSet', name: 'web' }
  run(all, 'web')
  store.fallSilent()
  await publisher.publish(SIGNAL)
  const { applied } = known.get(workload)!.status!
  assert.equal(applied?.revision, 1)
  assert.equal(writes(), 2)
  await publisher.publish(SIGNAL)
  assert.equal(writes(), 2)

  store.catchUp()

  const stored = store.objects.get('statefulset-web')!
  known.note({ ...stored, metadata: { ...stored.metadata, resourceVersion: '1000' } })
  store.put({ ...stored, status: {} })
  const spec = { workload: { kind: 'StatefulSet', name: 'last' } }
  store.put({ ...stored, spec, metadata: { namespace: 'shop', name: 'statefulset-last' } })
  await until('the last event', () => known.get({ ...workload, name: 'last' }), { everyMilliseconds: 5 })
  assert.deepEqual(known.get(workload)?.status?.applied, applied)
})

test('does not bring back to mind what was deleted while it was written', async (t) => {
  const all = await publishing(t)
  const { known, publisher, store } = all
  const workload = { namespace: 'shop', kind: 'StatefulSet', name: 'web' }
  run(all, 'web')
  await publisher.publish(SIGNAL)
  const { beforeAnswering } = store
  store.beforeAnswering = async (name) => {
    store.remove(name)
    await until('the watch', () => !known.get(workload), { everyMilliseconds: 5 })
  }
  run(all, 'web', 'observe')
  await publisher.publish(SIGNAL)
  assert.equal(known.get(workload), undefined)
  store.beforeAnswering = beforeAnswering
  await publisher.publish(SIGNAL)
  assert.equal(store.objects.get('statefulset-web')?.status?.mode, 'observe')
})

test('makes anew what somebody has deleted, also where the watch has not told of it', async (t) => {
  const all = await publishing(t)
  const { publisher, store } = all
  run(all, 'web')
  await publisher.publish(SIGNAL)
  store.fallSilent()
  store.objects.clear()
  run(all, 'web', 'observe')
  await publisher.publish(SIGNAL)
  assert.equal(store.objects.size, 0)
  await publisher.publish(SIGNAL)
  assert.equal(store.objects.get('statefulset-web')?.status?.mode, 'observe')
})

test('leaves what is more than a turn may take to the next, and writes first what cannot wait', async (t) => {
  const all = await publishing(t)
  const { fleet, learner, publisher, store } = all
  const names = Array.from({ length: 100 }, (_, i) => `web-${i}`)
  fleet.setMode('shop', 'auto')
  fleet.replacePods('shop', [...names, 'killed'].map(podOf))
  for (const name of names) run(all, name)
  const container = { workload: { namespace: 'shop', kind: 'StatefulSet', name: 'killed' }, container: 'app' }
  fleet.putPod({ ...podOf('killed'), author: new Map([['app', readResources({ limits: { memory: '64Mi' } })]]) })
  learner.observeOomKill({ container, timestampSeconds: Date.now() / 1000 - 60, limitBytes: 64 * 2 ** 20 })
  await publisher.publish(SIGNAL)
  assert.equal(store.objects.size, 90)
  assert.equal(store.objects.get('statefulset-killed')?.status?.changelog?.[0]?.reason, 'RaisedAfterOomKill')
  await publisher.publish(SIGNAL)
  assert.equal(store.objects.size, 101)
})

test('answers others while it looks at very many', async (t) => {
  const { fleet, learner, publisher } = await publishing(t)
  const names = Array.from({ length: 6_000 }, (_, i) => `web-${i}`)
  fleet.setMode('shop', 'auto')
  fleet.replacePods('shop', names.map(podOf))
  const timestampSeconds = Date.now() / 1000 - 60
  learner.observe(
    names.map((name) => ({
      container: { workload: podOf(name).workload, container: 'app' },
      ...{ pod: `${name}-0`, timestampSeconds, cpuCores: 0.2, memoryBytes: 100 * 2 ** 20 },
    })),
  )
  const looked = t.mock.method(learner, 'recommend').mock
  const ending = new AbortController()
  const other = setTimeout(() => ending.abort())
  await assert.rejects(publisher.publish(ending.signal), { name: 'AbortError' })
  clearTimeout(other)
  assert.ok(looked.callCount() < names.length, 'it was heard before all had been looked at')
})

test('a hold whose end cannot be read holds, and costs nothing of what was learned; an offset in a time is no error', async (t) => {
  const all = await publishing(t)
  const { known, publisher, store } = all
  run(all, 'web')
  await publisher.publish(SIGNAL)
  const workload = { namespace: 'shop', kind: 'StatefulSet', name: 'web' }
  const stored = store.objects.get('statefulset-web')!
  const hold = (until: string) => ({ ...stored, spec: { ...stored.spec, hold: { by: 'carol', until } } })
  store.put(hold('2026-12-01 10:00'))
  await until('the hold', () => known.get(workload)?.spec.hold)
  assert.deepEqual(known.get(workload)?.spec.hold, { by: 'carol' })
  assert.ok(known.get(workload)?.status?.applied)
  store.put(hold('2026-12-01T10:00:00+01:00'))
  await until('the hold', () => known.get(workload)?.spec.hold?.until)
})

test('tells the learner when a container runs another image', async (t) => {
  const all = await publishing(t)
  const { fleet, learner, publisher } = all
  const doubt = () => {
    const web = { namespace: 'shop', kind: 'StatefulSet', name: 'web' }
    const terms = { prices: GOAL_PRICES.balanced, cadence: '24h' } as const
    const [app] = learner.recommend(web, Date.now() / 1000, terms).containers
    return app!.evidence!.memory!.doubt
  }
  run(all, 'web')
  await publisher.publish(SIGNAL)
  assert.match(doubt()!, /history/)
  fleet.putPod({ ...podOf('web'), images: new Map([['app', 'web:2']]) })
  await publisher.publish(SIGNAL)
  assert.equal(doubt(), 'changed version today')
})

test('learns for the goal that the Pod asks for, and else for that of its namespace', async (t) => {
  const all = await publishing(t)
  const goal = () => all.store.objects.get('statefulset-web')?.status?.learned?.goal
  run(all, 'web')
  all.fleet.putPod({ ...podOf('web'), goal: 'savings' })
  await all.publisher.publish(SIGNAL)
  assert.equal(goal(), 'savings')
  run(all, 'db')
  await all.publisher.publish(SIGNAL)
  assert.equal(all.store.objects.get('statefulset-db')?.status?.learned?.goal, 'balanced')
})

test('tells of a workload that cannot be looked up as well, without its uid', async (t) => {
  const all = await publishing(t)
  run(all, 'gone')
  await all.publisher.publish(SIGNAL)
  await all.context.events.flush()
  assert.deepEqual(
    all.store.events.map(({ reason, regarding: { kind, uid } }) => [reason, kind, uid]),
    [['Applied', 'StatefulSet', undefined]],
  )
})

test('applies nothing and tells of nothing where the namespace is only observed', async (t) => {
  const all = await publishing(t)
  run(all, 'web', 'observe')
  await all.publisher.publish(SIGNAL)
  const { status } = all.store.objects.get('statefulset-web')!
  assert.equal(status?.applied, undefined)
  assert.ok(status?.wouldApply)
  await all.context.events.flush()
  assert.deepEqual(all.store.events, [])
})

test('goes on with the others when one Recommendation cannot be written', async (t) => {
  const all = await publishing(t)
  all.store.refused.add('statefulset-a')
  for (const name of ['a', 'b', 'c']) run(all, name)
  await all.publisher.publish(SIGNAL)
  assert.deepEqual([...all.store.objects.keys()], ['statefulset-b', 'statefulset-c'])
})

test('forgets what has had no Pod for longer than forgetAfterDays, with its checkpoint, and nothing else', async (t) => {
  const store = new Store()
  const ago = (days: number) => `${new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 19)}Z`
  for (const [name, days] of [
    ['gone', 31],
    ['away', 29],
    ['running', 31],
  ] as const) {
    store.put({
      metadata: { namespace: 'shop', name: `statefulset-${name}` },
      spec: { workload: { kind: 'StatefulSet', name } },
      status: { lastSeen: ago(days) } satisfies RecommendationStatus,
    } as unknown as Recommendation)
  }
  const all = await publishing(t, store)
  run(all, 'running')
  // That it was seen today cannot be written: that it runs counts all the same.
  store.refused.add('statefulset-running')
  await all.publisher.publish(SIGNAL)
  assert.deepEqual([...store.objects.keys()].sort(), ['statefulset-away', 'statefulset-running'])
  assert.deepEqual(
    store.deleted.map((path) => path.split('/').slice(-2).join('/')),
    ['recommendations/statefulset-gone', 'recommendationcheckpoints/statefulset-gone'],
  )
})
