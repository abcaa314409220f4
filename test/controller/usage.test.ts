import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { chooseUsage } from '../../src/controller/usage.ts'
import { Fleet, type FleetPod } from '../../src/fleet/index.ts'
import type { OomKill, UsageSample } from '../../src/history/source.ts'
import type { Learner } from '../../src/learner/learner.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { failure } from '../kube/fake-server.ts'
import { controllerContext } from './context.ts'
import { PLACEMENT } from './reconciling.ts'

const STEP_SECONDS = 3600
const SIGNAL = new AbortController().signal

/** Records the samples that it receives. */
function listener() {
  const samples: UsageSample[] = []
  const kills: OomKill[] = []
  const learner = {
    observe: (batch: readonly UsageSample[]) => void samples.push(...batch),
    observeOomKill: (kill: OomKill) => void kills.push(kill),
  } as unknown as Learner
  return { learner, samples, kills }
}

/** A Prometheus in which one Pod of every namespace has had the same usage at all times. */
async function startPrometheus(t: TestContext, fails: (query: URLSearchParams) => boolean = () => false) {
  const ranges: { namespace: string; from: number; to: number }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { searchParams } = new URL(request.url!, 'http://prometheus')
    const query = chunks.length > 0 ? new URLSearchParams(Buffer.concat(chunks).toString()) : searchParams
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (!query.has('step')) return answer(200, { status: 'success', data: { resultType: 'vector', result: [] } })
    if (fails(query)) return answer(422, { status: 'error', errorType: 'execution', error: 'a block is broken' })
    const [from, to, step] = ['start', 'end', 'step'].map((name) => Number(query.get(name)))
    const namespace = /namespace="(\w+)"/.exec(query.get('query')!)![1]!
    if (query.get('query')!.includes('cpu')) ranges.push({ namespace, from: from!, to: to! })
    const values = Array.from({ length: (to! - from!) / step! + 1 }, (_, i) => [from! + i * step!, '1'])
    const metric = { namespace, pod: 'web-0', container: 'web' }
    return answer(200, { status: 'success', data: { resultType: 'matrix', result: [{ metric, values }] } })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ranges }
}

function fleetOf(...namespaces: string[]): Fleet {
  const fleet = new Fleet('plimsoll')
  for (const namespace of namespaces) fleet.setMode(namespace, 'auto')
  return fleet
}

