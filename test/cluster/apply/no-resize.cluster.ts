// With the default settings, on an API server without pods/resize (npm run test:oldest) or for a learner without the rights: new Pods
// are sized, and running Pods stay as they are. Only `explain` mentions it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CHART } from '../../../scripts/chart/files.ts'
import { servesPodResize } from '../../../src/kube/index.ts'
import { IMAGE } from '../../chart/helm.ts'
import { makePerson } from '../approval/people.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, adminClient, startAdministered } from '../support/admin.ts'
import { installMetricsApi } from '../support/metrics-api.ts'
import { makeNamespace } from '../support/namespace.ts'
import { plant, revisionOf } from '../support/planting.ts'
import { type Program, startProgram } from '../support/program.ts'
import { type AuditTrail, auditWrites } from './audit-trail.ts'
import { PlayedKubelets } from './played-kubelet.ts'

const PLIMSOLL = join(import.meta.dirname, '../../../bin/plimsoll')
const RELEASE = 'plimsoll'
const NAMESPACE = 'shop'
const NODE = { name: 'played', allocatable: { cpu: '4', memory: '8Gi' } }
const SETTINGS = { namespace: RELEASE, learner: { sampleEverySeconds: 1, publishEverySeconds: 1 } }
const WORKLOAD = { namespace: NAMESPACE, kind: 'StatefulSet', name: 'web' }
const REQUESTS = { cpu: '500m', memory: '256Mi' }
/** Rules of the learner's role that are only for running Pods, by resource. */
const FOR_RUNNING = ['pods/resize', 'limitranges']

interface Pod {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: { readonly containers: readonly { readonly resources: { readonly requests?: object } }[] }
  readonly status: { readonly phase: string }
}

describe('where running Pods cannot be resized', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  let audit: AuditTrail
  let learner: Program
  let hasResize: boolean
  const ending = new AbortController()
  let playing: Promise<void> | undefined

  before(async () => {
    audit = auditWrites()
    cluster = await startAdministered({ controllers: false, apiserverArgs: audit.args })
    hasResize = await servesPodResize(cluster.client)
    await installMetricsApi(cluster)
    await makeNamespace(cluster, RELEASE)
    await makeNamespace(cluster, NAMESPACE, 'auto')
    const install = ['template', RELEASE, CHART, `--namespace=${RELEASE}`, '--values=-']
    const manifests = await cluster.helm(install, { input: JSON.stringify(IMAGE) })
    await cluster.kubectl(['apply', '--server-side', '-f', '-'], { input: manifests })
    if (hasResize) await takeAway(FOR_RUNNING)
    const { kubeconfig } = await makePerson(cluster, RELEASE, 'plimsoll-learner', [])
    const kubelets = new PlayedKubelets(cluster, [NODE])
    await kubelets.register()
    playing = kubelets.run(await adminClient(cluster), ending.signal)
    await cluster.apply({
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: {
        ...{ namespace: NAMESPACE, name: 'web-0', labels: { app: 'web' } },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'uid', controller: true }],
      },
      spec: {
        nodeName: NODE.name,
        automountServiceAccountToken: false,
        containers: [{ name: 'app', image: 'web:1', resources: { requests: REQUESTS } }],
      },
    })
    await until('the Pod to run', async () => (await pod()).status.phase === 'Running')
    await plant(cluster.client, WORKLOAD, { applied: revisionOf(1, { app: { cpu: { request: '50m' } } }) })
    learner = startProgram({ ...cluster, kubeconfig }, 'learner', ['--host=127.0.0.1', '--ops-port=0'], SETTINGS)
    await learner.logged('leading')
    await published(3)
  })
  after(async () => {
    ending.abort()
    await playing?.catch(() => {})
    await learner?.kill()
    await cluster?.stop()
    audit?.remove()
  })

  test('they stay as they are, and no resize is tried', async () => {
    const { metadata, spec } = await pod()
    assert.deepEqual(spec.containers[0]!.resources.requests, REQUESTS)
    assert.equal(metadata.annotations?.['plimsoll.dev/decision'], undefined)
    assert.deepEqual(
      audit.writes().filter(({ kind }) => kind === 'apply' || kind === 'dry run'),
      [],
    )
  })

  test('the learner works, and logs no warnings', () => {
    const complaints = learner.logs().filter(({ level }) => level === 'warn' || level === 'error')
    assert.deepEqual(complaints, [])
  })

  test('explain says so on a server without pods/resize', async () => {
    const env = { PATH: process.env.PATH, KUBECONFIG: cluster.kubeconfig }
    const args = [PLIMSOLL, 'explain', 'pod/web-0', `--namespace=${NAMESPACE}`]
    const { stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 60_000 })
    assert.match(stdout, /web-0/, stderr)
    if (hasResize) assert.doesNotMatch(stdout, /NoPodsResize/)
    else assert.match(stdout, /NoPodsResize/)
  })

  const pod = async () => (await cluster.read<Pod>(`/api/v1/namespaces/${NAMESPACE}/pods/web-0`))!

  async function takeAway(resources: readonly string[]): Promise<void> {
    type Role = {
      readonly rules: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[]
    }
    const role = (await cluster.read<Role>('/apis/rbac.authorization.k8s.io/v1/clusterroles/plimsoll-learner'))!
    const isFor = ({ resources: of, verbs }: Role['rules'][number]) =>
      of.some((one) => resources.includes(one)) || (of.includes('pods') && verbs.includes('patch'))
    const rules = role.rules.filter((rule) => !isFor(rule))
    assert.equal(rules.length, role.rules.length - resources.length - 1)
    await cluster.kubectl(['patch', 'clusterrole', 'plimsoll-learner', '--type=merge', '-p', JSON.stringify({ rules })])
  }

  /** Waits until the learner has gone through all workloads this many times. */
  async function published(times: number): Promise<void> {
    const { opsPort } = (await learner.logged('waiting to lead')) as unknown as { opsPort: number }
    const last = async () => {
      const text = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text()
      return Number(/^plimsoll_learner_last_publish_timestamp_seconds ([\d.e+]+)$/m.exec(text)?.[1] ?? 0)
    }
    for (let turn = 0; turn < times; turn++) {
      const before = await last()
      await until('the next publication', async () => (await last()) > before)
    }
  }
})
