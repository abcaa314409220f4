// Owners that live for one run, autoscalers with other targets, and a Pod with many containers, on a real API server with its
// controllers: one Recommendation for repeated runs, held values under an HPA, and no write that is refused forever.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Recommendation } from '../../../src/api/index.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { awaitServed } from '../support/crds.ts'
import { installMetricsApi } from '../support/metrics-api.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'
import { startMeter } from './meter.ts'

/** Learned values are applied within seconds. */
const SETTINGS = {
  learner: {
    minimumHistory: { seconds: 3, samples: 3 },
    sampleEverySeconds: 1,
    publishEverySeconds: 2,
  },
  approval: { confidence: { low: 0, medium: 0, high: 0 }, minimumDays: 0 },
  runLabels: { 'BatchRun.example.com': ['example.com/batch'] },
}
const [RUNS, SCALED, MANY] = ['runs', 'scaled', 'many']
const PATIENTLY = { timeoutMilliseconds: 120_000, everyMilliseconds: 1000 }
const ASKED = { requests: { cpu: '1', memory: '1Gi' } }

const crd = (group: string, version: string, kind: string, subresources?: object) => {
  const plural = `${kind.toLowerCase()}s`
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      ...{ group, scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase() } },
      versions: [{ name: version, served: true, storage: true, schema, ...(subresources && { subresources }) }],
    },
  }
}
const SCALE = {
  status: {},
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.status.selector',
  },
}
const CRDS = [
  crd('tekton.dev', 'v1', 'TaskRun'),
  crd('actions.github.com', 'v1', 'EphemeralRunner'),
  crd('core.strimzi.io', 'v1beta2', 'StrimziPodSet'),
  crd('apps.openshift.io', 'v1', 'DeploymentConfig'),
  crd('example.com', 'v1', 'BatchRun'),
  crd('example.com', 'v1', 'WebApp', SCALE),
]

const deployment = (
  namespace: string,
  name: string,
  labels: Record<string, string>,
  containers: readonly object[],
) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace } },
  spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
})
const hpa = (name: string, scaleTargetRef: object) => ({
  ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name, namespace: SCALED } },
  spec: {
    ...{ scaleTargetRef, minReplicas: 2, maxReplicas: 10 },
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }],
  },
})
const MAIN = [{ name: 'main', image: 'web:1', resources: ASKED }]

