import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { SloReading } from '../../../src/slos/index.ts'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from '../real-prometheus.ts'
import { counter, type Family, histogram, openMetrics, TWO_OF_TEN_SLOW } from './exported.ts'
import { PODS, readFrom, shareOf, sloOf } from './support.ts'

const why = whyNoPrometheus()

const WEB = PODS.web
/** Target labels of a Pod, as in kube-prometheus-stack. */
const ofPod = (pod: string) => ({ namespace: 'shop', pod, job: 'web', instance: `${pod}:8080`, container: 'web' })
/** What a gateway is scraped as. */
const OF_GATEWAY = { namespace: 'ingress', pod: 'gateway-5b8d7c9f4b-zzzzz', job: 'gateway', service: 'gateway-metrics' }

interface Case {
  readonly title: string
  readonly from: object
  readonly families: readonly Family[]
  /** Whether its series have a Pod label; by default they do. */
  readonly isWhole?: boolean
  /** Share of requests above 250 ms, and with errors. */
  readonly slow?: number
  readonly failed?: number
}

/** Statuses of ten requests of which one failed. */
const HTTP = ['200', '200', '200', '200', '200', '200', '204', '302', '404', '503']

/** Requests by status, a tenth each, in a histogram whose series have the status. */
function byStatus(
  name: string,
  label: string,
  statuses: readonly string[],
  labels: object,
  milliseconds = false,
): Family[] {
  return [...Map.groupBy(statuses, (status) => status)].map(([status, its]) =>
    histogram(
      name,
      { ...(labels as Record<string, string>), [label]: status },
      { ...TWO_OF_TEN_SLOW, perSecond: its.length },
      { milliseconds },
    ),
  )
}

function counters(name: string, label: string, statuses: readonly string[], labels: object): Family[] {
  return [...Map.groupBy(statuses, (status) => status)].map(([status, its]) =>
    counter(name, { ...(labels as Record<string, string>), [label]: status }, its.length),
  )
}

const GRPC = ['OK', 'OK', 'OK', 'OK', 'OK', 'OK', 'OK', 'NotFound', 'InvalidArgument', 'DeadlineExceeded']
const GRPC_NUMBERS = ['0', '0', '0', '0', '0', '0', '0', '5', '3', '4']
const ISTIO = { reporter: 'destination', destination_workload: 'web', destination_workload_namespace: 'shop' }

