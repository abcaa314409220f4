import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { SloReading } from '../../../src/slos/index.ts'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from '../real-prometheus.ts'
import { constant, counter, EDGES, type Family, histogram, openMetrics, TWO_OF_TEN_SLOW } from './exported.ts'
import { PODS, readFrom, shareOf, sloOf } from './support.ts'

const why = whyNoPrometheus()
const HTTP = 'http_request_duration_seconds'
const [POD, OTHER] = PODS.web as [string, string]
const of = (namespace: string, pod = POD, more: object = {}) => ({ namespace, pod, code: '200', ...more })

/** Buckets without the one at a quarter of a second. */
const WITHOUT_QUARTER = EDGES.filter((edge) => edge !== 0.25)

/** Each namespace has one kind of series. */
const FAMILIES: readonly Family[] = [
  histogram(HTTP, of('rounded'), TWO_OF_TEN_SLOW, { edges: WITHOUT_QUARTER }),
  histogram(HTTP, of('coarse'), TWO_OF_TEN_SLOW, { edges: [1, 10] }),
  // Two workloads whose buckets differ: the edges of one are all above those that the other has first.
  histogram(HTTP, of('mixed'), TWO_OF_TEN_SLOW, { edges: [0.21, 0.22, 0.23, 0.24, 0.249] }),
  histogram(HTTP, of('mixed', PODS.api[0]), TWO_OF_TEN_SLOW, { edges: [0.05] }),
  histogram(HTTP, of('spelled'), TWO_OF_TEN_SLOW, { spell: (edge) => edge.toFixed(3) }),
  histogram(HTTP, of('noisy'), TWO_OF_TEN_SLOW, {
    spell: (edge) => (edge === 0.25 ? '0.25000000000000006' : String(edge)),
  }),
  histogram(HTTP, of('restarted'), TWO_OF_TEN_SLOW, { restartAgoSeconds: 1800 }),
  histogram(HTTP, of('ended'), TWO_OF_TEN_SLOW, { agoSeconds: [7200, 900] }),
  histogram(HTTP, of('replicas', POD, { prometheus_replica: 'prometheus-0' }), TWO_OF_TEN_SLOW),
  histogram(HTTP, of('replicas', POD, { prometheus_replica: 'prometheus-1' }), TWO_OF_TEN_SLOW),
  histogram(HTTP, of('idle'), { ...TWO_OF_TEN_SLOW, perSecond: 0 }),
  histogram(HTTP, of('count-only'), TWO_OF_TEN_SLOW, { hasBuckets: false }),
  histogram('http_server_requests_seconds', { ...of('count-only'), status: '200' }, TWO_OF_TEN_SLOW, {
    hasBuckets: false,
  }),
  ...['+Inf', '0.25', '0.1'].map((le) => constant(`${HTTP}_bucket`, { ...of('nan'), le }, 'NaN')),
  constant(`${HTTP}_count`, of('nan'), 'NaN'),
  counter('http_requests_total', { namespace: 'no-status', pod: POD, handler: '/' }, 10),
  histogram(HTTP, of('gone', 'web-7d9f8b6c5d-bbbbb'), TWO_OF_TEN_SLOW, { agoSeconds: [7200, 1200] }),
  histogram(HTTP, of('gone', POD), TWO_OF_TEN_SLOW, { agoSeconds: [1200, 0] }),
  histogram(HTTP, of('clusters', POD, { cluster: 'here' }), TWO_OF_TEN_SLOW),
  histogram(HTTP, of('clusters', OTHER, { cluster: 'elsewhere' }), { perSecond: 100, seconds: [5] }),
  ...['here', 'elsewhere'].flatMap((cluster) => {
    const pod = cluster === 'here' ? POD : OTHER
    const labels = { namespace: 'clusters', pod, container: 'web', cluster, id: `/kubepods/poduid-${pod}/web` }
    return [
      counter('container_cpu_usage_seconds_total', labels, 0.2),
      constant('container_memory_working_set_bytes', labels, '1e6'),
    ]
  }),
]

