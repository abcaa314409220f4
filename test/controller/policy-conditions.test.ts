import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { SizingPolicyStatus } from '../../src/api/index.ts'
import { SizingPolicySpec } from '../../src/api/index.ts'
import { PolicyConditions } from '../../src/controller/policy-conditions.ts'
import { WriteQueue } from '../../src/controller/write-queue.ts'
import { Writer } from '../../src/controller/writer.ts'
import type { ClusterSizingPolicy } from '../../src/informers/index.ts'
import { createLearnerMetrics } from '../../src/telemetry/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { type Call, failure } from '../kube/fake-server.ts'
import { controllerContext } from './context.ts'

const SIGNAL = new AbortController().signal

async function telling(t: TestContext) {
  const written: { readonly name: string; readonly status: SizingPolicyStatus }[] = []
  const failing = new Map<string, number>()
  const handle = (call: Call) => {
    const name = /sizingpolicies\/([^/]+)\/status$/.exec(call.path)?.[1] ?? ''
    const status = failing.get(name)
    if (status) return call.reply(status, failure(status, 'No'))
    const body = JSON.parse(call.body)
    written.push({ name, status: body.status })
    call.reply(200, body)
  }
  const time = new FakeTime()
  const { context } = await controllerContext(t, handle, {}, time)
  const queue = new WriteQueue()
  const conditions = new PolicyConditions(context, queue)
  const writer = new Writer({ ...context, queue, metrics: createLearnerMetrics() })
  const write = async () => {
    conditions.run()
    await writer.drain(SIGNAL)
    return written.splice(0)
  }
  return { conditions, write, failing, time }
}

function policy(
  name: string,
  { cpu = '1m', generation = 1, status = {} as SizingPolicyStatus } = {},
): ClusterSizingPolicy {
  const spec = SizingPolicySpec.parse({ bounds: { cpu: { max: cpu } } })
  return { namespace: 'shop', name, generation, spec, status }
}

test("settings of a SizingPolicy that are wider than the cluster's are reported on it once", async (t) => {
  const { conditions, write } = await telling(t)
  conditions.note(policy('wide', { cpu: '10000' }))
  conditions.note(policy('narrow', { cpu: '1' }))
  const written = await write()
  assert.deepEqual(
    written.map(({ name, status }) => [name, status.conditions?.[0]?.status, status.conditions?.[0]?.reason]),
    [
      ['wide', 'True', 'WiderThanCluster'],
      ['narrow', 'False', 'WithinCluster'],
    ],
  )
  assert.deepEqual(await write(), [])
  for (const { name, status } of written)
    conditions.note(policy(name, { cpu: name === 'wide' ? '10000' : '1', status }))
  assert.deepEqual(await write(), [], 'the watch has brought back what was written')
})

test('the time of the last change stays while only the message changes', async (t) => {
  const { conditions, write, time } = await telling(t)
  conditions.note(policy('wide', { cpu: '10000' }))
  const { status } = (await write())[0]!
  const since = status.conditions?.[0]?.lastTransitionTime
  time.advance(60_000)
  conditions.note(policy('wide', { cpu: '20000', generation: 2, status }))
  const [again] = await write()
  assert.deepEqual(
    [again?.status.conditions?.[0]?.lastTransitionTime, again?.status.conditions?.[0]?.observedGeneration],
    [since, 2],
  )
  conditions.note(policy('wide', { cpu: '1', generation: 3, status }))
  const [changed] = await write()
  assert.equal(changed?.status.conditions?.[0]?.lastTransitionTime, '2026-01-01T00:01:00Z')
})

test('a failed write is tried again, but not for a deleted policy', async (t) => {
  const { conditions, write, failing, time } = await telling(t)
  failing.set('a', 500).set('b', 404)
  for (const name of ['a', 'b', 'c']) conditions.note(policy(name))
  assert.deepEqual(
    (await write()).map(({ name }) => name),
    ['c'],
  )
  failing.clear()
  time.advance(5_000)
  assert.deepEqual(
    (await write()).map(({ name }) => name),
    ['a'],
  )
})
