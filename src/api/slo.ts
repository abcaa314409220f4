import { z } from 'zod'
import { Duration } from './vocabulary.ts'

/** Most SLOs of a SizingPolicy. */
export const MAX_SLOS = 8

/** Where the requests of an SLO are counted without further settings: what programs, meshes and proxies export by default. */
export const SloPreset = z.enum([
  'http',
  'spring',
  'openTelemetryHttp',
  'openTelemetryRpc',
  'grpc',
  'istio',
  'linkerd',
  'ingressNginx',
  'envoy',
])
export type SloPreset = z.infer<typeof SloPreset>

/** Objects of other projects that state an SLO. */
export const SloObjectKind = z.enum(['pyrra', 'sloth', 'openslo'])
export type SloObjectKind = z.infer<typeof SloObjectKind>

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$/
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

const LabelName = z.string().regex(LABEL_NAME, 'expected the name of a label, such as pod')
const ObjectName = z.string().regex(OBJECT_NAME, 'expected the name of a Kubernetes object, such as checkout')

const Preset = z
  .object({
    name: SloPreset.describe(
      'What exports the series: http (Prometheus client libraries), spring (Micrometer), openTelemetryHttp, openTelemetryRpc, grpc (go-grpc-middleware and similar), istio, linkerd, ingressNginx or envoy.',
    ),
    metric: z
      .string()
      .regex(METRIC_NAME, 'expected the name of a metric, such as http_request_duration_seconds')
      .optional()
      .describe(
        "Name of the histogram, without _bucket, if the service uses another one. Its suffix gives the unit (_seconds, _milliseconds, _ms), else the preset's unit applies.",
      ),
    labels: z
      .record(z.string(), z.string().max(253))
      .optional()
      .describe('Further labels that the series must have, such as handler: /checkout.')
      // A structural schema cannot say what the keys of a map look like: `planSlo` checks them.
      .meta({ maxProperties: 8 }),
    ingress: ObjectName.optional().describe('ingressNginx: name of the Ingress whose requests count.'),
    service: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .describe(
        'ingressNginx: name of the Service whose requests count. istio: destination_service_name. envoy: envoy_cluster_name, to count the requests that a gateway sends to it.',
      ),
    podLabel: LabelName.optional().describe('Label with the name of the Pod: pod if absent.'),
    namespaceLabel: LabelName.optional().describe('Label with the namespace: namespace if absent.'),
  })
  .describe('Series as programs, meshes and proxies export them by default: see docs/guides/slos.md.')
  .meta({
    'x-kubernetes-validations': [
      {
        rule: "self.name != 'ingressNginx' || has(self.ingress) != has(self.service)",
        message: 'ingressNginx needs either ingress or service: its series have no label for the workload',
      },
      {
        rule: "!has(self.ingress) || self.name == 'ingressNginx'",
        message: 'ingress is for the preset ingressNginx',
      },
      {
        rule: "!has(self.service) || self.name in ['ingressNginx', 'istio', 'envoy']",
        message: 'service is for the presets ingressNginx, istio and envoy',
      },
    ],
  })
export type SloPresetOptions = z.infer<typeof Preset>

const Expression = z.string().min(1).max(2000)

const Query = z
  .object({
    bad: Expression.optional().describe(
      'PromQL: number of the bad requests in $window. $namespace is the namespace, and $pod a pattern that its Pods match: sum by (pod) (increase(http_requests_total{namespace="$namespace",pod=~"$pod",code=~"5.."}[$window])). With rate instead of increase, the result is multiplied by the window.',
    ),
    total: Expression.optional().describe('PromQL: number of all requests, in the same form as bad.'),
    histogram: Expression.optional().describe(
      'Instead of bad and total: a selector of a histogram, without _bucket, such as app_latency_seconds{namespace="$namespace"}.',
    ),
    unit: z
      .enum(['seconds', 'milliseconds'])
      .optional()
      .describe('Unit of the histogram: milliseconds where its name ends in _ms or _milliseconds, else seconds.'),
  })
  .describe('Your own PromQL. Every range must be [$window]; offset, @ and subqueries are refused.')
  .meta({
    'x-kubernetes-validations': [
      {
        rule: 'has(self.histogram) != (has(self.bad) || has(self.total))',
        message: 'either bad and total, or histogram',
      },
      { rule: 'has(self.bad) == has(self.total)', message: 'bad and total belong together' },
      {
        rule: "(!has(self.bad) || self.bad.contains('$window')) && (!has(self.total) || self.total.contains('$window'))",
        message: 'bad and total must count in [$window]',
      },
      { rule: '!has(self.unit) || has(self.histogram)', message: 'unit is for histogram' },
    ],
  })
