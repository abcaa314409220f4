import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { MetricsApi } from '../../src/history/index.ts'
import type { MetricsApiOptions } from '../../src/history/metrics-api.ts'
import { startServer } from '../kube/fake-server.ts'

const cart = { workload: { namespace: 'shop', kind: 'Deployment', name: 'cart' }, container: 'app' }

function podMetrics(name: string, timestamp: unknown, cpu: unknown = '250m', memory: unknown = '64Mi') {
  return {
    metadata: { name, namespace: 'shop' },
    timestamp,
    window: '15s',
    containers: [{ name: 'app', usage: { cpu, memory } }],
  }
}

async function apiWith(context: TestContext, answers: object[][], options?: MetricsApiOptions) {
  const server = await startServer(context, (call) => {
    assert.equal(call.path, '/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods')
    call.reply(200, { kind: 'PodMetricsList', metadata: {}, items: answers.shift() ?? [] })
  })
  const containerOf = (_: string, pod: string, container: string) =>
    pod.startsWith('cart') && container === 'app' ? cart : undefined
  return new MetricsApi(server.client, containerOf, options)
}

const at = '2026-03-01T10:00:00Z'
const seconds = Date.parse(at) / 1000

test('samples of known containers come in cores and bytes, under the time that metrics-server measured them', async (context) => {
  const api = await apiWith(context, [[podMetrics('cart-1', at, '123456789n', '65536Ki'), podMetrics('other-1', at)]])
  assert.deepEqual(await api.sample('shop'), [
    { container: cart, pod: 'cart-1', timestampSeconds: seconds, cpuCores: 0.123456789, memoryBytes: 64 * 2 ** 20 },
  ])
})

test('the same measurement is given once, however often it is asked for', async (context) => {
  const later = '2026-03-01T10:00:15Z'
  const api = await apiWith(context, [
    [podMetrics('cart-1', at)],
    [podMetrics('cart-1', at), podMetrics('cart-2', at)],
    [podMetrics('cart-1', later)],
  ])
  assert.equal((await api.sample('shop')).length, 1)
  assert.deepEqual(
    (await api.sample('shop')).map(({ pod }) => pod),
    ['cart-2'],
  )
  assert.deepEqual(
    (await api.sample('shop')).map(({ timestampSeconds }) => timestampSeconds),
    [seconds + 15],
  )
})

test('a namespace that is no longer kept starts again', async (context) => {
  const api = await apiWith(context, [[podMetrics('cart-1', at)], [podMetrics('cart-1', at)]])
  await api.sample('shop')
  api.keep(['elsewhere'])
  assert.equal((await api.sample('shop')).length, 1)
})

test('what cannot be read is left out, value by value', async (context) => {
  const broken = [
    podMetrics('cart-1', 'yesterday'),
    podMetrics('cart-2', undefined),
    { metadata: {} },
    podMetrics('cart-3', at, 'lots', '1Gi'),
  ]
  const [sample, ...rest] = await (await apiWith(context, [broken])).sample('shop')
  assert.deepEqual(
    [sample!.pod, sample!.cpuCores, sample!.memoryBytes, rest.length],
    ['cart-3', Number.NaN, 2 ** 30, 0],
  )
})

test('a cluster without a metrics API is an error that says so', async (context) => {
  const server = await startServer(context, (call) =>
    call.reply(404, {
      kind: 'Status',
      status: 'Failure',
      reason: 'NotFound',
      code: 404,
      message: 'the server could not find the requested resource',
    }),
  )
  await assert.rejects(
    new MetricsApi(server.client, () => cart).sample('shop'),
    /could not find the requested resource/,
  )
})

test('usage three days ahead is left out and told once; what follows it counts', async (context) => {
  const warnings: string[] = []
  const ahead = '2026-03-04T10:00:00Z'
  const api = await apiWith(
    context,
    [
      [podMetrics('cart-1', ahead), podMetrics('cart-2', at)],
      [podMetrics('cart-1', ahead)],
      [podMetrics('cart-1', at)],
    ],
    { nowSeconds: () => seconds + 20, onWarning: (message) => warnings.push(message) },
  )
  assert.deepEqual(
    (await api.sample('shop')).map(({ pod }) => pod),
    ['cart-2'],
  )
  assert.deepEqual(await api.sample('shop'), [])
  assert.equal((await api.sample('shop')).length, 1)
  assert.deepEqual(warnings, [
    '1 sample was left out because of a time in the future (up to 2026-03-04T10:00:00.000Z, of Pod shop/cart-1): check the clocks',
  ])
})
