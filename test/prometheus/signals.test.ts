import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { prometheusSignals } from '../../src/prometheus/index.ts'
import { DAY, json, NOW, options, startStore } from './store.ts'

/** A store with two Pods that requested CPU within the last day; only `web-0` still does. */
function storeOf(t: TestContext, { phases }: { readonly phases: readonly string[] }) {
  const asks = (pod: string) => ({
    metric: { namespace: 'shop', pod, container: 'web', resource: 'cpu' },
    value: [NOW, '0.5'],
  })
  const one = (metric: object) => ({ metric, value: [NOW, '1'] })
  return startStore(t, ({ query, end }, response) => {
    const resultOf = () => {
      if (query === 'count(kube_pod_container_resource_requests{})') return [one({})]
      if (query === 'count(kube_pod_status_phase{})') return phases.length > 0 ? [one({})] : []
      if (query.includes('kube_pod_status_phase')) return phases.map((pod) => one({ namespace: 'shop', pod }))
      if (end < NOW || !query.includes('kube_pod_container_resource_requests')) return []
      return query.includes('last_over_time') ? [asks('web-0'), asks('web-1')] : [asks('web-0')]
    }
    json(response, { status: 'success', data: { resultType: 'vector', result: resultOf() } })
  })
}

async function runningIn(url: string): Promise<Record<string, boolean>> {
  const window = { fromSeconds: NOW - DAY, toSeconds: NOW }
  const { pods } = await prometheusSignals(options(url, { namespaces: ['shop'] }), window)
  return Object.fromEntries(pods.map(({ pod, isRunning }) => [pod, isRunning]))
}

test('a Pod runs if its phase says so, with any requests', async (t) => {
  const store = await storeOf(t, { phases: ['web-1'] })
  assert.deepEqual(await runningIn(store.url), { 'web-0': false, 'web-1': true })
  const asked = store.requests.filter(({ query, end }) => end === NOW && query.includes('resource_requests'))
  assert.ok(
    asked.every(({ query }) => /^count|\[86400s\]/.test(query)),
    'whether there are any, and those of the last day',
  )
})

test('in a store without phases, a Pod runs if it has requests now', async (t) => {
  const store = await storeOf(t, { phases: [] })
  assert.deepEqual(await runningIn(store.url), { 'web-0': true, 'web-1': false })
})
