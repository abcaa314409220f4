import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { cpuThrottling, prometheusHistory, usedCoresNow, usedIn } from '../../src/prometheus/index.ts'
import { cpuQuery } from '../../src/prometheus/usage-queries.ts'
import { collect } from '../history/support.ts'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from './real-prometheus.ts'
import { type Answer, json, NOW, options, refuse, startStore } from './store.ts'

const HOUR = 3600
const WINDOW = { fromSeconds: NOW - HOUR, toSeconds: NOW }
const why = whyNoPrometheus()

interface Counted {
  readonly pod: string
  readonly container?: string
  readonly namespace?: string
  /** Undefined: it has no CPU limit. */
  readonly throttledPerMinute: number | undefined
}

/** Every minute of two hours: 600 periods, and some of them throttled; half a core. */
function metrics(all: readonly Counted[]): string {
  const family = (metric: string, perMinute: (one: Counted) => number | undefined) =>
    [
      `# TYPE ${metric} counter`,
      ...all.flatMap((one) => {
        const each = perMinute(one)
        if (each === undefined) return []
        const labels = `namespace="${one.namespace ?? 'shop'}",pod="${one.pod}",container="${one.container ?? 'app'}"`
        return Array.from(
          { length: 121 },
          (_, minute) => `${metric}_total{${labels}} ${minute * each} ${NOW - 2 * HOUR + minute * 60}`,
        )
      }),
    ].join('\n')
  const periods = family('container_cpu_cfs_periods', ({ throttledPerMinute }) =>
    throttledPerMinute === undefined ? undefined : 600,
  )
  const throttled = family('container_cpu_cfs_throttled_periods', ({ throttledPerMinute }) => throttledPerMinute)
  const used = family('container_cpu_usage_seconds', () => 30)
  const memory = family('container_memory_working_set_bytes', () => 2 ** 20)
    .replace('counter', 'gauge')
    .replaceAll('_total{', '{')
  return `${periods}\n${throttled}\n${used}\n${memory}\n# EOF\n`
}

const WITH_SLO = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].map((kind) => ({ kind, name: 'shop' }))
const OF_SHOP = ['shop-7d9c8f6b5-bcdf2', 'shop-0', 'shop-bcdf2']
const OF_OTHERS = ['shop-worker-0', 'shop-db-0', 'shop-db-7d9c8f6b5-bcdf2', 'shop-gw-bcdf2', 'shops-0']

