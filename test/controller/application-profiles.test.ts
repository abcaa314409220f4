import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ApplicationProfiles } from '../../src/controller/application-profiles.ts'
import type { ViewedWorkload } from '../../src/controller/workload-view.ts'
import { Tenants } from '../../src/fleet/index.ts'
import { createLearner, GOAL_PRICES } from '../../src/learner/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { type Call, failure } from '../kube/fake-server.ts'
import { controllerContext } from './context.ts'

const SIGNAL = new AbortController().signal
const HOUR = 3_600_000

/** Profiles of applications, with an API server that stores them. */
async function profiling(t: TestContext, across: 'namespace' | 'tenant' = 'tenant') {
  const stored = new Map<string, object>()
  const written: string[] = []
  const handle = (call: Call) => {
    if (call.method === 'GET')
      return call.reply(200, { metadata: { resourceVersion: '1' }, items: [...stored.values()] })
    const path = /namespaces\/(.+)$/.exec(call.path)![1]!
    written.push(`${call.method} ${path}`)
    const object = path.replace('/status', '')
    if (path.endsWith('/status') && !stored.has(object)) return call.reply(404, failure(404, 'NotFound'))
    stored.set(object, { ...stored.get(object), ...JSON.parse(call.body) })
    call.reply(200, JSON.parse(call.body))
  }
  const time = new FakeTime()
  const { context } = await controllerContext(t, handle, { profiles: { across, keepDays: 30 } }, time)
  const tenants = new Tenants(context.settings.profiles)
  for (const namespace of ['pr-1', 'pr-2', 'pr-3']) tenants.set(namespace, { 'plimsoll.dev/tenant': 'shop' })
  const learner = createLearner()
  const create = () => new ApplicationProfiles({ ...context, learner, tenants })
  const profiles = create()
  const of = (entry: ViewedWorkload, asked = profiles) => asked.of(entry, time.now() / 1000)
  /** Uses 0.2 cores and 100 MiB for some hours, and is looked at in each. */
  const run = (entry: ViewedWorkload, hours: number) => {
    for (let hour = 0; hour < hours; hour++) {
      const usage = { cpuCores: 0.2, memoryBytes: 100 * 2 ** 20, timestampSeconds: time.now() / 1000 }
      learner.observe([{ container: { workload: entry.workload, container: 'app' }, pod: 'app-1', ...usage }])
      time.advance(HOUR)
      learner.decide(entry.workload, time.now() / 1000, { prices: GOAL_PRICES.balanced, cadence: '24h' })
      of(entry)
    }
  }
  return { time, stored, written, learner, create, profiles, of, run }
}

function entryOf(namespace: string, applications: ViewedWorkload['effective']['applications']): ViewedWorkload {
  return {
    workload: { namespace, kind: 'Deployment', name: 'checkout' },
    labels: { 'app.kubernetes.io/name': 'checkout' },
    images: new Map([['app', 'shop/checkout:1']]),
    effective: { applications } as ViewedWorkload['effective'],
  } as Partial<ViewedWorkload> as ViewedWorkload
}

const labelled = (namespace: string) => entryOf(namespace, { by: 'label', label: 'app.kubernetes.io/name' })

test('a workload is told what other instances of its application showed, also when these are gone', async (t) => {
  const { learner, of, run } = await profiling(t)
  run(labelled('pr-1'), 5)
  assert.deepEqual([...of(labelled('pr-2'))!], [])
  run(labelled('pr-1'), 2)
  learner.forget(labelled('pr-1').workload)
  const profile = of(labelled('pr-2'))!.get('app')!
  assert.equal(profile.application, 'checkout')
  assert.equal(profile.instances.length, 1)
  run(labelled('pr-2'), 7)
  assert.equal(of(labelled('pr-3'))!.get('app')!.instances.length, 2)
  assert.equal(of(labelled('pr-2'))!.get('app')!.instances.length, 1)
})

test('a workload tells as soon as its history was read, and then once an hour', async (t) => {
  const { learner, time, of } = await profiling(t)
  const instances = t.mock.method(learner, 'instances')
  const start = time.now()
  of(labelled('pr-1'))
  // Its history is read within the same hour.
  const { workload } = labelled('pr-1')
  for (let hour = 7; hour > 0; hour--) {
    const usage = { cpuCores: 0.2, memoryBytes: 100 * 2 ** 20, timestampSeconds: start / 1000 - hour * 3600 }
    learner.observe([{ container: { workload, container: 'app' }, pod: 'app-1', ...usage }])
  }
  instances.mock.resetCalls()
  for (let minute = 0; minute < 60; minute++) {
    of(labelled('pr-1'))
    time.advance(HOUR / 60)
  }
  assert.equal(instances.mock.callCount(), 1)
  assert.equal(of(labelled('pr-2'))!.get('app')!.instances.length, 1)
})

test('nothing is told to other tenants, between namespaces where only one may share, or where nothing is named', async (t) => {
  const shared = await profiling(t)
  shared.run(labelled('pr-1'), 7)
  assert.equal(shared.of(labelled('elsewhere'))!.size, 0)
  assert.equal(shared.of(entryOf('pr-2', undefined)), undefined)
  assert.equal(shared.of(entryOf('pr-2', { by: 'image' }))!.size, 0)
  const alone = await profiling(t, 'namespace')
  alone.run(labelled('pr-1'), 7)
  assert.equal(alone.of(labelled('pr-2'))!.size, 0)
})

test("profiles are stored in Plimsoll's namespace at most once an hour if they changed, and known after a restart", async (t) => {
  const { time, profiles, run, written, create, of } = await profiling(t)
  await profiles.restore(SIGNAL)
  await profiles.save(SIGNAL)
  assert.deepEqual(written, [])
  run(labelled('pr-1'), 7)
  await profiles.save(SIGNAL)
  const path = 'plimsoll/recommendationcheckpoints/profiles'
  assert.deepEqual(written.splice(0), [`PATCH ${path}`, `PATCH ${path}/status`])
  time.advance(HOUR / 2)
  of(labelled('pr-1'))
  await profiles.save(SIGNAL)
  assert.deepEqual(written.splice(0), [])
  time.advance(HOUR / 2)
  of(labelled('pr-1'))
  await profiles.save(SIGNAL)
  assert.deepEqual(written.splice(0), [`PATCH ${path}/status`])

  const restarted = create()
  await restarted.restore(SIGNAL)
  assert.equal(of(labelled('pr-2'), restarted)!.get('app')!.instances.length, 1)
  time.advance(31 * 24 * HOUR)
  await restarted.save(SIGNAL)
  assert.equal(of(labelled('pr-2'), restarted)!.size, 0)
})

test('profiles that somebody deleted are created again, and those that cannot be read are learned again', async (t) => {
  const { stored, time, profiles, run, written, create } = await profiling(t)
  run(labelled('pr-1'), 7)
  await profiles.save(SIGNAL)
  stored.clear()
  time.advance(HOUR)
  run(labelled('pr-1'), 1)
  await assert.rejects(profiles.save(SIGNAL))
  written.length = 0
  await profiles.save(SIGNAL)
  assert.equal(written.length, 2)

  const [key, object] = [...stored][0]!
  for (const state of ['AAAA', Buffer.from('x').toString('base64')]) {
    stored.set(key, { ...object, status: { savedAt: new Date(time.now()).toISOString(), state } })
    await create().restore(SIGNAL)
  }
})
