import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { RunningPods } from '../../src/api/index.ts'
import { readRunningPods, writeRunningPods } from '../../src/recommendations/index.ts'
import { failure, startServer } from '../kube/fake-server.ts'

const AT = { namespace: 'plimsoll', name: 'plimsoll-fleet' }
const MEBI = 2 ** 20

/** @param count of workloads, with two Pods of one container each */
function running(count: number): RunningPods {
  const pods = Array.from({ length: 2 * count }, (_, i): RunningPods['pods'][number] => {
    const allotments = { cpu: { request: 0.1 + (i % 7) / 10 }, memory: { request: (64 + (i % 50)) * MEBI } }
    const used = { cpuCores: 0.05 + ((i * 7919) % 1e6) / 1e7, memoryBytes: 50 * MEBI + ((i * 104_729) % 1e7) }
    return {
      workload: { namespace: `team-${(i >> 1) % 40}`, kind: 'Deployment', name: `service-${i >> 1}` },
      createdAt: new Date(1_780_000_000_000 + i * 37_000).toISOString(),
      node: `ip-10-0-${i % 100}.eu-central-1.compute.internal`,
      containers: [{ name: 'app', author: allotments, now: allotments, oomKills: 0, restarts: i % 3, used }],
    }
  })
  return { time: '2026-06-01T12:00:00.000Z', modes: { 'team-0': 'auto' }, pods, unowned: 0, leftOut: 0 }
}

/** An API server with one empty Secret, created by the chart. */
async function secret(t: TestContext, data?: Record<string, string>) {
  let object: { data?: Record<string, string> } = { ...(data && { data }) }
  const { client, calls } = await startServer(t, (call) => {
    if (call.method === 'PATCH') object = JSON.parse(call.body)
    if (!call.path.endsWith('/namespaces/plimsoll/secrets/plimsoll-fleet'))
      return call.reply(404, failure(404, 'NotFound'))
    call.reply(200, object)
  })
  const size = () => Buffer.from(Object.values(object.data ?? {}).join(''), 'base64').length
  return { client, calls, size }
}

test('what was written is read, with one request each', async (t) => {
  const { client, calls } = await secret(t)
  await writeRunningPods(client, AT, running(3))
  assert.deepEqual(await readRunningPods(client, AT), running(3))
  assert.deepEqual(
    calls.map(({ method }) => method),
    ['PATCH', 'GET'],
  )
})

test('nothing is read before something was written', async (t) => {
  const { client } = await secret(t)
  assert.equal(await readRunningPods(client, AT), undefined)
})

test('10,000 containers of 5,000 workloads fit into a Secret', async (t) => {
  const { client, size } = await secret(t)
  await writeRunningPods(client, AT, running(5000))
  assert.ok(size() < 600_000, `${size()} bytes`)
  assert.equal((await readRunningPods(client, AT))!.pods.length, 10_000)
})

/** Half of the shares differ from each other, as those of a service with few requests do. */
function shares(objectives: number, spans: number): RunningPods['slos'] {
  return {
    ...{ fromSeconds: 1_780_000_000, stepSeconds: 300 },
    objectives: Array.from({ length: objectives }, (_, i) => ({
      ...{ workload: { namespace: `team-${i % 40}`, kind: 'Deployment', name: `service-${i}` } },
      ...{ name: 'web', kind: 'latency' as const },
      shares: Array.from({ length: spans }, (_, j) =>
        ((i * spans + j) * 7919) % 2 === 0 ? 0 : ((i * 104_729 + j * 7919) % 1000) / 10_000,
      ),
    })),
  }
}

test('10,000 containers and the 100,000 shares of bad requests that are published at most fit into a Secret', async (t) => {
  for (const slos of [shares(1_000, 100), shares(8_333, 12)]) {
    const { client, size } = await secret(t)
    await writeRunningPods(client, AT, { ...running(5000), slos })
    t.diagnostic(`${size()} bytes`)
    assert.ok(size() < 1_000_000, `${size()} bytes`)
    assert.deepEqual((await readRunningPods(client, AT))!.slos, slos)
  }
})

test('the history of SLOs is left out before any workload is', async (t) => {
  const { client } = await secret(t)
  await writeRunningPods(client, AT, { ...running(100), slos: shares(1_000, 100) }, undefined, 20_000)
  const { slos, leftOut } = (await readRunningPods(client, AT))!
  assert.deepEqual([slos, leftOut], [undefined, 0])
})

test('workloads that do not fit are left out completely, and counted', async (t) => {
  const { client, size } = await secret(t)
  const all = running(500)
  await writeRunningPods(client, AT, all, undefined, 10_000)
  const { pods, leftOut } = (await readRunningPods(client, AT))!
  const kept = new Set(pods.map(({ workload }) => workload.name)).size
  assert.ok(size() <= 10_000 && kept > 50, `${size()} bytes, ${kept} workloads`)
  assert.deepEqual([pods.length, kept + leftOut], [2 * kept, 500])
})

test('an invalid publication is an error, and one that would decompress to too much is not read', async (t) => {
  const stored = (text: string | Buffer) => ({ 'pods.json.gz': gzipSync(text).toString('base64') })
  for (const data of [stored('{}'), stored('['), { 'pods.json.gz': 'bm90IGd6aXA=' }])
    await assert.rejects(readRunningPods((await secret(t, data)).client, AT))
  const bomb = await secret(t, stored(Buffer.alloc(65 * MEBI)))
  await assert.rejects(readRunningPods(bomb.client, AT), /larger than|Cannot create/)
})