export type SloQuery = z.infer<typeof Query>

const Reference = (what: string) =>
  z.object({
    name: ObjectName.describe(`Name of the ${what}.`),
    namespace: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
      .optional()
      .describe("Its namespace: the SizingPolicy's if absent."),
  })

const From = z
  .object({
    preset: Preset.optional(),
    query: Query.optional(),
    pyrra: Reference('ServiceLevelObjective').optional().describe('A ServiceLevelObjective of Pyrra.'),
    sloth: Reference('PrometheusServiceLevel')
      .extend({
        slo: z.string().min(1).max(253).optional().describe('Name of the SLO in it, if it has several.'),
      })
      .optional()
      .describe('A PrometheusServiceLevel of Sloth.'),
    openslo: Reference('SLO')
      .extend({
        objective: z
          .string()
          .min(1)
          .max(253)
          .optional()
          .describe('displayName of the objective in it, if it has several.'),
      })
      .optional()
      .describe('An SLO of OpenSLO (openslo.com/v1).'),
  })
  .describe('Where its requests are counted.')
  .meta({
    'x-kubernetes-validations': [
      {
        rule: '[has(self.preset), has(self.query), has(self.pyrra), has(self.sloth), has(self.openslo)].filter(given, given).size() == 1',
        message: 'exactly one of preset, query, pyrra, sloth and openslo',
      },
    ],
  })
export type SloFrom = z.infer<typeof From>

const Window = Duration.optional().describe('Time over which the error budget counts: 28d if absent.')

/** A service level objective: an item of field `slos` of a SizingPolicy. */
export const Slo = z
  .object({
    name: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected a name such as checkout')
      .describe('Its name, by which Plimsoll refers to it.'),
    latency: z
      .object({
        percentile: z
          .number()
          .min(1)
          .max(99.999)
          .describe('Percentage of the requests that must be fast: 95 for a p95.'),
        below: z
          .string()
          .regex(
            /^([1-9][0-9]{0,5}ms|[1-9][0-9]{0,3}(\.[0-9]{1,6})?s|0\.[0-9]{0,5}[1-9][0-9]{0,5}s)$/,
            'expected a time such as 250ms or 1.5s',
          )
          .describe('How fast, such as 250ms or 1.5s.'),
        window: Window,
      })
      .optional()
      .describe('At most the rest of the requests may be slower.'),
    errors: z
      .object({
        below: z
          .string()
          .regex(
            /^([1-9][0-9]?(\.[0-9]{1,4})?|0\.[0-9]{0,3}[1-9][0-9]{0,3})%$/,
            'expected a percentage such as 1% or 0.05%',
          )
          .describe('Percentage of the requests that may fail, such as 1% or 0.05%.'),
        window: Window,
      })
      .optional()
      .describe('At most this share of the requests may fail.'),
    from: From,
    whenMissing: z
      .enum(['hold', 'ignore'])
      .optional()
      .describe(
        'What happens while its series are missing, stale or cannot be read. hold (default): nothing is lowered. ignore: as if there were no SLO.',
      ),
  })
  .describe('A service level objective: nothing is lowered while its error budget burns.')
  .meta({
    'x-kubernetes-validations': [
      {
        rule: '(has(self.from.preset) || has(self.from.query)) == (has(self.latency) || has(self.errors))',
        message: 'with preset and query, say latency or errors; pyrra, sloth and openslo say these themselves',
      },
      {
        rule: '!has(self.from.query) || has(self.latency) != has(self.errors)',
        message: 'a query counts either slow requests (latency) or failed ones (errors)',
      },
      {
        rule: '!has(self.from.query) || !has(self.from.query.histogram) || has(self.latency)',
        message: 'a histogram is for latency; count errors with bad and total',
      },
    ],
  })
export type Slo = z.infer<typeof Slo>

/** Time in seconds of the field `below` of a latency. */
export function latencySeconds(below: string): number {
  const value = Number.parseFloat(below)
  return below.endsWith('ms') ? value / 1000 : value
}
