import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Canary } from '../../src/api/recommendation.ts'
import { ThrottlingOfCanaries } from '../../src/controller/throttling.ts'
import type { FleetWorkload } from '../../src/fleet/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { json, refuse, startStore } from '../prometheus/store.ts'
import { pod } from '../revisions/reconcile-input.ts'
import { controllerContext } from './context.ts'

const SIGNAL = new AbortController().signal
const MINUTE = 60_000
const START = Date.parse('2026-03-01T02:00:00Z')
const workload = { namespace: 'shop', kind: 'StatefulSet', name: 'web' }
const entry = {
  workload,
  pods: ['web-0', 'web-1'].map((name, i) => ({ ...pod(i + 1, 0), name })),
} as unknown as FleetWorkload
const NONE = { status: 'success', data: { resultType: 'vector', result: [] } }
const canary = { percent: 20, since: '2026-03-01T01:00:00Z', revision: { revision: 1 } } as Canary

/** A Prometheus in which web-0 was held back in a quarter of its periods. */
async function asking(t: TestContext, isBroken = () => false) {
  const store = await startStore(t, ({ query }, response) => {
    if (isBroken()) return refuse(response, 400, 'no')
    if (query.includes('exported_')) return json(response, NONE)
    const value = [0, query.includes('throttled') ? '1000' : '4000']
    json(response, { status: 'success', data: { resultType: 'vector', result: [{ metric: { pod: 'web-0' }, value }] } })
  })
  const time = new FakeTime(START)
  const { context } = await controllerContext(t, () => {}, { prometheus: { url: store.url } }, time)
  const throttling = new ThrottlingOfCanaries(context)
  const seen = async (one = canary) => {
    await throttling.refresh([entry], () => one, SIGNAL)
    return throttling
      .addTo(entry, one)
      .map(({ throttling }) => (throttling ? `${throttling.throttled}/${throttling.periods}` : 'unknown'))
  }
  return { store, throttling, seen, pass: (minutes: number) => time.advance(minutes * MINUTE) }
}

test('Prometheus is queried for the whole time of a canary, and again after five minutes, or for the next canary', async (t) => {
  const { store, seen, pass } = await asking(t)
  assert.deepEqual(await seen(), ['1000/4000', '0/0'])
  assert.match(store.requests.at(-1)!.query, /pod=~"web-0\|web-1".*\[3600s\]/)
  const once = store.requests.length
  pass(4)
  await seen()
  assert.equal(store.requests.length, once)
  pass(2)
  assert.deepEqual(await seen(), ['1000/4000', '0/0'])
  assert.match(store.requests.at(-1)!.query, /\[3960s\]/)
  const twice = store.requests.length
  await seen({ ...canary, revision: { ...canary.revision, revision: 2 } })
  assert.ok(store.requests.length > twice)
})

test('nothing is known while no Pod has the canary, if Prometheus fails, or without Prometheus', async (t) => {
  let broken = false
  const { store, seen, pass } = await asking(t, () => broken)
  assert.deepEqual(await seen({ ...canary, since: undefined }), ['unknown', 'unknown'])
  assert.equal(store.requests.length, 0)
  broken = true
  assert.deepEqual(await seen(), ['unknown', 'unknown'])
  broken = false
  pass(6)
  assert.deepEqual(await seen(), ['1000/4000', '0/0'])
  const { context } = await controllerContext(t, () => {})
  const without = new ThrottlingOfCanaries(context)
  await without.refresh([entry], () => canary, SIGNAL)
  assert.equal(without.addTo(entry, canary), entry.pods)
})

test('figures of a canary are used until the next query, and for no other canary', async (t) => {
  const { throttling, seen, pass } = await asking(t)
  await seen()
  pass(10)
  assert.equal(throttling.addTo(entry, canary)[0]?.throttling?.throttled, 1000)
  assert.equal(throttling.addTo(entry, { ...canary, since: '2026-03-01T01:30:00Z' }), entry.pods)
  assert.equal(throttling.addTo(entry, undefined), entry.pods)
})
