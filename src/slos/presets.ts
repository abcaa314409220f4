import type { SloPreset, SloPresetOptions } from '../api/index.ts'
import { equal } from './promql.ts'
import type { HistogramSource, StatusKind, StatusSource, Unit, Where } from './source.ts'

/** What a kind of program exports by default. docs/guides/slos.md lists the sources of these names. */
interface Preset {
  readonly unit: Unit
  /** Histograms of the duration of requests, without `_bucket`; the first that a workload has counts. */
  readonly histograms: readonly string[]
  /** Counters of requests by status; the first that a workload has counts. `_count` of a histogram is one. */
  readonly counters: readonly string[]
  readonly status: StatusKind
  /** Labels with the status of a request. */
  readonly labels: readonly string[]
  readonly matchers?: readonly string[]
  readonly hint?: string
}

/** Labels with a status code that client libraries use for HTTP. */
const HTTP_STATUS = ['code', 'status', 'status_code', 'http_status_code', 'http_response_status_code', 'response_code']

const PRESETS: Readonly<Record<SloPreset, Preset>> = {
  http: {
    unit: 'seconds',
    histograms: [
      'http_request_duration_seconds',
      'http_server_request_duration_seconds',
      'http_requests_duration_seconds',
      'http_request_latency_seconds',
      'http_request_duration_milliseconds',
      'http_request_duration_ms',
      'flask_http_request_duration_seconds',
      'gin_request_duration_seconds',
      'echo_request_duration_seconds',
      'starlette_request_duration_seconds',
    ],
    counters: ['http_requests_total', 'http_server_requests_total'],
    status: 'http',
    labels: HTTP_STATUS,
  },
  spring: {
    unit: 'seconds',
    histograms: ['http_server_requests_seconds'],
    counters: ['http_server_requests_seconds_count'],
    status: 'http',
    labels: ['status'],
    hint: 'Spring exports buckets only with management.metrics.distribution.percentiles-histogram.http.server.requests=true (or management.metrics.distribution.slo)',
  },
  openTelemetryHttp: {
    unit: 'seconds',
    histograms: [
      'http_server_request_duration_seconds',
      'http_server_duration_milliseconds',
      'http_server_duration_seconds',
      'http_server_duration',
    ],
    counters: [],
    status: 'http',
    labels: ['http_response_status_code', 'http_status_code'],
  },
  openTelemetryRpc: {
    unit: 'seconds',
    histograms: [
      'rpc_server_call_duration_seconds',
      'rpc_server_duration_milliseconds',
      'rpc_server_duration_seconds',
      'rpc_server_duration',
    ],
    counters: [],
    status: 'grpc',
    labels: ['rpc_response_status_code', 'rpc_status_code', 'rpc_grpc_status_code'],
  },
  grpc: {
    unit: 'seconds',
    histograms: ['grpc_server_handling_seconds'],
    counters: ['grpc_server_handled_total'],
    status: 'grpc',
    labels: ['grpc_code', 'code'],
    hint: 'go-grpc-middleware exports it only after EnableHandlingTimeHistogram or WithServerHandlingTimeHistogram',
  },
  istio: {
    unit: 'milliseconds',
    histograms: ['istio_request_duration_milliseconds'],
    counters: ['istio_requests_total'],
    status: 'http',
    labels: ['response_code'],
    // Each request is reported by both sides. In ambient mode, waypoints report.
    matchers: ['reporter=~"destination|waypoint"'],
  },
  linkerd: {
    unit: 'milliseconds',
    histograms: ['response_latency_ms'],
    counters: ['response_total'],
    status: 'linkerd',
    labels: ['classification'],
    matchers: ['direction="inbound"'],
  },
  ingressNginx: {
    unit: 'seconds',
    histograms: ['nginx_ingress_controller_request_duration_seconds'],
    counters: ['nginx_ingress_controller_requests'],
    status: 'http',
    labels: ['status'],
  },
  envoy: {
    unit: 'milliseconds',
    histograms: ['envoy_http_downstream_rq_time'],
    counters: ['envoy_http_downstream_rq_xx'],
    status: 'http',
    labels: ['envoy_response_code_class'],
    matchers: ['envoy_http_conn_manager_prefix!="admin"'],
  },
}