describe('usage from Prometheus', () => {
  const settingsOf = (url: string) => ({ prometheus: { url, stepSeconds: STEP_SECONDS, backfillDays: 3 } })

  test('of a namespace that is labelled again is read from where it ended, at most as far back as the backfill', async (t) => {
    const { url, ranges } = await startPrometheus(t)
    const time = new FakeTime(Date.UTC(2026, 0, 1))
    const { context } = await controllerContext(t, () => {}, settingsOf(url), time)
    const fleet = fleetOf('shop')
    const { learner } = listener()
    const usage = chooseUsage(context, fleet)
    const days = () => ranges.reduce((sum, { from, to }) => sum + (to - from) / 86_400, 0)
    for (const [away, expected] of [
      [0, 3],
      [2, 2],
      [100, 3],
    ] as const) {
      fleet.setMode('shop', undefined)
      time.advance(away * 86_400_000)
      await usage.takeIn(learner, SIGNAL)
      fleet.setMode('shop', 'auto')
      ranges.length = 0
      await usage.takeIn(learner, SIGNAL)
      assert.equal(Math.round(days()), expected, `after ${away} days`)
    }
  })

  test('is read from the beginning once, and then only new usage', async (t) => {
    const { url, ranges } = await startPrometheus(t)
    const { context } = await controllerContext(t, () => {}, settingsOf(url))
    const fleet = fleetOf('shop')
    const { learner, samples } = listener()
    const usage = chooseUsage(context, fleet)
    assert.equal(usage.hasHistory, true)
    await usage.takeIn(learner, SIGNAL)
    assert.equal(samples.length, 72)
    await usage.takeIn(learner, SIGNAL)
    const times = new Set(samples.map(({ timestampSeconds }) => timestampSeconds))
    assert.equal(times.size, samples.length)

    const before = ranges.length
    fleet.setMode('platform', 'observe')
    await usage.takeIn(learner, SIGNAL)
    const asked = ranges.slice(before).filter(({ namespace }) => namespace === 'platform')
    assert.equal(
      asked.reduce((sum, { from, to }) => sum + (to - from) / STEP_SECONDS + 1, 0),
      72,
    )
  })

  test('is learned once, however often reading is interrupted', async (t) => {
    let broken = true
    let newest = 0
    // The newest usage cannot be read at first: two days can, and are read at the first attempt.
    const { url } = await startPrometheus(t, (query) => {
      newest ||= Math.max(Number(query.get('end')), Number(query.get('start')) + 2 * 86_400)
      return broken && Number(query.get('end')) > newest
    })
    const { context } = await controllerContext(t, () => {}, settingsOf(url))
    const { learner, samples } = listener()
    const usage = chooseUsage(context, fleetOf('shop'))
    for (let attempt = 0; attempt < 3; attempt++)
      await assert.rejects(usage.takeIn(learner, SIGNAL), /a block is broken/)
    assert.ok(samples.length > 0)
    broken = false
    await usage.takeIn(learner, SIGNAL)
    assert.equal(samples.length, 72)
    assert.equal(new Set(samples.map(({ timestampSeconds }) => timestampSeconds)).size, 72)
  })
})

const KILLED: FleetPod = {
  uid: '1',
  namespace: 'shop',
  name: 'web-0',
  workload: { namespace: 'shop', kind: 'StatefulSet', name: 'web' },
  createdAt: '2026-01-01T00:00:00Z',
  labels: {},
  goal: undefined,
  shape: { slots: [], overhead: { cpu: 0n, memory: 0n } },
  author: new Map(),
  images: new Map(),
  ...{ node: undefined, hasEnded: false, restartCounts: {} },
  restarts: 0,
  crashing: [],
  containers: new Map(),
  placement: PLACEMENT,
  oomKills: [{ container: 'web', key: '1/web/a', timestampSeconds: 1_800_000_000, limitBytes: 64 * 2 ** 20 }],
}

describe('OOM kills', () => {
  test('are passed on after the history, which is older', async (t) => {
    const { url } = await startPrometheus(t)
    const { context } = await controllerContext(t, () => {}, {
      prometheus: { url, stepSeconds: STEP_SECONDS, backfillDays: 1 },
    })
    const fleet = fleetOf('shop')
    fleet.replacePods('shop', [])
    fleet.putPod(KILLED)
    const { learner, samples, kills } = listener()
    let before = 0
    const observeOomKill = (kill: OomKill) => {
      before = samples.length
      kills.push(kill)
    }
    const noting = { ...learner, observeOomKill }
    await chooseUsage(context, fleet).takeIn(noting as unknown as Learner, SIGNAL)
    assert.deepEqual([before, kills.length], [24, 1])
  })

  test('are passed on once, whether or not usage can be read', async (t) => {
    const { context } = await controllerContext(t, (call) => call.reply(503, failure(503, 'ServiceUnavailable')))
    const fleet = fleetOf('shop')
    fleet.replacePods('shop', [])
    fleet.putPod(KILLED)
    const { learner, kills } = listener()
    const usage = chooseUsage(context, fleet)
    assert.equal(usage.hasHistory, false)
    for (let turn = 0; turn < 2; turn++) await assert.rejects(usage.takeIn(learner, SIGNAL))
    assert.deepEqual(
      kills.map(({ container, limitBytes }) => [container.workload.name, container.container, limitBytes]),
      [['web', 'web', 64 * 2 ** 20]],
    )
  })
})
