// Values that most charts have, and people expect: labels, annotations, environment, DNS, spread, and ways to the dashboard.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { helmObstacle, only, type Rendered, render } from './helm.ts'
import { VALUE_SETS } from './value-sets.ts'

const OWN = VALUE_SETS['labels, annotations, environment, DNS and spread of your own']!
const COMPONENTS = { webhook: 'plimsoll', learner: 'plimsoll-learner', dashboard: 'plimsoll-dashboard' }

describe('the chart with the values that most charts have', { skip: helmObstacle() ?? false }, () => {
  const deployments = async (values: object) => {
    const objects = await render({ ...values })
    return Object.values(COMPONENTS).map((name) => only(objects, 'Deployment', name))
  }
  const podOf = ({ spec }: Rendered): Rendered => spec.template.spec
  const environmentOf = (deployment: Rendered) =>
    Object.fromEntries(podOf(deployment).containers[0].env.map(({ name, value }: Rendered) => [name, value]))

  test('gives commonLabels to every object and Pod, whose own podLabels take precedence, and to no selector', async () => {
    const objects = await render(OWN)
    for (const { kind, metadata, spec } of objects) {
      if (metadata.name === 'of-plimsoll') continue
      const labels = metadata.labels as Record<string, string>
      assert.equal(labels['example.com/cost-center'], '42', `${kind} ${metadata.name}`)
      assert.equal(labels.team, kind === 'Pod' ? 'sizing' : 'platform', `${kind} ${metadata.name}`)
      if (kind !== 'Deployment') continue
      assert.deepEqual(Object.keys(spec.selector.matchLabels).toSorted(), [
        'app.kubernetes.io/instance',
        'app.kubernetes.io/name',
      ])
      assert.equal(spec.template.metadata.labels.team, 'sizing')
      assert.equal(spec.template.metadata.labels['example.com/cost-center'], '42')
    }
    assert.ok(!JSON.stringify(objects.map(({ spec }) => spec?.selector)).includes('cost-center'))
  })

  test('spreads Pods as topologySpreadConstraints say, counting the Pods of the same Deployment unless they say otherwise', async () => {
    for (const name of [COMPONENTS.webhook, COMPONENTS.learner]) {
      const deployment = only(await render(OWN), 'Deployment', name)
      assert.deepEqual(podOf(deployment).topologySpreadConstraints, [
        {
          topologyKey: 'topology.kubernetes.io/zone',
          maxSkew: 1,
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: deployment.spec.selector.matchLabels },
        },
        {
          topologyKey: 'kubernetes.io/hostname',
          maxSkew: 2,
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { team: 'sizing' } },
        },
      ])
      const usual = only(await render(), 'Deployment', name)
      assert.deepEqual(
        podOf(usual).topologySpreadConstraints.map(({ topologyKey }: Rendered) => topologyKey),
        ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'],
      )
    }
  })

  test('gives every Pod the same DNS, priority and history of ReplicaSets', async () => {
    for (const deployment of await deployments(OWN)) {
      const pod = podOf(deployment)
      assert.equal(pod.dnsPolicy, 'None')
      assert.deepEqual(pod.dnsConfig, { nameservers: ['10.0.0.10'], searches: ['svc.cluster.local'] })
      assert.equal(pod.priorityClassName, 'system-cluster-critical')
      assert.equal(deployment.spec.revisionHistoryLimit, 10)
    }
    assert.equal(only(await render(OWN), 'Pod').spec.dnsPolicy, 'None')
  })

  test('leaves the DNS policy to the cluster, except on the network of the node, where values may still choose', async () => {
    const policyOf = async (values: object) => podOf(only(await render(values), 'Deployment', 'plimsoll')).dnsPolicy
    const webhook = { hostNetwork: true }
    assert.equal(await policyOf({}), undefined)
    assert.equal(await policyOf({ webhook }), 'ClusterFirstWithHostNet')
    assert.equal(await policyOf({ webhook, dnsPolicy: 'Default' }), 'Default')
  })

  test('gives each container its own extra environment beside what the chart sets, and no other component’s', async () => {
    const [webhook, learner, dashboard] = await deployments(OWN)
    assert.equal(environmentOf(learner!).HTTPS_PROXY, 'http://proxy.example.com:3128')
    assert.equal(environmentOf(learner!).NODE_EXTRA_CA_CERTS, '/etc/authorities/ca.crt')
    assert.ok('POD_NAME' in environmentOf(learner!))
    for (const other of [webhook!, dashboard!]) {
      assert.equal(environmentOf(other).TZ, 'UTC')
      assert.match(environmentOf(other).NODE_OPTIONS, /--max-old-space-size-percentage=50/)
      assert.equal(environmentOf(other).HTTPS_PROXY, undefined)
    }
  })

  test('annotates the Deployment and the Services of each component', async () => {
    const objects = await render(OWN)
    const annotations = (kind: string, name: string) => only(objects, kind, name).metadata.annotations
    assert.deepEqual(annotations('Deployment', 'plimsoll'), { 'example.com/owner': 'webhook' })
    assert.deepEqual(annotations('Deployment', 'plimsoll-learner'), { 'reloader.stakater.com/auto': 'true' })
    assert.deepEqual(annotations('Deployment', 'plimsoll-dashboard'), { 'example.com/owner': 'dashboard' })
    for (const name of ['plimsoll', 'plimsoll-metrics'])
      assert.deepEqual(annotations('Service', name), { 'example.com/mesh': 'off' })
    assert.deepEqual(annotations('Service', 'plimsoll-learner'), { 'example.com/scrape': 'learner' })
    assert.deepEqual(annotations('Service', 'plimsoll-dashboard'), { 'example.com/expose': 'internal' })
    for (const { kind, metadata } of await render())
      if (['Deployment', 'Service'].includes(kind)) assert.equal(metadata.annotations, undefined, metadata.name)
  })

  test('relabels in both endpoints of the ServiceMonitor', async () => {
    const { endpoints } = only(await render(OWN), 'ServiceMonitor').spec
    assert.equal(endpoints.length, 2)
    for (const { relabelings, metricRelabelings } of endpoints) {
      assert.deepEqual(relabelings, [{ targetLabel: 'cluster', replacement: 'prod' }])
      assert.equal(metricRelabelings[0].action, 'drop')
    }
  })

  test('adds extraObjects, whose strings are templates', async () => {
    assert.deepEqual(only(await render(OWN), 'ConfigMap', 'of-plimsoll').data, { a: 'b' })
  })

  test('reaches the dashboard through an Ingress, under a prefix that the program knows', async () => {
    const objects = await render(VALUE_SETS['the dashboard behind an Ingress'])
    const { metadata, spec } = only(objects, 'Ingress')
    assert.deepEqual(metadata.annotations, { 'cert-manager.io/cluster-issuer': 'letsencrypt' })
    assert.equal(spec.ingressClassName, 'nginx')
    assert.deepEqual(spec.tls, [{ secretName: 'tools-tls', hosts: ['tools.example.com'] }])
    const backend = { service: { name: 'plimsoll-dashboard', port: { name: 'http' } } }
    const http = { paths: [{ path: '/plimsoll', pathType: 'Prefix', backend }] }
    assert.deepEqual(spec.rules, [
      { host: 'tools.example.com', http },
      { host: '*.example.org', http },
    ])
    const { args } = podOf(only(objects, 'Deployment', 'plimsoll-dashboard')).containers[0]
    assert.ok(args.includes('--path-prefix=/plimsoll'))
    const any = await render({ dashboard: { enabled: true, ingress: { enabled: true } } })
    assert.deepEqual(only(any, 'Ingress').spec.rules, [
      { http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } },
    ])
  })

  test('reaches the dashboard through a Gateway, at the root of its host', async () => {
    const objects = await render(VALUE_SETS['the dashboard behind a Gateway'])
    const { apiVersion, metadata, spec } = only(objects, 'HTTPRoute')
    assert.equal(apiVersion, 'gateway.networking.k8s.io/v1')
    assert.deepEqual(metadata.annotations, { 'example.com/owner': 'platform' })
    assert.deepEqual(spec, {
      parentRefs: [{ name: 'public', namespace: 'gateways' }],
      hostnames: ['plimsoll.example.com'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ name: 'plimsoll-dashboard', port: 80 }],
        },
      ],
    })
    const { args } = podOf(only(objects, 'Deployment', 'plimsoll-dashboard')).containers[0]
    assert.ok(!args.join().includes('--path-prefix'))
  })
})
