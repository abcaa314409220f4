// Inputs from the field for a control plane, from ../shared/field/cluster, with the outcomes in its README.md.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import type { Recommendation } from '../../../src/api/index.ts'
import { parseQuantity, toNumber } from '../../../src/resources/index.ts'
import { FIELD, noField, tellSkipped } from '../../field/folder.ts'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from '../../prometheus/real-prometheus.ts'
import { writeApplied } from '../admission/applied.ts'
import { locate } from '../harness/binaries.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'

const obstacle = noField ?? controlPlaneObstacle() ?? whyNoPrometheus()
tellSkipped('field.cluster.ts', obstacle)
const run = promisify(execFile)
const PATIENTLY = { timeoutMilliseconds: 180_000, everyMilliseconds: 1000 }
const [LIMITED, QUOTA] = ['beyond-limits', 'beyond-quota']
const SETTINGS = {
  learner: { sampleEverySeconds: 2, publishEverySeconds: 2 },
  approval: { confidence: { low: 0, medium: 0, high: 0 }, minimumDays: 0 },
}

describe('inputs for a control plane', { skip: obstacle ?? false }, () => {
  let cluster: Administered
  let store: RealPrometheus
  let plimsoll: Plimsoll

  const path = (file: string) => join(FIELD, 'cluster', file)
  const apply = (file: string, ...args: string[]) => cluster.kubectl(['apply', '-f', path(file), ...args])
  const environment = () => ({
    ...process.env,
    KUBECONFIG: cluster.kubeconfig,
    PATH: `${dirname(locate('kubectl')!)}${delimiter}${process.env.PATH}`,
  })

  before(async () => {
    cluster = await startAdministered()
    await apply('hpa-by-another-name/crd.yaml')
    await apply('owners-per-run/crds.json')
    await until('the custom resources to be served', async () => {
      const served = await cluster.kubectl(['api-resources', '-o', 'name'])
      return ['webapps.example.com', 'deploymentconfigs.apps.openshift.io'].every((name) => served.includes(name))
    })
    await apply('hpa-by-another-name/objects.yaml')
    // The operator of the WebApp states which Pods belong to it.
    const status = JSON.stringify({ status: { replicas: 2, selector: 'app=shop' } })
    const ofShop = [
      'patch',
      'webapps.example.com',
      'shop',
      '-n',
      'f1',
      '--subresource=status',
      '--type=merge',
      '-p',
      status,
    ]
    await cluster.kubectl(ofShop)
    await run('bash', [path('owners-per-run/objects.sh')], { env: environment() })
    await apply('many-containers/in.json')
    await apply('namesake-in-another-cluster.yaml')
    await until('all Pods to be made', async () => {
      const pods = await cluster.kubectl(['get', 'pods', '-A', '-o', 'name'])
      // f1: 6, f2: 6 runs, 2 runners, 2 of Strimzi, 2 of the DeploymentConfig, f3: 2, f4: 1
      return pods.trim().split('\n').length >= 21
    })
    const usage = join(cluster.directory, 'usage.om')
    const args = [path('usage-of-cluster.py'), usage, 'f1', 'f2', 'f3', 'f4']
    await run('python3', args, { env: { ...environment(), PYTHONDONTWRITEBYTECODE: '1' } })
    store = await startPrometheus(readFileSync(usage, 'utf8'))
    const settings = { ...SETTINGS, prometheus: { url: store.url } }
    plimsoll = await startPlimsoll(cluster, { settings, learner: true })
  })
  after(async () => {
    await plimsoll?.stop()
    await store?.stop()
    await cluster?.stop()
  })

  async function applied(namespace: string, count: number): Promise<Recommendation[]> {
    let all: Recommendation[] = []
    const enough = async () => {
      const path = `/apis/plimsoll.dev/v1alpha1/namespaces/${namespace}/recommendations`
      all = (await cluster.read<{ items: Recommendation[] }>(path))?.items ?? []
      return all.filter(({ status }) => status?.applied).length >= count
    }
    await until(`${count} Recommendations of ${namespace} to be applied`, enough, PATIENTLY)
    return all
  }
  const named = (all: readonly Recommendation[]) =>
    all.map(({ spec }) => `${spec.workload.kind}/${spec.workload.name}`).sort()
  const amount = (text: string | undefined) => toNumber(parseQuantity(text)!)

  test('hpa-by-another-name: CPU is held if an HPA scales the Pods under any name of its target', async () => {
    const all = await applied('f1', 3)
    assert.deepEqual(named(all), ['Deployment/fancy', 'Deployment/plain', 'Deployment/shop-frontend'])
    for (const { spec, status } of all) {
      const [main] = status!.applied!.containers
      assert.deepEqual([main!.held?.cpu, main!.cpu], ['HeldForHpa', undefined], spec.workload.name)
      assert.ok(amount(main!.memory!.request) < 2 ** 30, spec.workload.name)
    }
  })

  test('owners-per-run: the runs of one task, runner set and DeploymentConfig are one workload', async () => {
    assert.deepEqual(named(await applied('f2', 4)), [
      'AutoscalingRunnerSet.actions.github.com/runners',
      'DeploymentConfig/legacy',
      'StrimziPodSet.core.strimzi.io/events-kafka',
      'TaskRun.tekton.dev/build-main',
    ])
  })

  test('many-containers: 70 containers have one decision, and no status that is refused', async () => {
    const all = await applied('f3', 2)
    const many = all.find(({ spec }) => spec.workload.name === 'many')!
    assert.equal(many.status!.applied!.containers.length, 70)
    const refused = plimsoll.learner!.logs().filter(({ level, msg }) => level !== 'info' && /refus|invalid/i.test(msg))
    assert.deepEqual(refused, [])
  })

  test('namesake-in-another-cluster: a workload is sized by its usage alone', async () => {
    const [db] = await applied('f4', 1)
    const [main] = db!.status!.learned!.containers
    assert.ok(amount(main!.cpu!.request) < 0.2, main!.cpu!.request)
    assert.ok(amount(main!.memory!.limit) < 400 * 2 ** 20, main!.memory!.limit)
  })

  test('limitrange-beyond-64 and quota-beyond-64: no Pod is refused because of Plimsoll', async () => {
    const learned = [{ name: 'main', cpu: { request: '1', limit: '2' }, memory: { request: '1Gi', limit: '2Gi' } }]
    const held = await plimsoll.webhook.held()
    for (const namespace of [LIMITED!, QUOTA!]) {
      await makeNamespace(cluster, namespace, 'auto')
      await writeApplied(cluster.client, { namespace, kind: 'Pod', name: 'web' }, learned)
    }
    await cluster.apply({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: SCOPE },
      value: 1,
    })
    await apply('limitrange-beyond-64.yaml', '-n', LIMITED!)
    await apply('quota-beyond-64.yaml', '-n', QUOTA!)
    await until('the quota to be counted', async () => {
      const path = `/api/v1/namespaces/${QUOTA}/resourcequotas/class`
      return (await cluster.read<{ status: { hard?: object } }>(path))?.status.hard !== undefined
    })
    await until('the webhook to know what to inject', async () => (await plimsoll.webhook.held()) >= held + 2)
    for (const namespace of [LIMITED!, QUOTA!]) {
      const made = await cluster.api.call('POST', `/api/v1/namespaces/${namespace}/pods`, pod())
      assert.equal(made.status, 201, made.text)
      const { metadata, spec } = made.json as Made
      assert.ok(metadata.annotations?.['plimsoll.dev/decision'], `the webhook left the Pod of ${namespace} alone`)
      assert.ok(amount(spec.containers[0]!.resources.requests.memory) <= 600 * 2 ** 20, made.text)
    }
  })
})

const SCOPE = 'sec-real'
const pod = () => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'one', labels: { 'plimsoll.dev/workload': 'web' } },
  spec: {
    priorityClassName: SCOPE,
    automountServiceAccountToken: false,
    containers: [
      {
        name: 'main',
        image: 'x:1',
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '200m', memory: '256Mi' } },
      },
    ],
  },
})

interface Made {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: {
    readonly containers: readonly { readonly resources: { readonly requests: { readonly memory: string } } }[]
  }
}