describe('possible states of an SLO in a real Prometheus', { skip: why ?? false, timeout: 120_000 }, () => {
  let server: RealPrometheus | undefined
  before(async () => {
    server = await startPrometheus(openMetrics(FAMILIES))
  })
  after(() => server?.stop())

  const read = async (namespace: string, from: object = { preset: { name: 'http' } }, more: object = {}) => {
    const { web, api } = await readFrom(server!.url, sloOf(from), { namespace, ...more })
    const [latency, errors] = web as [SloReading, SloReading]
    return { latency, errors, api: api! }
  }

  test('a threshold between two boundaries is rounded down to the lower one, with a message', async () => {
    const { latency } = await read('rounded')
    assert.equal(latency.state, 'Found')
    assert.match(
      latency.message!,
      /rounded down to 100 ms, the next lower bucket edge of http_request_duration_seconds: it has none at 250 ms/,
    )
    assert.equal(shareOf(latency.burn!.long), 0.4)
  })

  test('a threshold below all boundaries is refused', async () => {
    const { latency, errors } = await read('coarse')
    assert.equal(latency.state, 'Invalid')
    assert.match(latency.message!, /no bucket with an edge at 250 ms or below/)
    assert.equal(latency.burn, undefined)
    assert.equal(errors.state, 'Found')
  })

  test('each workload of a namespace has its own boundaries', async () => {
    const { latency, api } = await read('mixed')
    assert.match(latency.message!, /rounded down to 249 ms/)
    assert.match(api[0]!.message!, /rounded down to 50 ms/)
    assert.equal(shareOf(latency.burn!.long), 0.2)
    assert.equal(shareOf(api[0]!.burn!.long), 0.6)
  })

  test('boundaries count by their value, in any spelling of clients', async () => {
    for (const namespace of ['spelled', 'noisy']) {
      const { latency } = await read(namespace)
      assert.equal(latency.message, undefined)
      assert.equal(shareOf(latency.burn!.long), 0.2)
    }
  })

  test('a counter that restarts at zero changes no share', async () => {
    const { latency } = await read('restarted')
    assert.equal(shareOf(latency.burn!.long), 0.2)
    assert.ok(latency.burn!.long.total <= 36_100 && latency.burn!.long.total > 35_000, String(latency.burn!.long.total))
  })

  test('series that have ended are stale', async () => {
    const { latency, errors } = await read('ended')
    for (const reading of [latency, errors]) {
      assert.equal(reading.state, 'Stale')
      assert.match(reading.message!, /no two samples in the last 5m/)
      assert.equal(reading.burn, undefined)
    }
  })

  test('series without a number are stale, which differs from having no requests', async () => {
    const { latency, errors } = await read('nan')
    assert.deepEqual([latency.state, errors.state], ['Stale', 'Stale'])
    assert.match(latency.message!, /have no number/)
  })

  test('missing series differ from having no requests', async () => {
    const { latency, errors } = await read('nothing')
    assert.deepEqual([latency.state, errors.state], ['NoSeries', 'NoSeries'])
    assert.match(latency.message!, /looked for http_request_duration_seconds/)
    const idle = await read('idle')
    assert.equal(idle.latency.state, 'Found')
    assert.deepEqual(idle.latency.burn!.long, { bad: 0, total: 0 })
  })

  test('requests that two Prometheus replicas have scraped count once', async () => {
    const { latency } = await read('replicas')
    assert.ok(Math.abs(latency.burn!.long.total - 36_000) < 400, String(latency.burn!.long.total))
  })

  test('Spring without buckets gets a message on how to export them', async () => {
    const { latency, errors } = await read('count-only', { preset: { name: 'spring' } })
    assert.equal(latency.state, 'NoSeries')
    assert.match(latency.message!, /percentiles-histogram/)
    assert.equal(errors.state, 'Found')
  })

  test('a counter without a status has no errors', async () => {
    const { errors } = await read('no-status')
    assert.equal(errors.state, 'Invalid')
    assert.match(errors.message!, /have no status: none of the labels code, status/)
  })

  test('deleted Pods count by their names', async () => {
    const { latency } = await read('gone')
    assert.deepEqual([...latency.byPod!.keys()].sort(), [POD, 'web-7d9f8b6c5d-bbbbb'].sort())
    assert.deepEqual(latency.byPod!.get('web-7d9f8b6c5d-bbbbb')!.short, { bad: 0, total: 0 })
    assert.ok(Math.abs(latency.burn!.long.total - 36_000) < 700, String(latency.burn!.long.total))
  })

  test('the whole window of an objective counts all Pods of a workload, including deleted ones', async () => {
    const { latency, errors, api } = await read('gone', undefined, { hasWindow: true })
    for (const [{ overWindow }, share] of [[latency, 0.2] as const, [errors, 0] as const]) {
      assert.equal(shareOf(overWindow!), share)
      // Two hours of two Pods, one after the other.
      assert.ok(Math.abs(overWindow!.total - 72_000) < 1000, String(overWindow!.total))
    }
    assert.equal(api[0]!.overWindow, undefined)
  })

  test('series of another cluster do not count', async () => {
    const workloads = { web: [POD], api: PODS.api }
    const guarded = await read('clusters', { preset: { name: 'http' } }, { isGuarded: true, workloads })
    assert.deepEqual([...guarded.latency.byPod!.keys()], [POD])
    assert.equal(shareOf(guarded.latency.burn!.long), 0.2)
    const chosen = await read('clusters', { preset: { name: 'http' } }, { labels: { cluster: 'here' } })
    assert.deepEqual([...chosen.latency.byPod!.keys()], [POD])
  })

  test("a user's query counts by Pod if possible, and is multiplied if it is a rate", async () => {
    const selector = `${HTTP}_bucket{namespace="$namespace",pod=~"$pod"`
    const query = (bad: string, total: string) => ({ query: { bad, total } })
    const slow = { latency: { percentile: 80, below: '250ms' }, errors: undefined }
    for (const [bad, total] of [
      [
        `sum by (pod) (increase(${selector},le="+Inf"}[$window])) - sum by (pod) (increase(${selector},le="0.25"}[$window]))`,
        `sum(increase(${selector},le="+Inf"}[$window]))`,
      ],
      [
        `sum by (pod) (rate(${selector},le="+Inf"}[$window])) - sum by (pod) (rate(${selector},le="0.25"}[$window]))`,
        `sum(rate(${selector},le="+Inf"}[$window]))`,
      ],
    ] as const) {
      const { web } = await readFrom(server!.url, sloOf(query(bad, total), slow), { namespace: 'replicas' })
      assert.equal(web![0]!.state, 'Found', web![0]!.message)
      assert.equal(shareOf(web![0]!.burn!.long), 0.2)
      assert.deepEqual([...web![0]!.byPod!.keys()], [POD])
    }
  })

  test('a query that Prometheus refuses makes only its own SLO invalid', async () => {
    const query = { bad: 'sum(increase(a{b="c",}[$window])) by by', total: 'sum(increase(a[$window]))' }
    const { web } = await readFrom(server!.url, sloOf({ query }, { latency: undefined }), { namespace: 'replicas' })
    assert.equal(web![0]!.state, 'Invalid')
    assert.match(web![0]!.message!, /answered 400: .*parse error/)
  })

  test('an unavailable Prometheus has no share', async () => {
    await assert.rejects(readFrom('http://127.0.0.1:9', sloOf({ preset: { name: 'http' } })), /does not answer/)
  })
})