describe('workloads of many kinds', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  let plimsoll: Plimsoll
  let meter: ReturnType<typeof startMeter> | undefined

  before(async () => {
    cluster = await startAdministered()
    await installMetricsApi(cluster)
    await cluster.apply(...CRDS)
    for (const { metadata } of CRDS) await awaitServed(cluster, metadata.name)
    for (const namespace of [RUNS, SCALED, MANY]) await makeNamespace(cluster, namespace!, 'auto')
    meter = startMeter(cluster, [RUNS!, SCALED!, MANY!])
    await makeRuns()
    await makeScaled()
    const many = Array.from({ length: 70 }, (_, i) => ({ name: `c${i}`, image: 'x:1', resources: ASKED }))
    await cluster.apply(deployment(MANY!, 'many', { app: 'many' }, many))
    plimsoll = await startPlimsoll(cluster, { settings: SETTINGS, learner: true })
  })
  after(async () => {
    await meter?.stop()
    await plimsoll?.stop()
    await cluster?.stop()
  })

  /** Creates an owner and returns a reference to it. */
  async function owner(apiVersion: string, kind: string, name: string): Promise<object> {
    const path = `/apis/${apiVersion}/namespaces/${RUNS}/${kind.toLowerCase()}s`
    const { status, text, json } = await cluster.api.call('POST', path, {
      apiVersion,
      kind,
      metadata: { name },
      spec: {},
    })
    assert.equal(status, 201, text)
    const { uid } = (json as { metadata: { uid: string } }).metadata
    return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }
  }

  async function run(apiVersion: string, kind: string, name: string, labels: Record<string, string>): Promise<Seen> {
    const ownerReferences = [await owner(apiVersion, kind, name)]
    const containers = [{ name: 'step', image: 'x:1', resources: ASKED }]
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${name}-pod`, labels, ownerReferences },
      spec: { containers },
    }
    const { status, text, json } = await cluster.api.call('POST', `/api/v1/namespaces/${RUNS}/pods`, pod)
    assert.equal(status, 201, text)
    return json as Seen
  }

  async function makeRuns(): Promise<void> {
    for (const i of [1, 2, 3])
      await run('tekton.dev/v1', 'TaskRun', `build-main-run-${i}`, { 'tekton.dev/task': 'build-main' })
    for (const i of ['9f8za', '9f8zb'])
      await run('actions.github.com/v1', 'EphemeralRunner', `ci-xk2-runner-${i}`, {
        'actions.github.com/scale-set-name': 'ci',
      })
    for (const i of [1, 2]) await run('example.com/v1', 'BatchRun', `night-${i}`, { 'example.com/batch': 'nightly' })
    await run('core.strimzi.io/v1beta2', 'StrimziPodSet', 'events-kafka', { 'strimzi.io/cluster': 'events' })
    const ofConfig = await owner('apps.openshift.io/v1', 'DeploymentConfig', 'legacy')
    for (const n of [7, 8]) {
      const labels = { deployment: `legacy-${n}`, deploymentconfig: 'legacy' }
      const spec = { replicas: 1, selector: labels, template: { metadata: { labels }, spec: { containers: MAIN } } }
      const metadata = { name: `legacy-${n}`, ownerReferences: [ofConfig] }
      const controller = { apiVersion: 'v1', kind: 'ReplicationController', metadata, spec }
      const made = await cluster.api.call('POST', `/api/v1/namespaces/${RUNS}/replicationcontrollers`, controller)
      assert.equal(made.status, 201, made.text)
    }
  }

  async function makeScaled(): Promise<void> {
    await cluster.apply(
      {
        apiVersion: 'example.com/v1',
        kind: 'WebApp',
        metadata: { name: 'shop', namespace: SCALED },
        spec: { replicas: 2 },
      },
      deployment(SCALED!, 'shop-frontend', { app: 'shop' }, MAIN),
      deployment(SCALED!, 'named', { app: 'named', 'plimsoll.dev/workload': 'fancy' }, MAIN),
      deployment(SCALED!, 'plain', { app: 'plain' }, MAIN),
      deployment(SCALED!, 'free', { app: 'free' }, MAIN),
      hpa('shop', { apiVersion: 'example.com/v1', kind: 'WebApp', name: 'shop' }),
      hpa('named', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'named' }),
      hpa('plain', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'plain' }),
    )
    const path = `/apis/example.com/v1/namespaces/${SCALED}/webapps/shop/status`
    const status = { status: { replicas: 2, selector: 'app=shop' } }
    const patched = await cluster.api.call('PATCH', path, status, 'application/merge-patch+json')
    assert.equal(patched.status, 200, patched.text)
  }

  async function recommendations(namespace: string): Promise<Recommendation[]> {
    const { json } = await cluster.api.call(
      'GET',
      `/apis/plimsoll.dev/v1alpha1/namespaces/${namespace}/recommendations`,
    )
    return (json as { items: Recommendation[] }).items
  }

  const named = (all: readonly Recommendation[]) =>
    all.map(({ spec }) => `${spec.workload.kind}/${spec.workload.name}`).sort()
  const isApplied = ({ status }: Recommendation) => status?.applied !== undefined

  const applied = async (namespace: string, count: number) => {
    let all: Recommendation[] = []
    await until(
      `${count} Recommendations of ${namespace} to be applied`,
      async () => {
        all = await recommendations(namespace)
        return all.filter(isApplied).length >= count
      },
      PATIENTLY,
    )
    return all
  }

  test('the runs of a task, the runners of a set and the rollouts of a DeploymentConfig are one workload each', async () => {
    assert.deepEqual(named(await applied(RUNS!, 5)), [
      'AutoscalingRunnerSet.actions.github.com/ci',
      'BatchRun.example.com/nightly',
      'DeploymentConfig/legacy',
      'StrimziPodSet.core.strimzi.io/events-kafka',
      'TaskRun.tekton.dev/build-main',
    ])
  })

  test('the next run gets the values learned from previous runs', async () => {
    await applied(RUNS!, 5)
    const next = await run('tekton.dev/v1', 'TaskRun', 'build-main-run-4', { 'tekton.dev/task': 'build-main' })
    assert.ok(next.metadata.annotations?.['plimsoll.dev/decision'], 'the webhook left it alone')
    assert.notEqual(next.spec.containers[0]!.resources.requests.cpu, '1')
    assert.equal((await recommendations(RUNS!)).length, 5)
  })

  test('an HPA holds the CPU of the Pods that its target selects, for any names of target and workload', async () => {
    const all = await applied(SCALED!, 4)
    assert.deepEqual(named(all), [
      'Deployment/fancy',
      'Deployment/free',
      'Deployment/plain',
      'Deployment/shop-frontend',
    ])
    for (const { spec, status } of all) {
      const [main] = status!.applied!.containers
      const isHeld = spec.workload.name !== 'free'
      assert.equal(main!.held?.cpu, isHeld ? 'HeldForHpa' : undefined, spec.workload.name)
      assert.equal(main!.cpu === undefined, isHeld, spec.workload.name)
      assert.ok(main!.memory, spec.workload.name)
    }
  })

  test('a Pod with 70 containers has one decision, which the API server accepts', async () => {
    const [many] = await applied(MANY!, 1)
    assert.equal(many!.status!.applied!.containers.length, 70)
    const row = await cluster.kubectl(['get', 'rec', '-n', MANY!, '--no-headers'])
    assert.match(row, /^deployment-many .* Applied /)
    const warnings = plimsoll.learner!.logs().filter(({ level }) => level !== 'info' && level !== 'debug')
    assert.deepEqual(
      warnings.filter(({ msg }) => /refus|invalid/i.test(msg)),
      [],
    )
  })
})

interface Seen {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: {
    readonly containers: readonly { readonly resources: { readonly requests: { readonly cpu: string } } }[]
  }
}
