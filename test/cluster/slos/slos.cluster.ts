// SLOs on a real API server with a real Prometheus: how they are stated, what is refused, and what `plimsoll slo` shows.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { SIZING_POLICIES } from '../../../src/api/index.ts'
import { followSloObjects } from '../../../src/informers/slo-objects.ts'
import { SloObjects } from '../../../src/slos/index.ts'
import { createLogger } from '../../../src/telemetry/index.ts'
import { FakeTime } from '../../clock/fake-time.ts'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from '../../prometheus/real-prometheus.ts'
import { counter, histogram, NOW, openMetrics, TWO_OF_TEN_SLOW } from '../../prometheus/slos/exported.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { runCommand } from '../support/command-line.ts'

const CRD = join(import.meta.dirname, '../../../charts/plimsoll/files/crds/sizingpolicies.plimsoll.dev.yaml')
const PODS = ['web-7d9f8b6c5d-bbbbb', 'web-7d9f8b6c5d-ccccc']

const policy = (name: string, slo: object) => ({
  apiVersion: SIZING_POLICIES.apiVersion,
  kind: SIZING_POLICIES.kind,
  metadata: { name, namespace: 'shop' },
  spec: { slos: [{ name: 'checkout', ...slo }] },
})
const LATENCY = { latency: { percentile: 95, below: '250ms' } }
const HTTP = { from: { preset: { name: 'http' } } }
const QUERY = { bad: 'sum(increase(a[$window]))', total: 'sum(increase(b[$window]))' }

/** The API server's error for an invalid SLO. */
const REFUSED: readonly (readonly [RegExp, object])[] = [
  [/exactly one of preset, query, pyrra, sloth and openslo/, { ...LATENCY, from: {} }],
  [/exactly one of preset/, { ...LATENCY, from: { preset: { name: 'http' }, pyrra: { name: 'web' } } }],
  [/with preset and query, say latency or errors/, HTTP],
  [/pyrra, sloth and openslo say these themselves/, { ...LATENCY, from: { pyrra: { name: 'web' } } }],
  [/ingressNginx needs either ingress or service/, { ...LATENCY, from: { preset: { name: 'ingressNginx' } } }],
  [/service is for the presets/, { ...LATENCY, from: { preset: { name: 'http', service: 'web' } } }],
  [/bad and total belong together/, { ...LATENCY, from: { query: { bad: QUERY.bad } } }],
  [/must count in \[\$window\]/, { ...LATENCY, from: { query: { ...QUERY, bad: 'sum(increase(a[5m]))' } } }],
  [/either bad and total, or histogram/, { ...LATENCY, from: { query: { ...QUERY, histogram: 'a' } } }],
  [/counts either slow requests/, { ...LATENCY, errors: { below: '1%' }, from: { query: QUERY } }],
  [/a histogram is for latency/, { errors: { below: '1%' }, from: { query: { histogram: 'a' } } }],
  [/errors\.below/, { errors: { below: '0%' }, ...HTTP }],
  [/latency\.below/, { latency: { percentile: 95, below: '0.25' }, ...HTTP }],
]