/** What Envoy exports of the requests that it sends to a cluster, as a gateway does. */
const ENVOY_UPSTREAM: Preset = {
  unit: 'milliseconds',
  histograms: ['envoy_cluster_upstream_rq_time'],
  counters: ['envoy_cluster_upstream_rq_xx'],
  status: 'http',
  labels: ['envoy_response_code_class'],
}

/** The requests of a preset by how long they took. */
export function latencyOf(options: SloPresetOptions, belowSeconds: number): HistogramSource {
  const preset = presetOf(options)
  const metrics = options.metric === undefined ? preset.histograms : [histogramName(options.metric)]
  return {
    kind: 'histogram',
    metrics: metrics.map((metric) => ({ metric, unit: unitOf(metric) ?? preset.unit })),
    belowSeconds,
    where: whereOf(options, preset),
    hint: preset.hint,
  }
}

/** The requests of a preset by how they ended. */
export function errorsOf(options: SloPresetOptions): StatusSource {
  const preset = presetOf(options)
  const { metric } = options
  const ofHistograms = preset.histograms.map((histogram) => `${histogram}_count`)
  const metrics = metric === undefined ? [...preset.counters, ...ofHistograms] : countersNamed(metric)
  return {
    kind: 'statuses',
    metrics: [...new Set(metrics)],
    labels: preset.labels,
    status: preset.status,
    where: whereOf(options, preset),
  }
}

function presetOf({ name, service }: SloPresetOptions): Preset {
  return name === 'envoy' && service !== undefined ? ENVOY_UPSTREAM : PRESETS[name]
}

function whereOf(options: SloPresetOptions, preset: Preset): Where {
  const { name, labels = {}, ingress, service, podLabel = 'pod', namespaceLabel = 'namespace' } = options
  const matchers = [...(preset.matchers ?? []), ...Object.entries(labels).map(([label, value]) => equal(label, value))]
  const inNamespace = { matchers, namespaceLabels: [namespaceLabel] }
  if (name === 'ingressNginx') {
    // The controller's own namespace and Service take these names, unless it is scraped with honorLabels.
    const namespaceLabels =
      options.namespaceLabel === undefined ? ['exported_namespace', 'namespace'] : [options.namespaceLabel]
    const named =
      ingress !== undefined
        ? { labels: ['ingress'], value: ingress }
        : { labels: ['exported_service', 'service'], value: service ?? '' }
    return { matchers, namespaceLabels, named }
  }
  if (name === 'envoy' && service !== undefined)
    return { matchers, namespaceLabels: [], named: { labels: ['envoy_cluster_name'], value: service } }
  if (name === 'istio') {
    const namespaceLabels = [options.namespaceLabel ?? 'destination_workload_namespace']
    const named = service === undefined ? undefined : { labels: ['destination_service_name'], value: service }
    return { matchers, namespaceLabels, podLabel, ownerLabel: 'destination_workload', ...(named && { named }) }
  }
  return { ...inNamespace, podLabel }
}

/** Unit by the ending of a metric's name, as OpenMetrics has it; undefined if it has none. */
export function unitOf(metric: string): Unit | undefined {
  if (/_(milliseconds|ms)$/.test(metric)) return 'milliseconds'
  return /_seconds$/.test(metric) ? 'seconds' : undefined
}

/** Name of a histogram without the ending of one of its series. */
export function histogramName(metric: string): string {
  return metric.replace(/_(bucket|count|sum)$/, '')
}

function countersNamed(metric: string): string[] {
  return /_(total|count)$/.test(metric) ? [metric] : [`${histogramName(metric)}_count`, metric]
}