const CASES: readonly Case[] = [
  {
    title: 'http, as the Go client is used: code and method',
    from: { preset: { name: 'http' } },
    families: WEB.flatMap((pod) =>
      byStatus('http_request_duration_seconds', 'code', HTTP, { ...ofPod(pod), method: 'get' }),
    ),
  },
  {
    title: 'http, as Python instruments it: a histogram without status, and a counter with grouped ones',
    from: { preset: { name: 'http' } },
    families: WEB.flatMap((pod) => [
      histogram('http_request_duration_seconds', { ...ofPod(pod), handler: '/', method: 'GET' }, TWO_OF_TEN_SLOW),
      ...counters(
        'http_requests_total',
        'status',
        HTTP.map((status) => `${status[0]}xx`),
        { ...ofPod(pod), handler: '/' },
      ),
    ]),
  },
  {
    title: 'http under another name, of one handler',
    from: { preset: { name: 'http', metric: 'shop_latency_ms', labels: { handler: '/checkout' } } },
    families: WEB.flatMap((pod) => [
      ...byStatus('shop_latency_ms', 'status_code', HTTP, { ...ofPod(pod), handler: '/checkout' }, true),
      ...byStatus('shop_latency_ms', 'status_code', ['500'], { ...ofPod(pod), handler: '/health' }, true),
    ]),
  },
  {
    title: 'spring, with percentiles-histogram',
    from: { preset: { name: 'spring' } },
    families: WEB.flatMap((pod) =>
      byStatus('http_server_requests_seconds', 'status', HTTP, {
        ...ofPod(pod),
        uri: '/',
        outcome: 'SUCCESS',
        exception: 'None',
      }),
    ),
  },
  {
    title: 'openTelemetryHttp, stable conventions',
    from: { preset: { name: 'openTelemetryHttp' } },
    families: WEB.flatMap((pod) =>
      byStatus('http_server_request_duration_seconds', 'http_response_status_code', HTTP, {
        ...ofPod(pod),
        http_route: '/',
      }),
    ),
  },
  {
    title: 'openTelemetryHttp, the conventions before, in milliseconds, with labels of resources',
    from: { preset: { name: 'openTelemetryHttp', podLabel: 'k8s_pod_name', namespaceLabel: 'k8s_namespace_name' } },
    families: WEB.flatMap((pod) =>
      byStatus(
        'http_server_duration_milliseconds',
        'http_status_code',
        HTTP,
        { k8s_pod_name: pod, k8s_namespace_name: 'shop', namespace: 'observability', pod: 'otel-collector-0' },
        true,
      ),
    ),
  },
  {
    title: 'openTelemetryRpc, stable conventions',
    from: { preset: { name: 'openTelemetryRpc' } },
    families: WEB.flatMap((pod) =>
      byStatus(
        'rpc_server_call_duration_seconds',
        'rpc_response_status_code',
        GRPC.map((name) => name.replaceAll(/(?<!^)([A-Z])(?=[a-z])/g, '_$1').toUpperCase()),
        { ...ofPod(pod), rpc_system_name: 'grpc' },
      ),
    ),
  },
  {
    title: 'openTelemetryRpc, the conventions before, with numbers for codes',
    from: { preset: { name: 'openTelemetryRpc' } },
    families: WEB.flatMap((pod) =>
      byStatus(
        'rpc_server_duration_milliseconds',
        'rpc_grpc_status_code',
        GRPC_NUMBERS,
        { ...ofPod(pod), rpc_system: 'grpc' },
        true,
      ),
    ),
  },
  {
    title: 'grpc, of go-grpc-middleware',
    from: { preset: { name: 'grpc' } },
    families: WEB.flatMap((pod) => [
      histogram(
        'grpc_server_handling_seconds',
        { ...ofPod(pod), grpc_type: 'unary', grpc_method: 'Get' },
        TWO_OF_TEN_SLOW,
      ),
      ...counters('grpc_server_handled_total', 'grpc_code', GRPC, {
        ...ofPod(pod),
        grpc_type: 'unary',
        grpc_method: 'Get',
      }),
    ]),
  },
  {
    title: 'istio, of sidecars; what the other side reports does not count twice',
    from: { preset: { name: 'istio' } },
    families: WEB.flatMap((pod) => [
      ...byStatus('istio_request_duration_milliseconds', 'response_code', HTTP, { ...ofPod(pod), ...ISTIO }, true),
      ...counters('istio_requests_total', 'response_code', HTTP, { ...ofPod(pod), ...ISTIO }),
      ...counters('istio_requests_total', 'response_code', ['503', '503'], {
        ...ofPod(pod.replace('web', 'front')),
        ...{ ...ISTIO, reporter: 'source' },
      }),
    ]),
  },
  {
    title: 'istio, of a waypoint (ambient mode)',
    from: { preset: { name: 'istio' } },
    isWhole: true,
    families: [
      ...byStatus(
        'istio_request_duration_milliseconds',
        'response_code',
        HTTP,
        { ...ofPod('waypoint-7d9f8b6c5d-bbbbb'), ...ISTIO, reporter: 'waypoint' },
        true,
      ),
      ...counters('istio_requests_total', 'response_code', HTTP, {
        ...ofPod('waypoint-7d9f8b6c5d-bbbbb'),
        ...{ ...ISTIO, reporter: 'waypoint' },
      }),
    ],
  },
  {
    title: 'linkerd, inbound only',
    from: { preset: { name: 'linkerd' } },
    families: WEB.flatMap((pod) => [
      histogram('response_latency_ms', { ...ofPod(pod), direction: 'inbound', deployment: 'web' }, TWO_OF_TEN_SLOW, {
        milliseconds: true,
      }),
      histogram(
        'response_latency_ms',
        { ...ofPod(pod), direction: 'outbound' },
        { perSecond: 50, seconds: [3] },
        { milliseconds: true },
      ),
      counter(
        'response_total',
        { ...ofPod(pod), direction: 'inbound', classification: 'success', status_code: '200' },
        9,
      ),
      counter(
        'response_total',
        { ...ofPod(pod), direction: 'inbound', classification: 'failure', status_code: '503' },
        1,
      ),
      counter(
        'response_total',
        { ...ofPod(pod), direction: 'outbound', classification: 'failure', status_code: '503' },
        90,
      ),
    ]),
  },
  {
    title: 'ingressNginx by Ingress, scraped without honorLabels',
    from: { preset: { name: 'ingressNginx', ingress: 'web' } },
    isWhole: true,
    families: [
      ...byStatus('nginx_ingress_controller_request_duration_seconds', 'status', HTTP, {
        ...OF_GATEWAY,
        ...{ exported_namespace: 'shop', exported_service: 'web', ingress: 'web', host: 'shop.example', path: '/' },
      }),
      ...counters('nginx_ingress_controller_requests', 'status', HTTP, {
        ...OF_GATEWAY,
        ...{ exported_namespace: 'shop', exported_service: 'web', ingress: 'web' },
      }),
      // Another Ingress, and the same name in another namespace.
      ...counters('nginx_ingress_controller_requests', 'status', ['500'], {
        ...OF_GATEWAY,
        exported_namespace: 'shop',
        ingress: 'other',
      }),
      ...counters('nginx_ingress_controller_requests', 'status', ['500'], {
        ...OF_GATEWAY,
        exported_namespace: 'blog',
        ingress: 'web',
      }),
    ],
  },
  {
    title: 'ingressNginx by Service, scraped with honorLabels',
    from: { preset: { name: 'ingressNginx', service: 'web' } },
    isWhole: true,
    families: [
      ...byStatus('nginx_ingress_controller_request_duration_seconds', 'status', HTTP, {
        ...{ controller_pod: 'gateway-5b8d7c9f4b-zzzzz', namespace: 'shop', service: 'web', ingress: 'web' },
      }),
      ...counters('nginx_ingress_controller_requests', 'status', HTTP, {
        namespace: 'shop',
        service: 'web',
        ingress: 'web',
      }),
    ],
  },
  {
    title: 'envoy as a sidecar, without its administration',
    from: { preset: { name: 'envoy' } },
    families: WEB.flatMap((pod) => [
      histogram(
        'envoy_http_downstream_rq_time',
        { ...ofPod(pod), envoy_http_conn_manager_prefix: 'ingress_http' },
        TWO_OF_TEN_SLOW,
        {
          milliseconds: true,
        },
      ),
      histogram(
        'envoy_http_downstream_rq_time',
        { ...ofPod(pod), envoy_http_conn_manager_prefix: 'admin' },
        { perSecond: 50, seconds: [3] },
        { milliseconds: true },
      ),
      ...counters(
        'envoy_http_downstream_rq_xx',
        'envoy_response_code_class',
        HTTP.map((status) => status[0]!),
        {
          ...ofPod(pod),
          envoy_http_conn_manager_prefix: 'ingress_http',
        },
      ),
    ]),
  },
  {
    title: 'envoy as a gateway, by the cluster that it sends to',
    from: { preset: { name: 'envoy', service: 'httproute/shop/web/rule/0' } },
    isWhole: true,
    families: [
      histogram(
        'envoy_cluster_upstream_rq_time',
        { ...OF_GATEWAY, envoy_cluster_name: 'httproute/shop/web/rule/0' },
        TWO_OF_TEN_SLOW,
        {
          milliseconds: true,
        },
      ),
      histogram(
        'envoy_cluster_upstream_rq_time',
        { ...OF_GATEWAY, envoy_cluster_name: 'other' },
        { perSecond: 50, seconds: [3] },
        { milliseconds: true },
      ),
      ...counters(
        'envoy_cluster_upstream_rq_xx',
        'envoy_response_code_class',
        HTTP.map((status) => status[0]!),
        {
          ...OF_GATEWAY,
          envoy_cluster_name: 'httproute/shop/web/rule/0',
        },
      ),
    ],
  },
]

