import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Recommendation, RecommendationStatus } from '../../src/api/index.ts'
import { systemTime } from '../../src/clock/index.ts'
import { GOAL_PRICES } from '../../src/learner/index.ts'
import { readResources } from '../../src/resources/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { until } from '../cluster/harness/until.ts'
import { latency, shared } from '../revisions/slo-readings.ts'
import { podOf, reconciling, run, SIGNAL } from './reconciling.ts'

test('publishes learned values with an Event on the workload, and does not write them again', async (t) => {
  const all = await reconciling(t)
  const { context, known, publish, store, written } = all
  run(all, 'web')
  await publish()
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
  const before = written()
  await publish()
  assert.equal(written(), before)
  assert.equal(store.events.length, 1)
})

test("passes the current values to the learner: the author's, and later the applied ones", async (t) => {
  const all = await reconciling(t)
  const { fleet, learner, publish, store } = all
  const decide = learner.decide.bind(learner)
  const asked: (bigint | undefined)[] = []
  Object.assign(learner, {
    decide: (...[workload, atSeconds, terms]: Parameters<typeof decide>) => {
      const cpu = terms.inForce?.get('app')?.cpu
      asked.push(cpu === 'invalid' ? undefined : cpu?.request)
      return decide(workload, atSeconds, terms)
    },
  })
  run(all, 'web')
  fleet.putPod({
    ...podOf('web'),
    author: new Map([['app', readResources({ requests: { cpu: '2', memory: '1Gi' } })]]),
  })
  await publish()
  await publish()
  const { learned, applied } = store.objects.get('statefulset-web')!.status!
  assert.match(learned!.containers[0]!.evidence!.cpu!.inForceCost!, /^2(\.\d+)?$|^20\d\dm$/)
  assert.equal(applied!.containers[0]!.cpu!.request, '1')
  assert.deepEqual(asked, [2_000_000_000n, 1_000_000_000n])
})

test('a revision says that it is learned from other instances of the application, while they count for more', async (t) => {
  const level = { middle: 60, spread: 2 }
  const instance = {
    ...{ firstHour: 0, lastHour: 100, cpu: { ...level, sketch: Array<number>(8).fill(60) } },
    memory: { ...level, days: [{ peak: 60, p95: 60 }] },
  }
  const profile = { application: 'shop', instances: [instance, instance, instance] }
  const all = await reconciling(t, { profiles: { of: () => new Map([['app', profile]]) } })
  run(all, 'web')
  await all.publish()
  const { source, containers } = all.store.objects.get('statefulset-web')!.status!.learned!
  assert.equal(source, 'profile')
  assert.equal(containers[0]!.evidence!.memory!.basis, 'learned from 3 other instances of shop')

  const alone = await reconciling(t, { profiles: { of: () => undefined } })
  run(alone, 'web')
  await alone.publish()
  assert.equal(alone.store.objects.get('statefulset-web')!.status!.learned!.source, 'observed')
})

test('readings of SLOs keep values from being lowered, are written, and are not written again while they stay similar', async (t) => {
  let share = 0.2
  const time = new FakeTime()
  const slos = {
    readingsOf: () => [{ ...latency({ burn: shared(share) }), readAtSeconds: time.now() / 1000 }],
  }
  const all = await reconciling(t, { slos, time })
  const { context, fleet, known, publish, store, written } = all
  run(all, 'web')
  const author = new Map([['app', readResources({ requests: { cpu: '2', memory: '1Gi' } })]])
  fleet.putPod({ ...podOf('web'), author })
  await publish()
  const status = () => store.objects.get('statefulset-web')!.status!
  assert.deepEqual(
    [status().applied, status().waiting?.because, status().slos?.[0]?.state],
    [undefined, 'SloBurning', 'Burning'],
  )
  await context.events.flush()
  assert.deepEqual(
    store.events.map(({ reason }) => reason),
    ['SloBurning'],
  )

  await until('the watch', () => known.get(podOf('web').workload)?.status?.slos)
  const before = written()
  share = 0.21
  time.advance(60_000)
  await publish()
  assert.equal(written(), before)
  share = 0.01
  await publish()
  assert.deepEqual([status().waiting, status().slos?.[0]?.state], [undefined, 'Met'])
  assert.equal(status().applied!.containers[0]!.cpu!.request, '1')
})

