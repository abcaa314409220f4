// `plimsoll report` on a real API server: with nothing installed, with the state of a learner, and for users
// with few rights. It writes nothing.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { parse, stringify } from 'yaml'
import type { FleetInsight, FleetInsightList, WorkloadInsight } from '../../../src/insight/index.ts'
import { createLearner } from '../../../src/learner/index.ts'
import { writeCheckpoint, writeRecommendation } from '../../../src/recommendations/index.ts'
import { endSeconds, shopStore } from '../../commands/report/shop-store.ts'
import { startPrometheus, whyNoPrometheus } from '../../prometheus/real-prometheus.ts'
import { madeUsage } from '../../support/made-usage.ts'
import { makePerson, type Person } from '../approval/people.ts'
import { controlPlaneObstacle } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { installCrds } from '../support/crds.ts'
import { installMetricsApi } from '../support/metrics-api.ts'
import { makeNamespace } from '../support/namespace.ts'
import { auditEverything } from './audit-log.ts'

const GIB = 2 ** 30

function pod(name: string, kind: string, owner: string, container: object, more: { readonly node?: string } = {}) {
  const hash = kind === 'ReplicaSet' ? owner.split('-').at(-1)! : undefined
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ namespace: 'shop', name, labels: { app: owner.split('-')[0]!, ...(hash && { 'pod-template-hash': hash }) } },
      ...(kind && {
        ownerReferences: [{ apiVersion: 'apps/v1', kind, name: owner, uid: randomUUID(), controller: true }],
      }),
    },
    spec: { containers: [container], ...(more.node && { nodeName: more.node }) },
  }
}

const WEB = {
  name: 'web',
  image: 'web',
  resources: { requests: { cpu: '2', memory: '1Gi' }, limits: { memory: '1Gi' } },
}
const DB = { name: 'postgres', image: 'postgres' }
const SERVICES = { name: 'office', image: 'office', resources: { requests: { cpu: '4', memory: '4Gi' } } }

const READER = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'reader' },
  rules: [
    { apiGroups: [''], resources: ['pods', 'namespaces', 'nodes'], verbs: ['get', 'list'] },
    { apiGroups: ['metrics.k8s.io'], resources: ['pods'], verbs: ['get', 'list'] },
    { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['get', 'list'] },
    {
      apiGroups: ['plimsoll.dev'],
      resources: ['recommendations', 'recommendationcheckpoints'],
      verbs: ['get', 'list'],
    },
  ],
}

