import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ApiService, storesAmong } from '../../../src/doctor/survey/stores.ts'

interface Made {
  readonly labels?: Record<string, string>
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string }[]
  readonly clusterIP?: string
  readonly type?: string
}

function service(key: string, { labels = {}, ports = [{ name: 'http', port: 9090 }], ...spec }: Made = {}): ApiService {
  const [namespace, name] = key.split('/')
  return { metadata: { namespace, name: name!, labels }, spec: { ports, ...spec } }
}

const found = (...services: ApiService[]) =>
  storesAmong(services).map(({ namespace, service: name, port, program }) => `${program} ${namespace}/${name}:${port}`)

test('finds what common charts and the operator install', () => {
  const cases: readonly (readonly [ApiService, string])[] = [
    [
      service('monitoring/prometheus-operated', {
        labels: { 'operated-prometheus': 'true' },
        ports: [{ name: 'http-web', port: 9090 }],
        clusterIP: 'None',
      }),
      'Prometheus monitoring/prometheus-operated:9090',
    ],
    [
      service('mon/kube-prometheus-stack-prometheus', {
        ports: [
          { name: 'http-web', port: 9090 },
          { name: 'reloader-web', port: 8080 },
        ],
      }),
      'Prometheus mon/kube-prometheus-stack-prometheus:9090',
    ],
    [
      service('prom/prometheus-server', { ports: [{ name: 'http', port: 80 }] }),
      'Prometheus prom/prometheus-server:80',
    ],
    [
      service('openshift-monitoring/thanos-querier', {
        ports: [
          { name: 'web', port: 9091 },
          { name: 'tenancy', port: 9092 },
        ],
      }),
      'thanos-query openshift-monitoring/thanos-querier:9091',
    ],
    [
      service('vm/vmsingle-main', {
        labels: { 'app.kubernetes.io/name': 'vmsingle' },
        ports: [{ name: 'http', port: 8428 }],
      }),
      'VictoriaMetrics vm/vmsingle-main:8428',
    ],
    [service('mimir/mimir-nginx', { ports: [{ port: 80 }] }), 'mimir mimir/mimir-nginx:80'],
  ]
  for (const [made, expected] of cases) assert.deepEqual(found(made), [expected])
})

test('takes no exporter, operator or Alertmanager for a Prometheus, and no name of another cluster', () => {
  assert.deepEqual(
    found(
      service('mon/prometheus-node-exporter', { ports: [{ port: 9100 }] }),
      service('mon/prometheus-operator', { ports: [{ name: 'https', port: 443 }] }),
      service('mon/prometheus-alertmanager', { ports: [{ port: 9093 }] }),
      service('mon/prometheus-pushgateway', { ports: [{ port: 9091 }] }),
      service('mon/prometheus', { type: 'ExternalName' }),
      service('mon/prometheus', { ports: [{ port: 9090, protocol: 'UDP' }] }),
      service('mon/prometheus', { ports: [] }),
    ),
    [],
  )
})

test('puts the widest view first, then the order of names, and a Service before the headless one to the same program', () => {
  const headless = service('mon/prometheus-operated', { labels: { 'operated-prometheus': 'true' }, clusterIP: 'None' })
  assert.deepEqual(found(headless), ['Prometheus mon/prometheus-operated:9090'])
  assert.deepEqual(found(service('z/prometheus'), headless, service('mon/prometheus-k8s'), service('a/thanos-query')), [
    'thanos-query a/thanos-query:9090',
    'Prometheus mon/prometheus-k8s:9090',
    'Prometheus z/prometheus:9090',
  ])
})

test('recognizes HTTPS by the name of the port, and on OpenShift', () => {
  const [plain, secure] = ['http', 'https'].map(
    (name) => storesAmong([service('a/prometheus', { ports: [{ name, port: 9090 }] })])[0]!,
  )
  assert.equal(plain!.isHttps, false)
  assert.equal(secure!.isHttps, true)
  // OpenShift's has TLS on a port that is named "web".
  const [openshift] = storesAmong([
    service('openshift-monitoring/thanos-querier', { ports: [{ name: 'web', port: 9091 }] }),
  ])
  assert.equal(openshift!.isHttps, true)
})