test('decides every hour while running Pods can be resized, and raises immediately', async (t) => {
  const ability = { isAble: true }
  const all = await reconciling(t, { ability })
  const { learner, publish, store, time } = all
  const cadences: string[] = []
  const decide = learner.decide.bind(learner)
  Object.assign(learner, {
    decide: (...[workload, atSeconds, terms]: Parameters<typeof decide>) => {
      cadences.push(terms.cadence)
      return decide(workload, atSeconds, terms)
    },
  })
  const container = { workload: podOf('web').workload, container: 'app' }
  const use = (cpuCores: number) => {
    for (let minute = 0; minute < 60; minute += 5) {
      const timestampSeconds = time.now() / 1000 - 3600 + minute * 60
      learner.observe([{ container, pod: 'web-0', timestampSeconds, cpuCores, memoryBytes: 100 * 2 ** 20 }])
    }
  }
  const applied = () => store.objects.get('statefulset-web')?.status?.applied?.containers[0]?.cpu?.request
  run(all, 'web')
  await publish()
  const before = applied()
  for (let hour = 0; hour < 3; hour++) {
    time.advance(3_600_000)
    use(3)
    await publish()
  }
  assert.notEqual(applied(), before)
  ability.isAble = false
  await publish()
  assert.deepEqual(new Set(cadences.slice(0, -1)), new Set(['1h']))
  assert.equal(cadences.at(-1), '24h')
})

test('only observes a workload whose Pods have opted out', async (t) => {
  const all = await reconciling(t)
  run(all, 'web')
  all.fleet.putPod({ ...podOf('web'), labels: { 'plimsoll.dev/inject': 'false' } })
  await all.publish()
  const { status } = all.store.objects.get('statefulset-web')!
  assert.deepEqual([status?.mode, status?.state, status?.applied], ['observe', 'Observing', undefined])
})

test('knows what it has written, new or not, however late the watch is, and ignores older versions', async (t) => {
  const all = await reconciling(t)
  const { known, publish, store, written } = all
  const workload = { namespace: 'shop', kind: 'StatefulSet', name: 'web' }
  run(all, 'web')
  store.fallSilent()
  await publish()
  const { applied } = known.get(workload)!.status!
  assert.equal(applied?.revision, 1)
  assert.equal(written(), 2)
  await publish()
  assert.equal(written(), 2)

  store.catchUp()

  const stored = store.objects.get('statefulset-web')!
  known.note({ ...stored, metadata: { ...stored.metadata, resourceVersion: '1000' } })
  store.put({ ...stored, status: {} })
  const spec = { workload: { kind: 'StatefulSet', name: 'last' } }
  store.put({ ...stored, spec, metadata: { namespace: 'shop', name: 'statefulset-last' } })
  await until('the last event', () => known.get({ ...workload, name: 'last' }), { everyMilliseconds: 5 })
  assert.deepEqual(known.get(workload)?.status?.applied, applied)
})

test('does not restore a Recommendation that was deleted during a write', async (t) => {
  const all = await reconciling(t)
  const { known, publish, store } = all
  const workload = { namespace: 'shop', kind: 'StatefulSet', name: 'web' }
  run(all, 'web')
  await publish()
  const { beforeAnswering } = store
  store.beforeAnswering = async (name) => {
    store.remove(name)
    await until('the watch', () => !known.get(workload), { everyMilliseconds: 5 })
  }
  run(all, 'web', { mode: 'observe' })
  await publish()
  assert.equal(known.get(workload), undefined)
  store.beforeAnswering = beforeAnswering
  await publish()
  assert.equal(store.objects.get('statefulset-web')?.status?.mode, 'observe')
})

test('recreates what somebody has deleted, even if the watch has not reported it', async (t) => {
  const all = await reconciling(t)
  const { publish, store } = all
  run(all, 'web')
  await publish()
  store.fallSilent()
  store.objects.clear()
  run(all, 'web', { mode: 'observe' })
  await publish()
  assert.equal(store.objects.size, 0)
  await publish()
  assert.equal(store.objects.get('statefulset-web')?.status?.mode, 'observe')
})

