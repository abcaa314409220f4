import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ThrottlingOfSlow } from '../../src/controller/slo-throttling.ts'
import type { FleetWorkload } from '../../src/fleet/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { json, startStore } from '../prometheus/store.ts'
import { pod } from '../revisions/reconcile-input.ts'
import { controllerContext } from './context.ts'

const SIGNAL = new AbortController().signal
const workload = { namespace: 'shop', kind: 'Deployment', name: 'web' }
const entry = { workload, pods: [{ ...pod(1, 0), name: 'web-0' }] } as unknown as FleetWorkload
const NONE = { status: 'success', data: { resultType: 'vector', result: [] } }

/** A store in which the Pod was held back in a quarter of its periods. */
async function asking(t: TestContext, periods = '4000') {
  const store = await startStore(t, ({ query }, response) => {
    if (query.includes('exported_')) return json(response, NONE)
    const value = [0, query.includes('throttled') ? '1000' : periods]
    json(response, { status: 'success', data: { resultType: 'vector', result: [{ metric: { pod: 'web-0' }, value }] } })
  })
  const time = new FakeTime(Date.parse('2026-03-01T02:00:00Z'))
  const { context } = await controllerContext(t, () => {}, { prometheus: { url: store.url } }, time)
  return {
    store,
    throttling: new ThrottlingOfSlow(context, 300),
    pass: (seconds: number) => time.advance(seconds * 1000),
  }
}

test('Prometheus is asked about workloads that miss their SLO, once in five minutes', async (t) => {
  const { store, throttling, pass } = await asking(t)
  await throttling.refresh([entry], () => false, SIGNAL)
  assert.equal(store.requests.length, 0)
  await throttling.refresh([entry], () => true, SIGNAL)
  assert.equal(throttling.shareOf(workload), 0.25)
  const once = store.requests.length
  pass(290)
  await throttling.refresh([entry], () => true, SIGNAL)
  assert.equal(store.requests.length, once)
  pass(11)
  await throttling.refresh([entry], () => true, SIGNAL)
  assert.ok(store.requests.length > once)
})

test('an answer says nothing about what comes later', async (t) => {
  const { throttling, pass } = await asking(t)
  await throttling.refresh([entry], () => true, SIGNAL)
  pass(91)
  assert.equal(throttling.shareOf(workload), undefined)
})

test('containers without a limit have no periods, and so no share', async (t) => {
  const { throttling } = await asking(t, '0')
  await throttling.refresh([entry], () => true, SIGNAL)
  assert.equal(throttling.shareOf(workload), undefined)
})

test('a turn asks about 20 workloads at most, the longest unknown first', async (t) => {
  const { store, throttling, pass } = await asking(t)
  const many = Array.from({ length: 30 }, (_, i) => ({ ...entry, workload: { ...workload, name: `web-${i}` } }))
  await throttling.refresh(many, () => true, SIGNAL)
  const known = () => many.filter((one) => throttling.shareOf(one.workload) !== undefined).length
  assert.equal(known(), 20)
  pass(10)
  await throttling.refresh(many, () => true, SIGNAL)
  assert.equal(known(), 30)
  assert.ok(store.requests.length > 0)
})
