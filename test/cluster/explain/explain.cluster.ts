// `plimsoll explain` on a real API server with Pods that the real webhook has patched.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { writeRecommendation } from '../../../src/recommendations/index.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'

const BIN = join(import.meta.dirname, '..', '..', '..', 'bin', 'plimsoll')
const DECISION = 'plimsoll.dev/decision'

const revision = (number: number, cpu: string) => ({
  revision: number,
  time: '2026-03-01T00:00:00Z',
  source: 'observed' as const,
  goal: 'balanced' as const,
  containers: [
    { name: 'app', cpu: { request: cpu, limit: '1' }, memory: { request: '300Mi', limit: '400Mi' } },
    { name: 'proxy', held: { cpu: 'HeldForHpa' }, memory: { request: '20Mi', limit: '40Mi' } },
  ],
})

const template = {
  containers: [
    { name: 'app', image: 'app', resources: { requests: { cpu: '1', memory: '1Gi' } } },
    { name: 'proxy', image: 'proxy', resources: { limits: { cpu: '200m' } } },
  ],
}

const pod = (namespace: string, name: string, kind: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...{ namespace, name },
    ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'db', uid: randomUUID(), controller: true }],
  },
  spec: template,
})

describe('plimsoll explain, in a cluster', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  let plimsoll: Plimsoll

  before(async () => {
    cluster = await startAdministered({ controllers: false })
    plimsoll = await startPlimsoll(cluster)
    for (const namespace of ['open', 'limited']) {
      await makeNamespace(cluster, namespace, 'auto')
      for (const kind of ['StatefulSet', 'Deployment'])
        await writeRecommendation(
          cluster.client,
          { namespace, kind, name: 'db' },
          { mode: 'auto', state: 'Applied', applied: revision(4, '150m'), learned: revision(4, '150m') },
          { exists: false },
        )
    }
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { namespace: 'limited', name: 'limits' },
      spec: {
        limits: [
          { type: 'Container', min: { memory: '64Mi' }, max: { memory: '350Mi' }, default: { memory: '128Mi' } },
        ],
      },
    })
    for (const namespace of ['open', 'limited'])
      await cluster.apply({
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { namespace, name: 'db' },
        spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'db' }, maxReplicas: 3 },
      })
    await until('the webhook to know them all', async () => (await plimsoll.webhook.held()) === 4)
  })
  after(async () => {
    await plimsoll?.stop()
    await cluster?.stop()
  })

  function explain(...args: string[]) {
    const env = { PATH: process.env.PATH, KUBECONFIG: cluster.kubeconfig }
    const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'explain', ...args], {
      env,
      encoding: 'utf8',
      timeout: 60_000,
    })
    assert.equal(status, 0, stderr)
    return stdout
  }

  test('returns the annotation of a patched Pod, byte for byte', async () => {
    await cluster.apply(pod('open', 'db-0', 'StatefulSet'))
    const live = JSON.parse(await cluster.kubectl(['get', 'pod', 'db-0', '--namespace=open', '--output=json']))
    const report = JSON.parse(explain('pod/db-0', '-n', 'open', '-o', 'json'))
    assert.equal(JSON.stringify(report.record), live.metadata.annotations[DECISION])
    assert.equal(report.reproduces, true)
    assert.deepEqual([report.workload, report.mode, report.revision], ['open/StatefulSet/db', 'auto', 4])
    for (const [i, { name, resources }] of live.spec.containers.entries()) {
      const explained = report.containers[i]
      assert.equal(explained.name, name)
      for (const { resource, injected } of explained.resources) {
        assert.equal(injected.request, resources.requests?.[resource], `${name} ${resource}`)
        assert.equal(injected.limit, resources.limits?.[resource], `${name} ${resource}`)
      }
    }
  })

  test('respects the LimitRange like the webhook', async () => {
    // The author's values respect the LimitRange, because the API server would refuse the Pod otherwise.
    const modest = pod('limited', 'db-0', 'StatefulSet')
    const containers = template.containers.map((container) => ({
      ...container,
      resources: { requests: { cpu: '1', memory: '100Mi' }, limits: { memory: '200Mi' } },
    }))
    await cluster.apply({ ...modest, spec: { containers } })
    const live = JSON.parse(await cluster.kubectl(['get', 'pod', 'db-0', '--namespace=limited', '--output=json']))
    const report = JSON.parse(explain('pod/db-0', '-n', 'limited', '-o', 'json'))
    assert.equal(JSON.stringify(report.record), live.metadata.annotations[DECISION])
    assert.ok(
      report.containers[0].resources[1].reasons.includes('CappedAtLimitRange'),
      JSON.stringify(report.containers[0]),
    )
    assert.ok(
      report.containers[1].resources[1].reasons.includes('RaisedToLimitRange'),
      JSON.stringify(report.containers[1]),
    )
  })

  test('shows the values of the next Pod of a workload, and the target that its HPA would need', async () => {
    await cluster.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace: 'open', name: 'db' },
      spec: {
        selector: { matchLabels: { app: 'db' } },
        template: { metadata: { labels: { app: 'db' } }, spec: template },
      },
    })
    const text = explain('deploy/db', '-n', 'open')
    assert.match(
      text,
      /^The next Pod of Deployment open\/db\n {2}workload open\/Deployment\/db · mode auto · Applied · goal balanced · revision 4\n {2}patched:/,
    )
    assert.match(text, /\n {4}because {3}HeldForHpa: /)
    assert.match(text, /\n {4}HPA db {2}scales at 80 %/)
    assert.match(text, /Note: no settings of an installation in namespace plimsoll: using the defaults/)
  })

  test('reports what does not exist', () => {
    const env = { PATH: process.env.PATH, KUBECONFIG: cluster.kubeconfig }
    const { status, stderr } = spawnSync(process.execPath, [BIN, 'explain', 'sts/none', '-n', 'open'], {
      env,
      encoding: 'utf8',
      timeout: 60_000,
    })
    assert.equal(status, 1)
    assert.match(stderr, /StatefulSet\/none: the API has no such object, and no Pod in namespace open belongs to/)
  })
})
