import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { RunningPods } from '../../src/api/index.ts'
import { FleetPublication } from '../../src/controller/fleet-publication.ts'
import { WriteQueue } from '../../src/controller/write-queue.ts'
import { Writer } from '../../src/controller/writer.ts'
import { type ApiPod, Fleet, readFleetPod } from '../../src/fleet/index.ts'
import { createLearner } from '../../src/learner/index.ts'
import { createLearnerMetrics } from '../../src/telemetry/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { controllerContext } from './context.ts'

const SIGNAL = new AbortController().signal
const MEBI = 2 ** 20
const OWNER = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true }
const WORKLOAD = { namespace: 'shop', kind: 'StatefulSet', name: 'db' }

async function publishing(
  t: TestContext,
  slos?: { published: (nowSeconds: number) => RunningPods['slos'] },
  nodes?: { counted: RunningPods['nodes'] },
) {
  const published: RunningPods[] = []
  const time = new FakeTime()
  const { context, calls } = await controllerContext(
    t,
    (call) => {
      const { data } = JSON.parse(call.body)
      published.push(JSON.parse(gunzipSync(Buffer.from(data['pods.json.gz'], 'base64')).toString()))
      call.reply(200, JSON.parse(call.body))
    },
    {},
    time,
  )
  const fleet = new Fleet('plimsoll')
  fleet.setMode('shop', 'auto')
  fleet.replacePods('shop', [])
  const pod = {
    metadata: { namespace: 'shop', name: 'db-0', uid: '1', ownerReferences: [OWNER] },
    spec: { containers: [{ name: 'db', resources: { requests: { cpu: '1' } } }] },
  }
  fleet.putPod(readFleetPod(pod as ApiPod))
  const queue = new WriteQueue()
  const publication = new FleetPublication({ ...context, fleet, queue, secret: 'plimsoll-fleet', slos, nodes })
  const writer = new Writer({ ...context, queue, metrics: createLearnerMetrics() })
  const learner = createLearner()
  const use = (cpuCores: number, ageSeconds: number, name = 'db-0') =>
    publication.listeningTo(learner).observe([
      {
        ...{ container: { workload: WORKLOAD, container: 'db' }, pod: name, cpuCores, memoryBytes: 50 * MEBI },
        timestampSeconds: time.now() / 1000 - ageSeconds,
      },
    ])
  const publish = async () => {
    publication.run()
    await writer.drain(SIGNAL)
    return published.at(-1)!.pods[0]!.containers[0]!
  }
  return { time, calls, fleet, learner, publish, published, use }
}

test('running workloads are published in the Secret of the installation, with the last usage that the learner received', async (t) => {
  const { calls, learner, publish, use } = await publishing(t)
  assert.equal((await publish()).used, undefined)
  use(0.3, 60)
  use(0.2, 120)
  assert.deepEqual((await publish()).used, { cpuCores: 0.3, memoryBytes: 50 * MEBI })
  assert.deepEqual([...learner.workloads()], [WORKLOAD])
  assert.deepEqual(
    [...new Set(calls.map(({ method, path }) => `${method} ${path}`))],
    ['PATCH /api/v1/namespaces/plimsoll/secrets/plimsoll-fleet'],
  )
})

test('usage of more than 15 minutes ago is not published as current', async (t) => {
  const { publish, time, use } = await publishing(t)
  use(0.3, 16 * 60)
  assert.equal((await publish()).used, undefined)
  use(0.3, 60)
  time.advance(15 * 60_000)
  assert.equal((await publish()).used, undefined)
})

test('the history of SLOs is also published, as of the time of the write', async (t) => {
  const shares = { fromSeconds: 0, stepSeconds: 300, objectives: [] }
  const { publish, published, time } = await publishing(t, {
    published: (nowSeconds) => ({ ...shares, fromSeconds: nowSeconds }),
  })
  await publish()
  assert.deepEqual(published.at(-1)!.slos, { ...shares, fromSeconds: time.now() / 1000 })
  const { publish: publishWithout, published: without } = await publishing(t)
  await publishWithout()
  assert.equal('slos' in without.at(-1)!, false)
})

test('the last count of nodes is also published, and nothing where there is none', async (t) => {
  const groups = [{ group: 'spot', present: 3, needed: { current: 3, applied: 2, learned: 1 } }]
  const nodes: { counted: RunningPods['nodes'] } = { counted: { time: '2026-06-01T12:00:00Z', groups } }
  const { publish, published } = await publishing(t, undefined, nodes)
  await publish()
  assert.deepEqual(published.at(-1)!.nodes, nodes.counted)
  nodes.counted = undefined
  await publish()
  assert.equal('nodes' in published.at(-1)!, false)
})

test('a deleted Pod is no longer published, and its usage is forgotten', async (t) => {
  const { fleet, publish, published, use } = await publishing(t)
  use(0.3, 60)
  await publish()
  fleet.deletePod({ namespace: 'shop', name: 'db-0', uid: '1' })
  await publish().catch(() => {})
  assert.deepEqual(published.at(-1)!.pods, [])
})

test('it is written at most three times a minute, however often it is due', async (t) => {
  const { calls, publish, time } = await publishing(t)
  for (let second = 0; second < 600; second++) {
    await publish()
    time.advance(1000)
  }
  assert.ok(calls.length <= 32, `${calls.length} writes in ten minutes`)
})
