import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { prometheusTraffic } from '../../src/prometheus/index.ts'
import { DAY, json, NOW, options, startStore } from './store.ts'

const WINDOW = { fromSeconds: NOW - 8 * DAY, toSeconds: NOW }

/** A store with owners of three Pods, and what their interfaces received. */
function storeOf(t: TestContext, received: readonly (readonly [pod: string, device: string, perSecond: string])[]) {
  const owners = ['web-0', 'web-1', 'db-0'].map((pod) => ({
    metric: { namespace: 'shop', pod, owner_kind: 'StatefulSet', owner_name: pod.slice(0, -2) },
    value: [NOW, '1'],
  }))
  return startStore(t, ({ query, end }, response) => {
    const resultOf = () => {
      if (query.startsWith('count(') && query.includes('container_network_receive_bytes_total'))
        return received.length > 0 ? [{ metric: {}, value: [NOW, '1'] }] : []
      if (query.includes('container_network_receive_bytes_total'))
        return received.map(([pod, device, perSecond]) => ({
          metric: { namespace: 'shop', pod, interface: device },
          // Twice as much in the days before.
          value: [end, end < NOW ? String(2 * Number(perSecond)) : perSecond],
        }))
      return query.includes('kube_pod_owner') ? owners : []
    }
    json(response, { status: 'success', data: { resultType: 'vector', result: resultOf() } })
  })
}

test('traffic of a workload is that of its Pod and the days with the most, over all interfaces', async (t) => {
  const store = await storeOf(t, [
    ['web-0', 'eth0', '100'],
    ['web-1', 'eth0', '200'],
    ['web-1', 'eth1', '50'],
    ['unknown', 'eth0', '900'],
  ])
  const traffic = await prometheusTraffic(options(store.url), WINDOW, ['shop'])
  assert.deepEqual([...traffic], [['shop/StatefulSet/web', 500]])
  const asked = store.requests.filter(({ query }) => query.includes('rate(container_network'))
  assert.equal(asked.length, 2)
  assert.ok(asked.every(({ query }) => query.includes('namespace="shop"') && !query.includes('container!=')))
})

test('a store without network metrics is asked for nothing else', async (t) => {
  const store = await storeOf(t, [])
  assert.equal((await prometheusTraffic(options(store.url), WINDOW, ['shop'])).size, 0)
  assert.equal(store.requests.length, 1)
})
