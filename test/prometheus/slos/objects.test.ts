import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'
import type { Slo } from '../../../src/api/index.ts'
import { readSlos } from '../../../src/policy/index.ts'
import { type SloReading, sloObjectOf } from '../../../src/slos/index.ts'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from '../real-prometheus.ts'
import { counter, histogram, openMetrics, TWO_OF_TEN_SLOW } from './exported.ts'
import { PODS, readFrom, shareOf } from './support.ts'

const why = whyNoPrometheus()
const [POD] = PODS.web

/** Objects as in the documentation of each project. */
const OBJECTS = `
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: web-errors, namespace: shop, labels: {prometheus: k8s}}
spec:
  target: "95"
  window: 4w
  description: Requests of the shop succeed.
  indicator:
    ratio:
      errors: {metric: 'http_requests_total{job="web",code=~"5.."}'}
      total: {metric: 'http_requests_total{job="web"}'}
---
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: web-latency, namespace: shop}
spec:
  target: "99.5"
  window: 2w
  indicator:
    latency:
      success: {metric: 'http_request_duration_seconds_bucket{job="web",le="0.25"}'}
      total: {metric: 'http_request_duration_seconds_count{job="web"}'}
      grouping: [handler]
---
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: web-native, namespace: shop}
spec:
  target: "99"
  window: 2w
  indicator:
    latencyNative:
      latency: 250ms
      total: {metric: 'http_request_duration_seconds{job="web"}'}
---
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: web-probe, namespace: shop}
spec:
  target: "99"
  window: 2w
  indicator: {bool_gauge: {metric: 'probe_success{job="web"}'}}
---
apiVersion: sloth.slok.dev/v1
kind: PrometheusServiceLevel
metadata: {name: web, namespace: monitoring}
spec:
  service: web
  labels: {owner: shop}
  slos:
    - name: requests-availability
      objective: 99.9
      sli:
        events:
          errorQuery: sum(rate(http_requests_total{job="web",code=~"5.."}[{{.window}}]))
          totalQuery: sum(rate(http_requests_total{job="web"}[{{.window}}]))
      alerting: {name: WebHighErrorRate, pageAlert: {labels: {severity: page}}, ticketAlert: {disable: true}}
    - name: raw
      objective: 99.9
      sli: {raw: {errorRatioQuery: 'job:errors:ratio{window="{{.window}}"}'}}
---
apiVersion: openslo.com/v1
kind: SLO
metadata: {name: web-good, namespace: shop}
spec:
  service: web
  budgetingMethod: Occurrences
  timeWindow: [{duration: 28d, isRolling: true}]
  indicatorRef: web-good-requests
  objectives: [{displayName: Good requests, target: "0.98"}]
---
apiVersion: openslo.com/v1
kind: SLI
metadata: {name: web-good-requests, namespace: shop}
spec:
  ratioMetric:
    counter: true
    good: {metricSource: {type: Prometheus, spec: 'http_requests_total{job="web",code!~"5.."}'}}
    total: {metricSource: {type: Prometheus, spec: 'http_requests_total{job="web"}'}}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: web-bad, namespace: shop}
spec:
  service: web
  budgetingMethod: Occurrences
  timeWindow: [{duration: 4w, isRolling: true}]
  indicator:
    metadata: {name: web-bad-requests}
    spec:
      ratioMetric:
        counter: true
        bad: {metricSource: {type: Prometheus, metricSourceRef: prometheus, spec: {query: 'sum(http_requests_total{job="web",code=~"5.."})'}}}
        total: {metricSource: {type: Prometheus, metricSourceRef: prometheus, spec: {query: 'sum(http_requests_total{job="web"})'}}}
  objectives: [{displayName: strict, target: 0.999}, {displayName: loose, targetPercent: 90}]
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: web-threshold, namespace: shop}
spec:
  budgetingMethod: Occurrences
  indicator: {spec: {thresholdMetric: {metricSource: {type: Prometheus, spec: {query: 'histogram_quantile(0.95, x)'}}}}}
  objectives: [{op: lte, value: 0.25, target: 0.99}]
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: web-slices, namespace: shop}
spec:
  budgetingMethod: Timeslices
  indicator: {spec: {ratioMetric: {}}}
  objectives: [{target: 0.99, timeSliceTarget: 0.9, timeSliceWindow: 1m}]
`
  .split('\n---\n')
  .map((text) => sloObjectOf(parse(text))!)