describe('plimsoll report, in a cluster', { skip: controlPlaneObstacle() ?? false, timeout: 300_000 }, () => {
  const audit = auditEverything()
  let cluster: Administered
  let reader: Person
  let prices: string

  before(async () => {
    cluster = await startAdministered({ controllers: false, apiserverArgs: audit.args })
    await makeNamespace(cluster, 'shop', 'approve')
    await makeNamespace(cluster, 'people')
    for (const [name, pool] of [
      ['node-a', 'usual'],
      ['spot-b', 'spot'],
    ])
      await cluster.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { pool } } })
    await cluster.apply(
      pod('web-7c5ddbdf54-2x8vq', 'ReplicaSet', 'web-7c5ddbdf54', WEB, { node: 'node-a' }),
      pod('web-7c5ddbdf54-9mlx4', 'ReplicaSet', 'web-7c5ddbdf54', WEB, { node: 'spot-b' }),
      pod('db-0', 'StatefulSet', 'db', DB, { node: 'node-a' }),
      pod('office-66b6c48dd5-zzzzz', 'ReplicaSet', 'office-66b6c48dd5', SERVICES, { node: 'node-a' }),
      { ...pod('bare', '', 'bare', DB), metadata: { namespace: 'shop', name: 'bare' } },
      pod('web-7c5ddbdf54-ended', 'ReplicaSet', 'web-7c5ddbdf54', WEB, { node: 'node-a' }),
    )
    const setStatus = (name: string, status: object) =>
      cluster.kubectl([
        ...['patch', 'pod', name, '--namespace=shop', '--subresource=status', '--type=merge'],
        `--patch=${JSON.stringify({ status })}`,
      ])
    await setStatus('web-7c5ddbdf54-ended', { phase: 'Failed' })
    const finishedAt = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+/, '')
    const terminated = { reason: 'OOMKilled', exitCode: 137, startedAt: finishedAt, finishedAt, containerID: 'x' }
    const running = { running: { startedAt: finishedAt } }
    await setStatus('web-7c5ddbdf54-2x8vq', {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'web',
          ready: true,
          image: 'web',
          imageID: '',
          restartCount: 1,
          state: running,
          lastState: { terminated },
        },
      ],
    })
    await cluster.apply(READER, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'people', name: 'reader' }],
    })
    reader = await makePerson(cluster, 'people', 'reader', [])
    prices = join(cluster.directory, 'prices.yaml')
    writeFileSync(prices, 'pools: [{name: spot, labels: {pool: spot}, coreHour: 0.01, gibHour: 0.001}]\n')
  })
  after(async () => {
    await cluster?.stop()
    audit.remove()
  })

  async function insight(person: Person, ...args: string[]): Promise<FleetInsight> {
    const { status, stdout, stderr } = await person.plimsoll('report', '-o', 'json', ...args)
    assert.equal(status, 0, stderr)
    return JSON.parse(stdout) as FleetInsight
  }

  const find = ({ workloads }: FleetInsight, name: string): WorkloadInsight =>
    workloads.find((one) => one.name === name) ?? assert.fail(`no ${name} among ${workloads.map(({ key }) => key)}`)
  const noted = ({ notes }: FleetInsight) => notes.map(({ code }) => code).sort()

  /** Resource versions of all stored objects, by name: any write would raise one. */
  async function stored(): Promise<Record<string, string>> {
    const kinds = ['pods', 'nodes', 'namespaces', 'configmaps', 'secrets', 'events', 'customresourcedefinitions']
    const installed = (await cluster.kubectl(['get', 'crd', '-o', 'name'])).split('\n').filter(Boolean)
    const all = [...kinds, ...installed.map((name) => name.split('/')[1]!)]
    const lists = await Promise.all(all.map((kind) => cluster.kubectl(['get', kind, '-A', '-o', 'json'])))
    type Item = { readonly kind: string; readonly metadata: Readonly<Record<string, string>> }
    const items = lists.flatMap((text) => (JSON.parse(text) as { items: Item[] }).items)
    return Object.fromEntries(
      items.map(({ kind, metadata }) => [`${kind} ${metadata.namespace}/${metadata.name}`, metadata.resourceVersion!]),
    )
  }

  test('works with nothing installed, and shows requests, their price and risks', async () => {
    const found = await insight(reader, '--prices', prices)
    assert.deepEqual(
      found.workloads.map(({ key }) => key),
      ['shop/Deployment/office', 'shop/Deployment/web', 'shop/StatefulSet/db'],
    )
    const web = find(found, 'web')
    assert.deepEqual([web.pods, web.mode, web.reserved], [2, 'approve', { cpuCores: 4, memoryBytes: 2 * GIB }])
    assert.ok(Math.abs(web.money.now! - 730 * (4 * 0.02 + 2 * 0.0025)) < 1e-9, `${web.money.now}`)
    assert.deepEqual(web.containers[0]!.memoryBytes.author, { request: GIB, limit: GIB })
    assert.equal(web.containers[0]!.oomKills, 1)
    assert.deepEqual(
      web.risks.map(({ code }) => code),
      ['OomKills'],
    )
    assert.deepEqual(
      find(found, 'db').risks.map(({ code, severity }) => [code, severity]),
      [['NoRequest', 'high']],
    )
    assert.deepEqual(noted(found), ['NotLearned', 'PodsLeftOut', 'UsageMissing', 'Warning', 'Warning'])
    // No kubelet has reported what the nodes can allocate.
    const warnings = found.notes.flatMap(({ code, says }) => (code === 'Warning' ? [says] : []))
    assert.match(warnings.join(), /node-a.*allocatable.*spot-b.*allocatable/s)
    assert.deepEqual(found.total.learned, {})
  })

  test('shows the current usage if there is no history, and says how little that means', async () => {
    await installMetricsApi(cluster)
    const metrics = (name: string, container: string, cpu: string, memory: string) => ({
      apiVersion: 'metrics.k8s.io/v1beta1',
      kind: 'PodMetrics',
      metadata: { namespace: 'shop', name },
      timestamp: new Date().toISOString(),
      window: '15s',
      containers: [{ name: container, usage: { cpu, memory } }],
    })
    await cluster.apply(
      metrics('web-7c5ddbdf54-2x8vq', 'web', '100m', '200Mi'),
      metrics('web-7c5ddbdf54-9mlx4', 'web', '300m', '400Mi'),
    )
    const found = await insight(reader)
    assert.deepEqual(find(found, 'web').used, { cpuCores: 0.4, memoryBytes: 600 * 2 ** 20 })
    assert.deepEqual(find(found, 'db').used, {})
    assert.ok(noted(found).includes('UsageOfAMoment'))
  })

  test('uses the learned state in the cluster: all three goals, and pending approvals', async () => {
    await installCrds(cluster)
    const office = { namespace: 'shop', kind: 'Deployment', name: 'office' }
    const learner = createLearner()
    const [usage] = madeUsage().filter(({ container }) => container.workload.name === 'office')
    const container = { workload: office, container: 'office' }
    const late = Date.now() / 1000 - usage!.secondsAt(usage!.length - 1)
    for (let i = 0; i < usage!.length; i++) {
      const timestampSeconds = usage!.secondsAt(i) + late
      learner.observe([{ ...usage!.sampleAt(i), timestampSeconds, container }])
    }
    await writeCheckpoint(cluster.client, office, learner.saveWorkload(office)!, new Date())
    const time = '2026-03-01T09:00:00Z'
    const value = { cpu: { request: '2', confidence: 0.7 }, memory: { request: '1Gi', limit: '2Gi', confidence: 0.9 } }
    const containers = [{ name: 'office', ...value }]
    const learned = { revision: 1, time, source: 'observed', goal: 'reliability', containers } as const
    await writeRecommendation(
      cluster.client,
      office,
      { mode: 'approve', state: 'Pending', learned, pending: { ...learned, revision: 2 } },
      { exists: false },
    )
    const found = await insight(reader)
    const its = find(found, 'office')
    assert.equal(its.goal, 'reliability', 'what it was learned for comes before --goal')
    assert.deepEqual(its.learned, { cpuCores: 2, memoryBytes: GIB })
    const [savings, balanced, reliability] = (['savings', 'balanced', 'reliability'] as const).map(
      (goal) => its.goals[goal]!.cpuCores!,
    )
    assert.ok(savings! > 0 && savings! <= balanced! && balanced! <= reliability!, 'goals compare what one usage gives')
    assert.notEqual(reliability, 2, 'and not what is published')
    assert.ok(its.containers[0]!.cpuCores.now!.request === 4 && its.money.stillToSave! > 0)
    assert.deepEqual(its.recommendation, { name: 'deployment-office', state: 'Pending', learned: 1, pending: 2 })
    assert.deepEqual(its.waiting, {
      state: 'Pending',
      forWhom: 'somebody who may "approve" recommendations.plimsoll.dev in namespace shop',
      since: time,
      says: 'Revision 2 waits for approval.',
    })
    assert.equal(found.total.waiting, 1)
    assert.ok(!noted(found).includes('NotLearned'))
  })

  test("reads usage from Prometheus, and the author's values from the cluster", {
    skip: whyNoPrometheus() ?? false,
  }, async (t) => {
    const server = await startPrometheus(shopStore(endSeconds(), { kubeStateMetrics: true }))
    t.after(() => server.stop())
    const found = await insight(reader, '--cluster', '--prometheus', server.url)
    const web = find(found, 'web')
    assert.deepEqual([web.pods, web.reserved], [2, { cpuCores: 4, memoryBytes: 2 * GIB }], 'as the cluster has it')
    assert.ok(Math.abs(web.used.cpuCores! - 0.4) < 0.01 && web.learned.cpuCores! < 1, 'as Prometheus has it')
    assert.ok(web.money.stillToSave! > 0)
    assert.equal(web.containers[0]!.oomKills, 1, 'of the status of its Pod')
    assert.ok(!found.workloads.some(({ name }) => name === 'old' || name === 'api'), 'what the cluster does not have')
    assert.ok(!noted(found).includes('AuthorsMissing') && !noted(found).includes('UsageMissing'))
    assert.equal(found.sources.length, 2)
  })

  test('covers several clusters in one report, and names one that cannot be read', async () => {
    const config = parse(readFileSync(reader.kubeconfig, 'utf8')) as {
      contexts: [{ context: object }]
      clusters: object[]
    }
    const [{ context }] = config.contexts
    const kubeconfig = join(cluster.directory, 'several.kubeconfig')
    const gone = { name: 'gone', cluster: { server: 'https://127.0.0.1:1' } }
    const contexts = [
      ...['eu', 'again'].map((name) => ({ name, context })),
      { name: 'gone', context: { ...context, cluster: 'gone' } },
    ]
    writeFileSync(kubeconfig, stringify({ ...config, clusters: [...config.clusters, gone], contexts }), { mode: 0o600 })
    const args = ['report', '--kubeconfig', kubeconfig, '--context', 'eu', 'gone', 'again', '--prices', prices]
    const { status, stdout, stderr } = await reader.plimsoll(...args, '-o', 'json')
    assert.equal(status, 1)
    assert.match(stderr, /cluster gone could not be read: .*ECONNREFUSED/)
    const list = JSON.parse(stdout) as FleetInsightList
    assert.deepEqual(
      [list.items.map(({ cluster }) => cluster), list.unread.map(({ cluster }) => cluster)],
      [['eu'], ['gone', 'again']],
    )
    assert.match(stderr, /cluster again could not be read: it is the same cluster as eu/)
    assert.ok(isDeepStrictEqual(list.total, list.items[0]!.total))
    const table = await reader.plimsoll(...args)
    assert.match(table.stdout, /\nClusters\n(.*\n){2} {2}eu .*\n.*\n {2}all /)
  })

  test('shows what the minimum replicas of an HPA cost, and the target that keeps the scale point', {
    skip: whyNoPrometheus() ?? false,
  }, async (t) => {
    const server = await startPrometheus(shopStore(endSeconds(), { kubeStateMetrics: true }))
    t.after(() => server.stop())
    await cluster.apply({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { namespace: 'shop', name: 'web' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        ...{ minReplicas: 3, maxReplicas: 9 },
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 20 } } },
        ],
      },
    })
    const { autoscaled, learned } = find(await insight(reader, '--cluster', '--prometheus', server.url), 'web')
    assert.deepEqual([autoscaled?.name, autoscaled?.minReplicas, autoscaled?.maxReplicas], ['web', 3, 9])
    assert.deepEqual(autoscaled?.minimum.now.cpuCores, 6)
    assert.ok(Math.abs(autoscaled!.atMinimumShare! - 10 / 14) < 0.02, 'of the minimum that there was in Prometheus')
    const keeps = Math.floor((20 * 4) / learned.cpuCores! + 1e-9)
    assert.deepEqual(autoscaled?.targets, [{ resource: 'cpu', utilization: 20, keeps }])
    const { stdout } = await reader.plimsoll('report', '--cluster', '--prometheus', server.url)
    assert.match(stdout, /\nScaled by HPAs\n/)
  })

  test('writes nothing, and only sends requests that a reader may send', async () => {
    const beforehand = await stored()
    for (const output of ['table', 'wide', 'csv']) {
      const { status, stderr } = await reader.plimsoll('report', '-o', output, '--prices', prices)
      assert.equal(status, 0, stderr)
    }
    const afterwards = await stored()
    assert.ok(Object.keys(beforehand).length > 10)
    assert.ok(isDeepStrictEqual(afterwards, beforehand), 'an object has another version than before')
    const asked = audit.askedBy(reader.name)
    assert.ok(asked.includes('list pods') && asked.includes('list recommendations'), asked.join(', '))
    for (const one of asked) assert.match(one, /^(get|list) /)
  })

  test('works for a user who may read the Pods of one namespace, and says what is missing', async () => {
    const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'pods' }
    await cluster.apply(
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { namespace: 'shop', name: 'pods' },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { namespace: 'shop', name: 'modest' },
        roleRef: role,
        subjects: [{ kind: 'ServiceAccount', namespace: 'people', name: 'modest' }],
      },
    )
    const modest = await makePerson(cluster, 'people', 'modest', [])
    const found = await insight(modest, '-n', 'shop')
    assert.equal(found.total.workloads, 3)
    assert.deepEqual(noted(found).filter((code) => code === 'NotReadable').length, 4)
    for (const { code, says } of found.notes) if (code === 'NotReadable') assert.match(says, /forbidden/)
    const { status, stdout, stderr } = await modest.plimsoll('report')
    assert.deepEqual([status, stdout], [1, ''])
    assert.match(stderr, /^plimsoll: .*pods is forbidden/)
  })

  test('selects Pods by labels', async () => {
    const found = await insight(reader, '-l', 'app=db')
    assert.deepEqual(
      found.workloads.map(({ name }) => name),
      ['db'],
    )
  })
})