test('replaces nothing that somebody has written since, even before the watch reports it', async (t) => {
  const all = await reconciling(t)
  const { publish, store, outcomes } = all
  run(all, 'web')
  await publish()
  store.fallSilent()
  const stored = store.objects.get('statefulset-web')!
  store.put({ ...stored, status: { ...stored.status, criticality: 'high' } })
  run(all, 'web', { mode: 'observe' })
  await publish()
  assert.equal(store.objects.get('statefulset-web')?.status?.criticality, 'high')
  assert.deepEqual([await outcomes('failed'), await outcomes('refused')], [0, 0])
  store.catchUp()
  await until('the watch', async () => {
    await publish()
    return store.objects.get('statefulset-web')?.status?.mode === 'observe'
  })
})

test('keeps a Recommendation that somebody else has created first, and continues from it', async (t) => {
  const all = await reconciling(t)
  const { publish, store } = all
  run(all, 'web')
  store.fallSilent()
  const applied = { revision: 7, time: '2026-01-01T00:00:00Z', source: 'observed', goal: 'balanced', containers: [] }
  store.put({
    metadata: { namespace: 'shop', name: 'statefulset-web' },
    spec: { workload: { kind: 'StatefulSet', name: 'web' } },
    status: { mode: 'auto', applied },
  } as unknown as Recommendation)
  await publish()
  assert.equal(store.objects.get('statefulset-web')?.status?.applied?.revision, 7)
  store.catchUp()
  await until('the next revision', async () => {
    await publish()
    return store.objects.get('statefulset-web')?.status?.applied?.revision === 8
  })
})

test('writes urgent changes first', async (t) => {
  const all = await reconciling(t)
  const { fleet, learner, publish, store, time } = all
  for (let i = 0; i < 20; i++) run(all, `web-${i}`)
  const container = { workload: podOf('killed').workload, container: 'app' }
  fleet.putPod({ ...podOf('killed'), author: new Map([['app', readResources({ limits: { memory: '64Mi' } })]]) })
  learner.observeOomKill({ container, timestampSeconds: time.now() / 1000 - 60, limitBytes: 64 * 2 ** 20 })
  await publish()
  assert.equal(store.objects.size, 21)
  assert.equal([...store.objects.keys()][0], 'statefulset-killed')
  assert.equal(store.objects.get('statefulset-killed')?.status?.changelog?.[0]?.reason, 'RaisedAfterOomKill')
})

test('yields to other work while it looks at many workloads', async (t) => {
  const { fleet, learner, reconciler, queue } = await reconciling(t, { time: systemTime })
  const names = Array.from({ length: 6_000 }, (_, i) => `web-${i}`)
  fleet.setMode('shop', 'auto')
  fleet.replacePods(
    'shop',
    names.map((name) => podOf(name)),
  )
  const timestampSeconds = systemTime.now() / 1000 - 60
  learner.observe(
    names.map((name) => ({
      container: { workload: podOf(name).workload, container: 'app' },
      ...{ pod: `${name}-0`, timestampSeconds, cpuCores: 0.2, memoryBytes: 100 * 2 ** 20 },
    })),
  )
  const looked = t.mock.method(learner, 'recommend').mock
  const ending = new AbortController()
  const other = setTimeout(() => ending.abort())
  await assert.rejects(reconciler.run(ending.signal), { name: 'AbortError' })
  clearTimeout(other)
  assert.ok(looked.callCount() < names.length, 'it was heard before all had been looked at')
  assert.equal(queue.next(0), undefined)
})

