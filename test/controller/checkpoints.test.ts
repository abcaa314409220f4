import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Checkpoints } from '../../src/controller/checkpoints.ts'
import { WriteQueue } from '../../src/controller/write-queue.ts'
import { Writer } from '../../src/controller/writer.ts'
import { createLearner } from '../../src/learner/index.ts'
import { createLearnerMetrics } from '../../src/telemetry/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { type Call, failure } from '../kube/fake-server.ts'
import { controllerContext } from './context.ts'

const SIGNAL = new AbortController().signal
const HOUR = 3_600_000

/** Checkpoints with an API server that stores them. */
async function checkpointing(t: TestContext, { isNeeded = true } = {}) {
  const stored = new Map<string, object>()
  const written: string[] = []
  let refuses = false
  const handle = (call: Call) => {
    const [name = ''] = /recommendationcheckpoints\/(.+)$/.exec(call.path)?.slice(1) ?? []
    if (call.method === 'GET')
      return call.reply(200, { metadata: { resourceVersion: '1' }, items: [...stored.values()] })
    written.push(`${call.method} ${name}`)
    const object = name.replace('/status', '')
    if (refuses) return call.reply(413, failure(413, 'RequestEntityTooLarge'))
    if (call.method === 'DELETE') return call.reply(stored.delete(object) ? 200 : 404, {})
    if (name.endsWith('/status') && !stored.has(object)) return call.reply(404, failure(404, 'NotFound'))
    stored.set(object, { ...stored.get(object), ...JSON.parse(call.body) })
    call.reply(200, JSON.parse(call.body))
  }
  const time = new FakeTime()
  const { context } = await controllerContext(t, handle, {}, time)
  const create = () => {
    const learner = createLearner()
    const queue = new WriteQueue()
    const checkpoints = new Checkpoints({ ...context, learner, queue, isNeeded })
    const writer = new Writer({ ...context, queue, metrics: createLearnerMetrics() })
    const save = async () => {
      checkpoints.run()
      await writer.drain(SIGNAL)
      return written.splice(0)
    }
    return { learner, checkpoints, save }
  }
  const refuse = (isSo: boolean) => {
    refuses = isSo
  }
  return { time, stored, written, refuse, create, ...create() }
}

type Checkpointing = Pick<Awaited<ReturnType<typeof checkpointing>>, 'learner' | 'time'>

function workloadOf(name: string) {
  return { namespace: 'shop', kind: 'StatefulSet', name }
}

function use({ learner, time }: Checkpointing, name: string): void {
  const usage = { cpuCores: 0.2, memoryBytes: 100 * 2 ** 20, timestampSeconds: time.now() / 1000 }
  learner.observe([{ container: { workload: workloadOf(name), container: 'app' }, pod: `${name}-0`, ...usage }])
}

test('each workload is saved once an hour, if it has changed: it is created once, and then written with one request', async (t) => {
  const all = await checkpointing(t)
  const { time, save } = all
  use(all, 'web')
  assert.deepEqual(await save(), ['PATCH statefulset-web', 'PATCH statefulset-web/status'])
  time.advance(HOUR / 2)
  use(all, 'web')
  assert.deepEqual(await save(), [])
  time.advance(HOUR / 2)
  assert.deepEqual(await save(), ['PATCH statefulset-web/status'])
  time.advance(HOUR)
  assert.deepEqual(await save(), [], 'nothing has changed')
})

test('saved workloads are known after a restart, and are not created again', async (t) => {
  const all = await checkpointing(t)
  use(all, 'web')
  await all.save()
  const { learner, checkpoints, save } = all.create()
  await checkpoints.restore(SIGNAL)
  assert.deepEqual([...learner.workloads()], [workloadOf('web')])
  use({ learner, time: all.time }, 'web')
  assert.deepEqual(await save(), ['PATCH statefulset-web/status'])
})

test('an object that somebody has deleted is created again', async (t) => {
  const all = await checkpointing(t)
  use(all, 'web')
  await all.save()
  all.stored.clear()
  all.time.advance(HOUR)
  use(all, 'web')
  assert.deepEqual(await all.save(), ['PATCH statefulset-web/status'])
  all.time.advance(10_000)
  assert.deepEqual(await all.save(), ['PATCH statefulset-web', 'PATCH statefulset-web/status'])
})

test('a workload with an invalid name, or with a refused write, keeps no other from being saved', async (t) => {
  const all = await checkpointing(t)
  const { time, stored, refuse, save } = all
  use(all, 'No Object!')
  use(all, 'large')
  refuse(true)
  assert.equal((await save()).length, 1)
  refuse(false)
  use(all, 'web')
  await save()
  assert.deepEqual([...stored.keys()], ['statefulset-web'])
  time.advance(HOUR)
  await save()
  assert.deepEqual([...stored.keys()].sort(), ['statefulset-large', 'statefulset-web'])
})

test('writes beyond the budget are spread over time', async (t) => {
  const all = await checkpointing(t)
  for (let i = 0; i < 20; i++) use(all, `web-${i}`)
  await all.save()
  const first = all.stored.size
  assert.ok(first < 5, `${first} at once, of two requests each, with a burst of 5`)
  all.time.advance(60_000)
  await all.save()
  assert.ok(all.stored.size > first && all.stored.size < 20)
})

test('nothing is saved or deleted if the history is stored elsewhere', async (t) => {
  const all = await checkpointing(t, { isNeeded: false })
  use(all, 'web')
  await all.checkpoints.restore(SIGNAL)
  assert.deepEqual(await all.save(), [])
  await all.checkpoints.forget(workloadOf('web'), SIGNAL)
  assert.deepEqual(all.written, [])
  assert.deepEqual([...all.learner.workloads()], [])
})