describe('SLOs on a real API server', { skip: controlPlaneObstacle() ?? whyNoPrometheus() ?? false }, () => {
  let cluster: Administered
  let prometheus: RealPrometheus | undefined

  before(async () => {
    cluster = await startAdministered({ controllers: false })
    await cluster.apply(readFileSync(CRD, 'utf8'))
    await until('SizingPolicies to be served', () => cluster.client.list(SIZING_POLICIES).next())
    await must('/api/v1/namespaces', { metadata: { name: 'shop' } })
    await must('/api/v1/namespaces/shop/serviceaccounts', { metadata: { name: 'default' } })
    for (const name of PODS) {
      const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-7d9f8b6c5d', uid: 'a', controller: true }
      const metadata = { name, labels: { app: 'web', 'pod-template-hash': '7d9f8b6c5d' }, ownerReferences: [owner] }
      const spec = { containers: [{ name: 'web', image: 'web' }], automountServiceAccountToken: false }
      await must('/api/v1/namespaces/shop/pods', { metadata, spec })
    }
    const end = Math.floor(Date.now() / 1000)
    const now = function* () {
      const series = PODS.flatMap((pod) => [
        histogram('http_request_duration_seconds', { namespace: 'shop', pod }, TWO_OF_TEN_SLOW),
        counter('http_requests_total', { namespace: 'shop', pod, code: '200' }, 9.9),
        counter('http_requests_total', { namespace: 'shop', pod, code: '500' }, 0.1),
      ])
      // The series end now, not at the time of writing.
      for (const text of openMetrics(series))
        yield text.replaceAll(/ (\d{10})$/gm, (_, s: string) => ` ${Number(s) - NOW + end}`)
    }
    prometheus = await startPrometheus(now())
  })

  after(async () => {
    await prometheus?.stop()
    await cluster?.stop()
  })

  const must = async (path: string, body: object) => {
    const { status, text } = await cluster.api.call('POST', path, body)
    assert.equal(status, 201, text)
  }
  const create = (name: string, slo: object) =>
    cluster.api.call('POST', '/apis/plimsoll.dev/v1alpha1/namespaces/shop/sizingpolicies', policy(name, slo))
  const shown = async (...args: string[]) => {
    const all = ['slo', '-n', 'shop', '--prometheus', prometheus!.url, ...args]
    return await runCommand(cluster.kubeconfig, all)
  }

  test('invalid SLOs are refused with the reason', async () => {
    for (const [why, slo] of REFUSED) {
      const { status, text } = await create('refused', slo)
      assert.equal(status, 422, JSON.stringify(slo))
      assert.match(text, why)
    }
    const many = policy('many', { ...LATENCY, ...HTTP })
    const slos = Array.from({ length: 9 }, (_, i) => ({ ...many.spec.slos[0], name: `slo-${i}` }))
    const path = '/apis/plimsoll.dev/v1alpha1/namespaces/shop/sizingpolicies'
    const { text } = await cluster.api.call('POST', path, { ...many, spec: { slos } })
    assert.match(text, /must have at most 8 items/)
  })

  test('plimsoll slo lists available series without an SLO, and shares by Pod and revision with one', async () => {
    const without = await shown()
    assert.equal(without.status, 0, without.stderr)
    assert.match(without.stdout, /No workload with Pods in namespace shop has an SLO/)
    const { status, text } = await create('checkout', { ...LATENCY, errors: { below: '2%' }, ...HTTP })
    assert.equal(status, 201, text)
    const json = await shown('deployment/web', '-o', 'json')
    assert.equal(json.status, 0, json.stderr)
    const [web] = JSON.parse(json.stdout)
    const [latency, errors] = web.slos
    assert.equal(latency.state, 'Found', latency.message)
    assert.ok(Math.abs(latency.burn.long.share - 0.2) < 0.001)
    assert.ok(Math.abs(errors.burn.long.share - 0.01) < 0.001)
    assert.ok(Math.abs(errors.remainingBudget - 0.5) < 0.02, String(errors.remainingBudget))
    assert.deepEqual(latency.pods.map(({ pod }: { pod: string }) => pod).sort(), PODS)
    const table = await shown()
    assert.match(table.stdout, /Deployment shop\/web/)
    assert.match(table.stdout, /checkout: 95 % of requests below 250 ms/)
    assert.match(table.stdout, /all requests\s+20 %/)
    assert.match(table.stdout, /no revision\s+20 %/)
    assert.match(table.stdout, /web-7d9f8b6c5d-bbbbb\s+20 %/)
    assert.match(table.stdout, /50 % of the error budget is left|49 % of the error budget is left/)
  })

  test('the command fails if Prometheus does not answer', async () => {
    const { status, stderr } = await runCommand(cluster.kubeconfig, [
      'slo',
      '-n',
      'shop',
      '--prometheus',
      'http://127.0.0.1:9/prom',
    ])
    assert.equal(status, 1)
    assert.match(stderr, /does not answer/)
  })

  test('objects are read after their CRD is installed', async () => {
    const ending = new AbortController()
    const time = new FakeTime(Date.now())
    const objects = new SloObjects()
    const context = { client: cluster.client, logger: createLogger('silent'), time }
    const following = followSloObjects(context, ['pyrra'], objects, ending.signal)
    const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
    await must('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'servicelevelobjectives.pyrra.dev' },
      spec: {
        ...{ group: 'pyrra.dev', scope: 'Namespaced' },
        names: {
          kind: 'ServiceLevelObjective',
          plural: 'servicelevelobjectives',
          listKind: 'ServiceLevelObjectiveList',
        },
        versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: open } }],
      },
    })
    const object = {
      apiVersion: 'pyrra.dev/v1alpha1',
      kind: 'ServiceLevelObjective',
      metadata: { name: 'web' },
      spec: { target: '99' },
    }
    await until('an object to be made', async () => {
      const path = '/apis/pyrra.dev/v1alpha1/namespaces/shop/servicelevelobjectives'
      return (await cluster.api.call('POST', path, object)).status === 201
    })
    await until('the object to be known', () => {
      time.advance(60_000)
      return objects.find('ServiceLevelObjective', 'shop', 'web') !== undefined
    })
    assert.deepEqual(objects.find('ServiceLevelObjective', 'shop', 'web')!.spec, { target: '99' })
    ending.abort()
    await following
  })
})