test('a hold with an unreadable end still applies, and loses no learned values; an offset in a time is no error', async (t) => {
  const all = await reconciling(t)
  const { known, publish, store } = all
  run(all, 'web')
  await publish()
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

test('reports a new image of a container to the learner', async (t) => {
  const all = await reconciling(t)
  const { fleet, learner, publish } = all
  const doubt = () => {
    const web = { namespace: 'shop', kind: 'StatefulSet', name: 'web' }
    const terms = { prices: GOAL_PRICES.balanced, cadence: '24h' } as const
    const [app] = learner.recommend(web, all.time.now() / 1000, terms).containers
    return app!.evidence!.memory!.doubt
  }
  run(all, 'web')
  await publish()
  assert.match(doubt()!, /history/)
  fleet.putPod({ ...podOf('web'), images: new Map([['app', 'web:2']]) })
  await publish()
  assert.equal(doubt(), 'changed version today')
})

test('learns for the goal of the Pod, or else of its namespace', async (t) => {
  const all = await reconciling(t)
  const goal = () => all.store.objects.get('statefulset-web')?.status?.learned?.goal
  run(all, 'web')
  all.fleet.putPod({ ...podOf('web'), goal: 'savings' })
  await all.publish()
  assert.equal(goal(), 'savings')
  run(all, 'db')
  await all.publish()
  assert.equal(all.store.objects.get('statefulset-db')?.status?.learned?.goal, 'balanced')
})

test('also records an Event for a workload that cannot be looked up, without its uid', async (t) => {
  const all = await reconciling(t)
  run(all, 'gone')
  await all.publish()
  await all.context.events.flush()
  assert.deepEqual(
    all.store.events.map(({ reason, regarding: { kind, uid } }) => [reason, kind, uid]),
    [['Applied', 'StatefulSet', undefined]],
  )
})

test('applies and reports nothing if the namespace is only observed', async (t) => {
  const all = await reconciling(t)
  run(all, 'web', { mode: 'observe' })
  await all.publish()
  const { status } = all.store.objects.get('statefulset-web')!
  assert.equal(status?.applied, undefined)
  assert.ok(status?.wouldApply)
  await all.context.events.flush()
  assert.deepEqual(all.store.events, [])
})

test('a refused Recommendation is reported once, and not written again until its content changes', async (t) => {
  const all = await reconciling(t)
  const { context, fleet, publish, store, time, outcomes } = all
  store.refused.add('statefulset-a')
  for (const name of ['a', 'b', 'c']) run(all, name)
  await publish()
  assert.deepEqual([...store.objects.keys()], ['statefulset-b', 'statefulset-c'])
  for (let turn = 0; turn < 5; turn++) {
    time.advance(600_000)
    await publish()
  }
  assert.equal(await outcomes('refused'), 1)
  await context.events.flush()
  const told = store.events.filter(({ reason }) => reason === 'WriteRefused')
  assert.deepEqual(
    told.map(({ regarding: { kind, name } }) => `${kind}/${name}`),
    ['StatefulSet/a'],
  )

  store.refused.clear()
  await publish()
  assert.equal(store.objects.has('statefulset-a'), false, 'what was refused is not sent again')
  fleet.setMode('shop', 'approve')
  await publish()
  assert.equal(store.objects.get('statefulset-a')?.status?.mode, 'approve')
})

test('a write that fails for another reason is tried again, with a wait that doubles', async (t) => {
  const all = await reconciling(t)
  const { publish, store, time, outcomes } = all
  store.failing.add('statefulset-a')
  run(all, 'a')
  for (const [waitSeconds, failures] of [
    [0, 1],
    [4, 1],
    [1, 2],
    [9, 2],
    [1, 3],
  ] as const) {
    time.advance(waitSeconds * 1000)
    await publish()
    assert.equal(await outcomes('failed'), failures)
  }
  store.failing.clear()
  time.advance(20_000)
  await publish()
  assert.ok(store.objects.has('statefulset-a'))
})

test('500 owners with invalid names keep nothing else from being written, and are reported once each', async (t) => {
  const all = await reconciling(t)
  const { publish, store, written, outcomes } = all
  for (let i = 0; i < 500; i++) run(all, `No_Object!-${i}`, { namespace: 'noise' })
  run(all, 'web')
  await publish()
  await publish()
  assert.deepEqual([...store.objects.keys()], ['statefulset-web'])
  assert.equal(written(), 2, 'the Recommendation and its status, and nothing of the others')
  assert.equal(await outcomes('unwritable'), 500)
  await all.context.events.flush()
  const [told] = store.events.filter(({ reason }) => reason === 'InvalidName')
  assert.equal(told?.regarding.name, 'No_Object!-0')
  assert.match(told?.note ?? '', /Pod No_Object!-0-0 .*"StatefulSet No_Object!-0" is not a valid object name/)
})

test('a workload with too many containers for a Recommendation gets none, with one Event', async (t) => {
  const all = await reconciling(t)
  const { fleet, publish, store, written, outcomes } = all
  run(all, 'web')
  fleet.putPod(
    podOf(
      'web',
      'shop',
      Array.from({ length: 129 }, (_, i) => `app-${i}`),
    ),
  )
  await publish()
  await publish()
  assert.equal(written(), 0)
  assert.equal(await outcomes('unwritable'), 1)
  await all.context.events.flush()
  const told = store.events.filter(({ reason }) => reason === 'TooManyContainers')
  assert.equal(told.length, 1)
  assert.match(told[0]?.note ?? '', /Pod web-0 .*it has 129 containers, and a Recommendation holds at most 128\. Split/)
})

test('for a workload whose containers always have new names, the running ones are recommended', async (t) => {
  const all = await reconciling(t)
  const { fleet, learner, publish, store, time } = all
  run(all, 'web')
  const { workload } = podOf('web')
  for (let i = 0; i < 200; i++) {
    const container = { workload, container: `run-${i}` }
    const usage = { cpuCores: 0.2, memoryBytes: 100 * 2 ** 20 }
    learner.observe([{ container, pod: 'web-0', timestampSeconds: time.now() / 1000 - 60, ...usage }])
  }
  fleet.putPod(podOf('web', 'shop', ['app', 'run-199']))
  await publish()
  const { status } = store.objects.get('statefulset-web') as { status: RecommendationStatus }
  assert.deepEqual(
    status.learned?.containers.map(({ name }) => name),
    ['app', 'run-199'],
  )
})

test('500 Recommendations that are always refused do not delay those of another namespace', async (t) => {
  const all = await reconciling(t)
  const { reconciler, queue, store, time } = all
  for (let i = 0; i < 500; i++) {
    run(all, `bad-${i}`, { namespace: 'noise' })
    store.refused.add(`statefulset-bad-${i}`)
  }
  run(all, 'web')
  await reconciler.run(SIGNAL)
  const first = [queue.next(time.elapsed()), queue.next(time.elapsed())].map((write) => write?.namespace)
  assert.deepEqual(first.sort(), ['noise', 'shop'])
})

test('does not write results that are based on an outdated state', async (t) => {
  const all = await reconciling(t)
  const { known, publish, reconciler, writer, store, written } = all
  run(all, 'web')
  await publish()
  const before = written()
  run(all, 'web', { mode: 'observe' })
  await reconciler.run(SIGNAL)
  const { status } = store.objects.get('statefulset-web')!
  store.put({ ...store.objects.get('statefulset-web')!, status: { ...status, criticality: 'high' } })
  await until(
    'the watch',
    () => known.get({ namespace: 'shop', kind: 'StatefulSet', name: 'web' })?.status?.criticality === 'high',
    { everyMilliseconds: 5 },
  )
  await writer.drain(SIGNAL)
  assert.equal(written(), before)
  await publish()
  assert.equal(store.objects.get('statefulset-web')?.status?.mode, 'observe')
})

test('counts requests and risks for metrics less often the more workloads there are', async (t) => {
  const all = await reconciling(t)
  const { metrics, reconciler, time } = all
  const observed = async () => {
    const { values } = await metrics.recommendations.get()
    return values.reduce((sum, { labels, value }) => (labels.mode === 'observe' ? sum + value : sum), 0)
  }
  const names = Array.from({ length: 80 }, (_, i) => `web-${i}`)
  for (const name of names) run(all, name)
  await reconciler.run(SIGNAL)
  assert.equal(await observed(), 0)
  for (const name of names) run(all, name, { mode: 'observe' })
  time.advance(1_999)
  await reconciler.run(SIGNAL)
  assert.equal(await observed(), 0)
  time.advance(1)
  await reconciler.run(SIGNAL)
  assert.equal(await observed(), 80)
})
