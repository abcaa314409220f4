import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { CpuOfSlow } from '../../src/controller/cpu-of-slow.ts'
import type { FleetWorkload } from '../../src/fleet/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { json, refuse, startStore } from '../prometheus/store.ts'
import { pod } from '../revisions/reconcile-input.ts'
import { controllerContext } from './context.ts'

const SIGNAL = new AbortController().signal
const workload = { namespace: 'shop', kind: 'Deployment', name: 'web' }
const entry = { workload, pods: [{ ...pod(1, 0), name: 'web-0' }] } as unknown as FleetWorkload
const NONE = { status: 'success', data: { resultType: 'vector', result: [] } }

/** A Prometheus in which the Pod was held back in a quarter of its periods, and uses 0.4 cores now. */
async function asking(t: TestContext, { periods = '4000', refuses = '' } = {}) {
  const store = await startStore(t, ({ query }, response) => {
    if (query.includes('exported_')) return json(response, NONE)
    if (refuses && query.includes(refuses)) return refuse(response, 400, 'bad_data')
    const [value, metric] = query.includes('irate(')
      ? ['0.4', { pod: 'web-0', container: 'app' }]
      : [query.includes('throttled') ? '1000' : periods, { pod: 'web-0' }]
    const result = [{ metric, value: [0, value] }]
    json(response, { status: 'success', data: { resultType: 'vector', result } })
  })
  const time = new FakeTime(Date.parse('2026-03-01T02:00:00Z'))
  const { context } = await controllerContext(t, () => {}, { prometheus: { url: store.url } }, time)
  return {
    store,
    slow: new CpuOfSlow(context, 300),
    pass: (seconds: number) => time.advance(seconds * 1000),
  }
}

test('Prometheus is asked about workloads that miss their SLO, once in 90 seconds', async (t) => {
  const { store, slow, pass } = await asking(t)
  await slow.refresh([entry], () => false, SIGNAL)
  assert.equal(store.requests.length, 0)
  await slow.refresh([entry], () => true, SIGNAL)
  assert.equal(slow.throttledShareOf(workload), 0.25)
  const once = store.requests.length
  pass(85)
  await slow.refresh([entry], () => true, SIGNAL)
  assert.equal(store.requests.length, once)
  pass(6)
  await slow.refresh([entry], () => true, SIGNAL)
  assert.ok(store.requests.length > once)
})

test('an answer expires', async (t) => {
  const { slow, pass } = await asking(t)
  await slow.refresh([entry], () => true, SIGNAL)
  pass(91)
  assert.equal(slow.throttledShareOf(workload), undefined)
})

test('containers without a limit have no periods, and therefore no share', async (t) => {
  const { slow } = await asking(t, { periods: '0' })
  await slow.refresh([entry], () => true, SIGNAL)
  assert.equal(slow.throttledShareOf(workload), undefined)
})

test('a turn asks about at most 20 workloads, the oldest answer first', async (t) => {
  const { store, slow, pass } = await asking(t)
  const many = Array.from({ length: 30 }, (_, i) => ({ ...entry, workload: { ...workload, name: `web-${i}` } }))
  await slow.refresh(many, () => true, SIGNAL)
  const known = () => many.filter((one) => slow.throttledShareOf(one.workload) !== undefined).length
  assert.equal(known(), 20)
  pass(10)
  await slow.refresh(many, () => true, SIGNAL)
  assert.equal(known(), 30)
  assert.ok(store.requests.length > 0)
})

test('current usage of containers is requested, and expires after the same time', async (t) => {
  const { store, slow, pass } = await asking(t)
  assert.equal(slow.usedCoresOf(workload, 'web-0', 'app'), undefined)
  await slow.refresh([entry], () => true, SIGNAL)
  assert.equal(slow.usedCoresOf(workload, 'web-0', 'app'), 0.4)
  assert.equal(slow.usedCoresOf(workload, 'web-0', 'proxy'), undefined)
  assert.equal(slow.usedCoresOf(workload, 'web-1', 'app'), undefined)
  assert.ok(store.requests.some(({ query }) => /irate\(container_cpu_usage_seconds_total\{.*pod=~"web-0"/.test(query)))
  pass(91)
  assert.equal(slow.usedCoresOf(workload, 'web-0', 'app'), undefined)
})

test('throttling may be known without usage', async (t) => {
  const { slow } = await asking(t, { refuses: 'irate(' })
  await slow.refresh([entry], () => true, SIGNAL)
  assert.equal(slow.throttledShareOf(workload), 0.25)
  assert.equal(slow.usedCoresOf(workload, 'web-0', 'app'), undefined)
})