function check([latency, errors]: readonly SloReading[], { isWhole = false, slow = 0.2, failed = 0.1 }: Case) {
  for (const [reading, share] of [[latency!, slow] as const, [errors!, failed] as const]) {
    assert.equal(reading.state, 'Found', `${reading.objective.kind}: ${reading.message}`)
    assert.equal(shareOf(reading.burn!.long), share, reading.objective.kind)
    assert.equal(shareOf(reading.burn!.short), share)
    if (isWhole) {
      assert.equal(reading.byPod, undefined)
      assert.match(reading.message!, /do not tell Pods apart/)
    } else {
      assert.deepEqual([...reading.byPod!.keys()].sort(), WEB.toSorted())
      for (const { long, short } of reading.byPod!.values()) {
        assert.equal(shareOf(long), share)
        // Ten requests a second, of each Pod.
        assert.ok(Math.abs(long.total - 36_000) < 400, String(long.total))
        assert.ok(Math.abs(short.total - 3_000) < 100, String(short.total))
      }
    }
  }
}

/** The same series in a separate namespace for each case, so that one server holds those of all cases. */
function inNamespace(namespace: string, families: readonly Family[]): Family[] {
  return families.map((family) => ({
    ...family,
    lines: family.lines.map((line) => line.replaceAll('="shop"', `="${namespace}"`)),
  }))
}

describe('presets in a real Prometheus', { skip: why ?? false, timeout: 120_000 }, () => {
  let server: RealPrometheus | undefined
  before(async () => {
    server = await startPrometheus(openMetrics(CASES.flatMap(({ families }, i) => inNamespace(`shop-${i}`, families))))
  })
  after(() => server?.stop())

  for (const [i, one] of CASES.entries()) {
    test(`the share of slow and of failed requests is exact: ${one.title}`, async () => {
      const { web } = await readFrom(server!.url, sloOf(one.from), { namespace: `shop-${i}` })
      check(web!, one)
    })
  }
})