const objects = OBJECTS.map((object) => {
  assert.ok(object)
  return object
})

describe('objects of Pyrra, Sloth and OpenSLO in a real Prometheus', { skip: why ?? false, timeout: 120_000 }, () => {
  let server: RealPrometheus | undefined
  before(async () => {
    const labels = { job: 'web', namespace: 'shop', pod: POD! }
    server = await startPrometheus(
      openMetrics([
        histogram('http_request_duration_seconds', { ...labels, handler: '/' }, TWO_OF_TEN_SLOW),
        counter('http_requests_total', { ...labels, code: '200' }, 9),
        counter('http_requests_total', { ...labels, code: '503' }, 1),
      ]),
    )
  })
  after(() => server?.stop())

  const read = async (from: object): Promise<SloReading> => {
    const slos = readSlos([{ name: 'other', from } as Slo])
    return (await readFrom(server!.url, slos[0]!, { objects })).web![0]!
  }
  const found = async (from: object, budget: number, days: number, share: number) => {
    const reading = await read(from)
    assert.equal(reading.state, 'Found', reading.message)
    assert.equal(reading.objective.budget, budget)
    assert.equal(reading.objective.windowSeconds, days * 86_400)
    assert.equal(shareOf(reading.burn!.long), share)
    assert.deepEqual([...reading.byPod!.keys()], [POD])
    assert.ok(Math.abs(reading.burn!.long.total - 36_000) < 400, String(reading.burn!.long.total))
  }
  const refused = async (from: object, why: RegExp) => {
    const reading = await read(from)
    assert.equal(reading.state, 'Invalid')
    assert.match(reading.message!, why)
  }

  test('Pyrra: errors, latency by buckets, and by a histogram', async () => {
    await found({ pyrra: { name: 'web-errors' } }, 0.05, 28, 0.1)
    await found({ pyrra: { name: 'web-latency' } }, 0.005, 14, 0.2)
    await found({ pyrra: { name: 'web-native' } }, 0.01, 14, 0.2)
  })

  test('Pyrra: a probe is not a request', async () => {
    await refused(
      { pyrra: { name: 'web-probe' } },
      /ServiceLevelObjective shop\/web-probe: indicator\.bool_gauge measures whether a probe succeeded/,
    )
  })

  test('Sloth: events, in another namespace, by the name of the SLO', async () => {
    await found({ sloth: { name: 'web', namespace: 'monitoring', slo: 'requests-availability' } }, 0.001, 30, 0.1)
    await refused(
      { sloth: { name: 'web', namespace: 'monitoring' } },
      /several SLOs: choose one with slo \(requests-availability, raw\)/,
    )
    await refused(
      { sloth: { name: 'web', namespace: 'monitoring', slo: 'raw' } },
      /sli\.raw gives a ratio, not how many requests/,
    )
  })

  test('OpenSLO: good or bad of all, inline or by reference, by the name of the objective', async () => {
    await found({ openslo: { name: 'web-good' } }, 0.02, 28, 0.1)
    await found({ openslo: { name: 'web-bad', objective: 'strict' } }, 0.001, 28, 0.1)
    await found({ openslo: { name: 'web-bad', objective: 'loose' } }, 0.1, 28, 0.1)
    await refused({ openslo: { name: 'web-bad' } }, /several objectives: choose one with objective \(strict, loose\)/)
  })

  test('OpenSLO: an objective without requests is refused', async () => {
    await refused({ openslo: { name: 'web-threshold' } }, /thresholdMetric is one value/)
    await refused({ openslo: { name: 'web-slices' } }, /budgetingMethod Timeslices counts slices of time/)
  })

  test('a missing object is named', async () => {
    await refused({ pyrra: { name: 'web' } }, /there is no ServiceLevelObjective shop\/web/)
  })
})