describe('a real Prometheus server that scrapes CPU periods', { skip: why ?? false, timeout: 300_000 }, () => {
  let server: RealPrometheus | undefined
  before(async () => {
    server = await startPrometheus(
      metrics([
        { pod: 'web-0', throttledPerMinute: 150 },
        { pod: 'web-0', container: 'proxy', throttledPerMinute: 0 },
        { pod: 'web-0', container: 'POD', throttledPerMinute: 600 },
        { pod: 'web.1', throttledPerMinute: 0 },
        { pod: 'web-1', throttledPerMinute: 600 },
        { pod: 'web-0', namespace: 'other', throttledPerMinute: 600 },
        { pod: 'free-0', throttledPerMinute: undefined },
        ...[...OF_SHOP, ...OF_OTHERS].map((pod) => ({
          pod,
          throttledPerMinute: 600,
        })),
      ]),
    )
  })
  after(() => server?.stop())

  test('returns for each requested Pod how much its containers were held back, and for no other', async () => {
    const pods = ['web-0', 'web.1', 'web-2']
    const found = await cpuThrottling(options(server!.url), { namespace: 'shop', pods }, WINDOW)
    assert.deepEqual([...found!.keys()], pods)
    const [held, free, none] = pods.map((pod) => found!.get(pod)!)
    assert.ok(Math.abs(held!.periods / 72_000 - 1) < 0.02, `${held!.periods}`)
    assert.ok(Math.abs(held!.throttled / held!.periods - 0.125) < 0.001, `${held!.throttled}`)
    assert.ok(Math.abs(free!.periods / 36_000 - 1) < 0.02, `${free!.periods}`)
    assert.deepEqual([free!.throttled, none], [0, { periods: 0, throttled: 0 }])
  })

  test("returns the current usage of Pods' containers, not raised by throttling", async () => {
    const pods = ['web-0', 'web.1', 'web-2']
    const found = await usedCoresNow(options(server!.url), { namespace: 'shop', pods }, NOW)
    const [both, one] = [found.get('web-0')!, found.get('web.1')!]
    assert.deepEqual([...found.keys()].sort(), ['web-0', 'web.1'])
    assert.deepEqual([...both.keys()].sort(), ['app', 'proxy'])
    assert.deepEqual([both.get('app'), one.get('app')], [0.5, 0.5])
  })

  test('returns the usage of a window of any length, as the mean of the window itself', async () => {
    const of = { namespace: 'shop', pods: ['web-0', 'web.1', 'web-2'] }
    const window = { fromSeconds: NOW - 150, toSeconds: NOW }
    const { cpuCores: found, peakMemoryBytes: memory } = await usedIn(options(server!.url), of, window)
    assert.deepEqual([...found.keys()].sort(), ['web-0', 'web.1'])
    assert.ok(Math.abs(found.get('web-0')!.get('app')! - 0.5) < 1e-9)
    const short = { fromSeconds: NOW - 50, toSeconds: NOW }
    assert.equal((await usedIn(options(server!.url), of, short)).cpuCores.size, 0, 'one sample has no rate')
    assert.equal(memory.get('web-0')!.get('app'), 2 ** 20 * 120)
  })

  test('has no current usage of containers that were not scraped for five minutes', async () => {
    const found = await usedCoresNow(options(server!.url), { namespace: 'shop', pods: ['web-0'] }, NOW + 300)
    assert.equal(found.size, 0)
  })

  test('raises the CPU of a container that was held back, and of no other', async () => {
    const history = prometheusHistory(options(server!.url, { namespaces: ['shop'] }))
    const samples = await collect(history, { window: WINDOW })
    const wanted = (pod: string, container = 'app') => {
      const its = samples.filter((sample) => sample.pod === pod && sample.container.container === container)
      assert.ok(its.length >= 11, `${its.length} of ${pod}`)
      return its.reduce((sum, { cpuCores }) => sum + cpuCores, 0) / its.length
    }
    const expected = [
      ['web-0', 0.625],
      ['web-1', 1],
      ['free-0', 0.5],
    ] as const
    for (const [pod, cores] of expected) assert.ok(Math.abs(wanted(pod) - cores) < 0.005, `${pod}: ${wanted(pod)}`)
    assert.ok(Math.abs(wanted('web-0', 'proxy') - 0.5) < 0.005)
  })

  test('does not raise the CPU of workloads whose latency is known, and of these alone', async () => {
    const history = prometheusHistory(options(server!.url, { namespaces: ['shop'], withSlo: WITH_SLO }))
    const samples = await collect(history, { window: WINDOW })
    const used = (pod: string) => samples.filter((one) => one.pod === pod).at(-1)!.cpuCores
    for (const pod of OF_SHOP) assert.ok(Math.abs(used(pod) - 0.5) < 0.005, `${pod}: ${used(pod)}`)
    for (const pod of [...OF_OTHERS, 'web-1']) assert.ok(Math.abs(used(pod) - 1) < 0.005, `${pod}: ${used(pod)}`)
  })

  test('only uses the requested time', async () => {
    const window = { fromSeconds: NOW - 600, toSeconds: NOW }
    const found = await cpuThrottling(options(server!.url), { namespace: 'shop', pods: ['web-1'] }, window)
    assert.ok(Math.abs(found!.get('web-1')!.throttled / 6_000 - 1) < 0.1, JSON.stringify([...found!]))
  })
})

const vector = (...result: object[]) => ({ status: 'success', data: { resultType: 'vector', result } })

test('throttling is unknown in a store without CPU periods', async (t) => {
  const { url, requests } = await startStore(t, (_, response) => json(response, vector()))
  assert.equal(await cpuThrottling(options(url), { namespace: 'shop', pods: ['web-0'] }, WINDOW), undefined)
  assert.equal(requests.length, 1)
})

test('many Pods are requested in groups of a hundred', async (t) => {
  const answer: Answer = ({ query }, response) =>
    json(response, query.includes('exported_') ? vector() : vector({ metric: {}, value: [NOW, '1'] }))
  const { url, requests } = await startStore(t, answer)
  const pods = Array.from({ length: 250 }, (_, i) => `web-${i}`)
  const found = await cpuThrottling(options(url), { namespace: 'shop', pods }, WINDOW)
  assert.deepEqual([found!.size, requests.length], [250, 2 + 3 * 2])
  assert.ok(requests.every(({ query }) => query.split('|').length <= 100))
})

test('a refusal or an invalid answer of the store is an error', async (t) => {
  const refusing = await startStore(t, (_, response) => refuse(response, 403, 'not you'))
  const asked = { namespace: 'shop', pods: ['web-0'] }
  await assert.rejects(cpuThrottling(options(refusing.url), asked, WINDOW), /not you/)
  const matrix = { status: 'success', data: { resultType: 'matrix', result: [] } }
  const wrong = await startStore(t, (_, response) => json(response, matrix))
  await assert.rejects(cpuThrottling(options(wrong.url), asked, WINDOW), /another kind of data/)
})

test('a query names as many workloads whose latency is known as fit in a URL', () => {
  const names = Array.from({ length: 500 }, (_, i) => `workload-with-a-long-name-${i}`)
  const workloads = [`${'x'.repeat(47)}`, ...names].map((name) => ({ kind: 'Deployment', name }))
  const query = cpuQuery({ namespace: 'shop', labels: {} }, 300, undefined, undefined, workloads)
  assert.ok(query.includes('workload-with-a-long-name-30|') && !query.includes('workload-with-a-long-name-300'))
  assert.ok(!query.includes('xxx'), 'the name is cut in the names of Pods')
  assert.ok(encodeURIComponent(query).length < 8000, `${encodeURIComponent(query).length} characters`)
})
