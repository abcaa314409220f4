import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { prometheusSignals } from '../../src/prometheus/index.ts'
import { DAY, json, NOW, options, startStore } from './store.ts'

const WINDOW = { fromSeconds: NOW - 8 * DAY, toSeconds: NOW }

const hpasOf = async (url: string) => (await prometheusSignals({ ...options(url), namespaces: ['shop'] }, WINDOW)).hpas

interface StoredHpa {
  readonly name: string
  readonly target: readonly [version: string, kind: string, name: string]
  readonly min?: number
  readonly max?: number
  readonly current?: number
  /** Points at the minimum in each span, the oldest first, and all points. */
  readonly spans?: readonly (readonly [at: number, all: number])[]
}

/** A store with these HPAs in namespace shop. */
function storeOf(t: TestContext, hpas: readonly StoredHpa[]) {
  return startStore(t, ({ query, end }, response) => {
    const series = (one: StoredHpa, value: number | undefined, more: object = {}) =>
      value === undefined
        ? []
        : [
            {
              metric: { namespace: 'shop', horizontalpodautoscaler: one.name, ...more },
              value: [end, String(value)],
            },
          ]
    const resultOf = () => {
      if (query.includes('kube_pod_status_phase')) return [{ metric: {}, value: [NOW, '1'] }]
      if (query.startsWith('count(') && query.includes('kube_horizontalpodautoscaler_info'))
        return hpas.length > 0 ? [{ metric: {}, value: [NOW, '1'] }] : []
      const span = (one: StoredHpa) => one.spans?.[end < NOW ? 0 : 1]
      if (query.includes('sum_over_time')) return hpas.flatMap((one) => series(one, span(one)?.[0]))
      if (query.includes('count_over_time((')) return hpas.flatMap((one) => series(one, span(one)?.[1]))
      if (query.includes('_spec_min_replicas')) return hpas.flatMap((one) => series(one, one.min))
      if (query.includes('_spec_max_replicas')) return hpas.flatMap((one) => series(one, one.max))
      if (query.includes('_status_current_replicas')) return hpas.flatMap((one) => series(one, one.current))
      if (query.includes('kube_horizontalpodautoscaler_info'))
        return hpas.flatMap((one) => {
          const [scaletargetref_api_version, scaletargetref_kind, scaletargetref_name] = one.target
          return series(one, 1, { scaletargetref_api_version, scaletargetref_kind, scaletargetref_name })
        })
      return []
    }
    json(response, { status: 'success', data: { resultType: 'vector', result: resultOf() } })
  })
}

const WEB: StoredHpa = { name: 'web', target: ['apps/v1', 'Deployment', 'web'], min: 2, max: 9, current: 4 }

test('an HPA has its target, its replicas, and its share of the whole window at the minimum', async (t) => {
  const store = await storeOf(t, [
    {
      ...WEB,
      spans: [
        [100, 100],
        [50, 300],
      ],
    },
  ])
  assert.deepEqual(await hpasOf(store.url), [
    {
      ...{ name: 'web', minReplicas: 2, maxReplicas: 9, replicas: 4, atMinimumShare: 150 / 400 },
      target: { namespace: 'shop', kind: 'Deployment', name: 'web' },
    },
  ])
  assert.ok(store.requests.some(({ query }) => query.includes('== bool') && query.includes('namespace="shop"')))
})

test('the kind of a target has its API group where it is not a usual one', async (t) => {
  const store = await storeOf(t, [{ ...WEB, target: ['example.com/v1', 'Deployment', 'web'] }])
  const [hpa] = await hpasOf(store.url)
  assert.equal(hpa?.target.kind, 'Deployment.example.com')
  assert.deepEqual([hpa?.replicas, hpa?.atMinimumShare], [4, undefined])
})

test('an HPA without its limits, and points that never were, count as unknown', async (t) => {
  const store = await storeOf(t, [
    { ...WEB, name: 'api', min: undefined as never },
    {
      ...WEB,
      current: undefined as never,
      spans: [
        [0, 0],
        [0, 0],
      ],
    },
  ])
  const found = await hpasOf(store.url)
  assert.deepEqual(
    found.map(({ name, replicas, atMinimumShare }) => [name, replicas, atMinimumShare]),
    [['web', undefined, undefined]],
  )
})

test('a store without HPAs is asked once whether it has any', async (t) => {
  const store = await storeOf(t, [])
  assert.deepEqual(await hpasOf(store.url), [])
  assert.equal(store.requests.filter(({ query }) => query.includes('horizontalpodautoscaler')).length, 1)
})
