// `plimsoll init` on a real API server: it finds what a cluster has, and the command that it prints installs the chart.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { controlPlaneObstacle, programPath } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { runCommand } from '../support/command-line.ts'
import { awaitServed } from '../support/crds.ts'
import { installMetricsApi } from '../support/metrics-api.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** Custom resources of programs that do not run here, without schemas: plural, kind and version. */
const FOREIGN = [
  ['prometheuses.monitoring.coreos.com', 'Prometheus', 'v1'],
  ['servicemonitors.monitoring.coreos.com', 'ServiceMonitor', 'v1'],
  ['prometheusrules.monitoring.coreos.com', 'PrometheusRule', 'v1'],
  ['verticalpodautoscalers.autoscaling.k8s.io', 'VerticalPodAutoscaler', 'v1'],
  ['policies.kyverno.io', 'Policy', 'v1'],
] as const

describe('plimsoll init', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  before(async () => {
    cluster = await startAdministered({ controllers: false })
  })
  after(() => cluster?.stop())

  const init = (...args: string[]) => runCommand(cluster.kubeconfig, ['init', ...args])

  test('reports in an empty cluster that there is nothing to learn from, and exits with 1', async () => {
    const { status, stdout, stderr } = await init()
    assert.equal(status, 1, stderr)
    assert.match(stdout, /There is neither metrics-server nor a Prometheus/)
    assert.match(stdout, /^HPAs +none$/m)
    assert.match(stdout, /^VPAs +none$/m)
    assert.match(stdout, /^Plimsoll +not installed$/m)
  })

  test('finds what a cluster has, and prints the matching values', async (t) => {
    await installMetricsApi(cluster)
    await cluster.apply(...FOREIGN.map(definition))
    await awaitServed(cluster, ...FOREIGN.map(([name]) => name))
    await cluster.kubectl(['create', 'namespace', 'monitoring'])
    await cluster.kubectl(['create', 'namespace', 'shop'])
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
    const target = { type: 'Utilization', averageUtilization: 60 }
    await cluster.apply(
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'stack-prometheus', namespace: 'monitoring' },
        spec: { ports: [{ name: 'http-web', port: 9090 }], selector: { app: 'prometheus' } },
      },
      {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'Prometheus',
        metadata: { name: 'stack', namespace: 'monitoring' },
        spec: { serviceMonitorSelector: { matchLabels: { release: 'stack' } } },
      },
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web', namespace: 'shop' },
        spec: { scaleTargetRef, maxReplicas: 3, metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] },
      },
      ...['Off', 'Auto'].map((updateMode) => ({
        apiVersion: 'autoscaling.k8s.io/v1',
        kind: 'VerticalPodAutoscaler',
        metadata: { name: updateMode.toLowerCase(), namespace: 'shop' },
        spec: { targetRef: scaleTargetRef, updatePolicy: { updateMode } },
      })),
      {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'usual', namespace: 'shop' },
        spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '100m' } }] },
      },
    )
    const { status, stdout, stderr } = await init()
    t.diagnostic(`\n${stdout}`)
    assert.equal(status, 0, stderr)
    assert.match(stdout, /^Prometheus +Prometheus at http:\/\/stack-prometheus\.monitoring:9090/m)
    assert.match(stdout, /^metrics-server +found; not needed/m)
    assert.match(stdout, /^HPAs +1, of which 1 scale on a share of the requests \(shop\/web\)/m)
    assert.match(stdout, /^VPAs +2, of which 1 change Pods \(shop\/auto\)/m)
    assert.match(stdout, /^policies +1 LimitRanges, 0 ResourceQuotas .*Kyverno$/m)
    const { values } = JSON.parse((await init('-o', 'json')).stdout)
    assert.deepEqual(values, {
      'settings.prometheus.url': 'http://stack-prometheus.monitoring:9090',
      'metrics.serviceMonitor.enabled': true,
      'metrics.serviceMonitor.labels.release': 'stack',
      'metrics.prometheusRule.enabled': true,
      'metrics.prometheusRule.labels.release': 'stack',
    })
  })

  test('prints a command that installs the chart, and afterwards refers to the doctor', async () => {
    const { command } = JSON.parse((await init('-o', 'json')).stdout)
    const PATH = [dirname(await programPath('helm')), '/usr/bin', '/bin'].join(':')
    const env = { PATH, HOME: cluster.directory, KUBECONFIG: cluster.kubeconfig }
    await promisify(execFile)('sh', ['-c', command], { cwd: ROOT, env })
    const monitor = await cluster.kubectl(['get', 'servicemonitor', 'plimsoll', '-n=plimsoll', '-o=json'])
    assert.equal(JSON.parse(monitor).metadata.labels.release, 'stack')
    const settings = await cluster.kubectl(['get', 'configmap', 'plimsoll', '-n=plimsoll', '-o=yaml'])
    assert.match(settings, /url: http:\/\/stack-prometheus\.monitoring:9090/)
    const { status, stdout } = await init()
    assert.equal(status, 0)
    assert.match(stdout, /^Plimsoll +installed, with the registration plimsoll$/m)
    assert.doesNotMatch(stdout, /helm install/)
    assert.match(stdout, / {2}kubectl plimsoll doctor --namespace plimsoll\n$/)
  })

  test('lists what an account may not read as unknown, and exits with 2 if there is no API server', async () => {
    const config = JSON.parse(await cluster.kubectl(['config', 'view', '--raw', '-o=json']))
    await cluster.kubectl(['create', 'serviceaccount', 'nobody', '-n=shop'])
    const token = (await cluster.kubectl(['create', 'token', 'nobody', '-n=shop'])).trim()
    for (const one of config.users) one.user = { token }
    const limited = join(cluster.directory, 'limited.kubeconfig')
    writeFileSync(limited, JSON.stringify(config))
    const { status, stdout, stderr } = await runCommand(limited, ['init'])
    assert.equal(status, 0, stderr)
    assert.match(stdout, /^HPAs +not known: .*forbidden/m)
    for (const { cluster: one } of config.clusters) one.server = 'https://127.0.0.1:1'
    writeFileSync(limited, JSON.stringify(config))
    const closed = await runCommand(limited, ['init'])
    assert.equal(closed.status, 2)
    assert.match(closed.stderr, /^plimsoll: the cluster could not be read: /)
  })
})

function definition([name, kind, version]: (typeof FOREIGN)[number]) {
  const [plural, ...group] = name.split('.')
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name, annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' } },
    spec: {
      group: group.join('.'),
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  }
}
