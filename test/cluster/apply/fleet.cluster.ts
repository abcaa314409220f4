// 90 running Pods of 20 workloads on a real node: all end with the applied values, or state why not.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Revision } from '../../../src/api/index.ts'
import type { KubeClient } from '../../../src/kube/index.ts'
import { parseQuantity, RESOURCES } from '../../../src/resources/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import { type Cluster, clusterObstacle, startCluster, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { recommendationOf } from '../loop/sight.ts'
import { adminClient } from '../support/admin.ts'
import { installCrds } from '../support/crds.ts'
import { makeNamespace } from '../support/namespace.ts'
import { carries, learnedWithPeak, plant, recordOn, revisionOf } from '../support/planting.ts'
import { type Program, startProgram } from '../support/program.ts'
import { type AuditTrail, auditWrites, mostPerSecond } from './audit-trail.ts'
import { type PromisedPod, promisedTo } from './node-promise.ts'

const PODS = 90
const SETTINGS = {
  learner: { sampleEverySeconds: 5, publishEverySeconds: 5 },
  bounds: { cpu: { min: '1m' }, memory: { min: '4Mi' } },
  step: { maxDecrease: 1 },
  changes: { every: '1s' },
  apply: { running: 'inPlace', podsPerNode: 4, podsPerSecond: 10, betweenBatches: '1s', raiseShare: 1 },
}

type Amounts = Readonly<Partial<Record<'cpu' | 'memory', string>>>
type Values = Omit<Revision['containers'][number], 'name'>

interface Case {
  readonly name: string
  readonly kind?: 'Deployment' | 'StatefulSet' | 'Job'
  readonly namespace?: string
  readonly replicas: number
  readonly requests?: Amounts
  readonly limits?: Amounts
  readonly applied: Values
  /** Requests at the end, if they are not the applied ones. */
  readonly ends?: Amounts
  /** Reasons for which its Pods may keep their values. */
  readonly stays?: readonly string[]
  readonly container?: object
  readonly sidecar?: true
  readonly annotations?: Readonly<Record<string, string>>
}

const over = (name: string, replicas: number): Case => ({
  ...{ name, replicas, requests: { cpu: '22m', memory: '12Mi' } },
  applied: { cpu: { request: '4m' }, memory: { request: '8Mi' } },
})
const under = (name: string): Case => ({
  ...{ name, replicas: 5, requests: { cpu: '2m', memory: '6Mi' } },
  applied: { cpu: { request: '7m' }, memory: { request: '10Mi' } },
})
const guaranteed = (name: string): Case => ({
  ...{ name, kind: 'StatefulSet', replicas: 4 },
  ...{ requests: { cpu: '20m', memory: '16Mi' }, limits: { cpu: '20m', memory: '16Mi' } },
  applied: { cpu: { request: '8m', limit: '8m' }, memory: { request: '24Mi', limit: '24Mi' } },
})
const CPU = { requests: { cpu: '12m', memory: '8Mi' }, applied: { cpu: { request: '3m' } } }

const CASES: readonly Case[] = [
  ...[over('over-1', 6), over('over-2', 6), over('over-3', 6), over('over-4', 5), over('over-5', 5)],
  ...[under('under-1'), under('under-2'), under('under-3'), guaranteed('equal-1'), guaranteed('equal-2')],
  { ...CPU, name: 'sidecar', replicas: 4, sidecar: true },
  { ...CPU, name: 'batch', kind: 'Job', replicas: 3 },
  {
    name: 'scaled',
    replicas: 3,
    requests: CPU.requests,
    applied: { held: { cpu: 'HeldForHpa' }, memory: { request: '6Mi' } },
  },
  { ...CPU, name: 'floored', namespace: 'limited', replicas: 6, ends: { cpu: '9m' } },
  {
    ...{ name: 'counted', namespace: 'quota', replicas: 6, requests: { cpu: '2m', memory: '6Mi' } },
    applied: { cpu: { request: '4m' } },
    stays: ['HeldByQuota'],
  },
  {
    ...{ ...CPU, name: 'restarts', replicas: 4, stays: ['RestartNeeded'] },
    container: { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] },
  },
  { ...CPU, name: 'guarded', replicas: 4 },
  {
    ...{ ...CPU, name: 'by-annotation', replicas: 3, stays: ['NewPodsOnly'] },
    annotations: { 'plimsoll.dev/apply-running': 'never' },
  },
  { name: 'best-effort', replicas: 3, applied: { cpu: { request: '3m' } }, stays: ['BestEffortRuns'] },
  {
    ...{ name: 'roomy', replicas: 3, requests: { cpu: '2m', memory: '8Mi' }, limits: { memory: '64Mi' } },
    applied: { memory: { request: '8Mi', limit: '32Mi' } },
    stays: ['MemoryInUse', 'UsageNotKnown'],
  },
]

const namespaceOf = ({ namespace = 'shop' }: Case) => namespace
const workloadOf = (one: Case): Workload => ({
  ...{ namespace: namespaceOf(one), kind: one.kind ?? 'Deployment', name: one.name },
})

function manifest(one: Case): object {
  const { name, kind = 'Deployment', replicas, requests, limits, container, sidecar, annotations } = one
  const labels = { app: name, ...(kind === 'Job' && { 'plimsoll.dev/workload': name }) }
  const app = {
    ...{ name: 'app', image: 'idle:1', command: ['sleep', '86400'] },
    resources: { ...(requests && { requests }), ...(limits && { limits }) },
    ...container,
  }
  const spec = {
    ...{ terminationGracePeriodSeconds: 0, automountServiceAccountToken: false, enableServiceLinks: false },
    ...(sidecar && { initContainers: [{ ...app, name: 'proxy', restartPolicy: 'Always' }] }),
    ...(kind === 'Job' && { restartPolicy: 'Never' }),
    containers: [app],
  }
  const template = { metadata: { labels, annotations }, spec }
  const selected = { replicas, selector: { matchLabels: { app: name } }, template }
  const specs = {
    Deployment: selected,
    StatefulSet: { ...selected, serviceName: name, podManagementPolicy: 'Parallel' },
    Job: { parallelism: replicas, completions: replicas, template },
  }
  const apiVersion = kind === 'Job' ? 'batch/v1' : 'apps/v1'
  return { apiVersion, kind, metadata: { name, namespace: namespaceOf(one) }, spec: specs[kind] }
}

interface Pod extends PromisedPod {
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly namespace: string
    readonly creationTimestamp: string
    readonly labels: { readonly app?: string }
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly status: PromisedPod['status'] & {
    readonly qosClass: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

describe(`${PODS} running Pods of ${CASES.length} workloads`, { skip: clusterObstacle() ?? false }, () => {
  let cluster: Cluster
  let client: KubeClient
  let audit: AuditTrail
  let learner: Program

  before(async () => {
    assert.equal(
      CASES.reduce((sum, { replicas }) => sum + replicas, 0),
      PODS,
    )
    audit = auditWrites()
    cluster = await startCluster({ apiserverArgs: audit.args })
    await cluster.image('idle:1', { from: 'busybox', command: ['sleep', '86400'] })
    client = await adminClient(cluster)
    await installCrds(cluster)
    await makeNamespace(cluster, 'plimsoll')
    for (const namespace of new Set(CASES.map(namespaceOf))) await makeNamespace(cluster, namespace, 'auto')
    const named = (apiVersion: string, kind: string, name: string, namespace: string, spec: object) => ({
      ...{ apiVersion, kind, metadata: { name, namespace }, spec },
    })
    const selector = { matchLabels: { app: 'guarded' } }
    const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'scaled' }
    const metric = {
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
    }
    await cluster.apply(
      named('v1', 'LimitRange', 'floor', 'limited', { limits: [{ type: 'Container', min: { cpu: '9m' } }] }),
      // Two of six Pods may get more.
      named('v1', 'ResourceQuota', 'cpu', 'quota', { hard: { 'requests.cpu': '16m' } }),
      named('policy/v1', 'PodDisruptionBudget', 'guarded', 'shop', { maxUnavailable: 0, selector }),
      named('autoscaling/v2', 'HorizontalPodAutoscaler', 'scaled', 'shop', {
        ...{ minReplicas: 3, maxReplicas: 3, scaleTargetRef: target, metrics: [metric] },
      }),
      ...CASES.map(manifest),
    )
    learner = startProgram(cluster, 'learner', ['--host=127.0.0.1', '--ops-port=0'], SETTINGS)
    await until(
      'all Pods to be ready',
      async () => {
        const all = await pods()
        return all.length === PODS && all.every(isReady)
      },
      { timeoutMilliseconds: 150_000, everyMilliseconds: 1_000 },
    )
    say('all Pods are ready')
    await learner.logged('leading')
  })
  after(async () => {
    await learner?.kill()
    client?.close()
    await cluster?.stop()
    audit?.remove()
  })

  const onNode = async () => (await cluster.read<{ items: Pod[] }>('/api/v1/pods'))!.items
  const pods = async () =>
    (await onNode()).filter(({ metadata }) => CASES.some((one) => one.name === metadata.labels?.app))
  const caseOf = ({ metadata }: Pod) => CASES.find(({ name }) => name === metadata.labels.app)!
  const isReady = ({ status }: Pod) =>
    status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')

  test('end with the applied values or state why not, without a restart, a change of QoS class or a value outside the bounds', async (t) => {
    const before = new Map((await pods()).map((pod) => [pod.metadata.uid, pod]))
    const startedAt = performance.now()
    for (const one of CASES) {
      const applied = revisionOf(1, { app: one.applied, ...(one.sidecar && { proxy: one.applied }) })
      await plant(client, workloadOf(one), { applied, learned: learnedWithPeak(applied, '4Mi') })
    }
    const node = await cluster.read<{ status: { allocatable: Record<string, string> } }>(
      `/api/v1/nodes/${cluster.nodeName}`,
    )
    const most = { cpu: 0, memory: 0 }
    const after = await until(
      'all Pods to have what is applied',
      async () => {
        const all = await onNode()
        const promised = promisedTo(all)
        for (const resource of RESOURCES) {
          const share = Number(promised[resource]) / Number(parseQuantity(node!.status.allocatable[resource]))
          most[resource] = Math.max(most[resource], share)
        }
        const ours = all.filter(({ metadata }) => CASES.some(({ name }) => name === metadata.labels?.app))
        const undone = ours.filter((pod) => !caseOf(pod).stays && !carries(pod, 1))
        const underWay = ours.filter((pod) => recordOn(pod)?.intended !== undefined)
        return undone.length === 0 && underWay.length === 0 && ours
      },
      { timeoutMilliseconds: 150_000, everyMilliseconds: 500 },
    )
    const seconds = (performance.now() - startedAt) / 1000
    assert.equal(after.length, PODS)
    for (const one of CASES) {
      const its = after.filter((pod) => caseOf(pod) === one)
      const { running } = (await recommendationOf(cluster, workloadOf(one))) ?? {}
      const said = running?.waiting?.map(({ reason }) => reason) ?? []
      for (const pod of its) {
        const { name } = pod.metadata
        const was = before.get(pod.metadata.uid)
        assert.ok(was, `${name} is the same Pod`)
        const { app } = Object.fromEntries(pod.spec.containers.map((container) => [container.name, container]))
        const now = app!.resources?.requests ?? {}
        const wants = { ...one.requests, ...wanted(one.applied), ...one.ends }
        if (!one.stays) assert.deepEqual(now, wants, name)
        else if (JSON.stringify(now) !== JSON.stringify(wants))
          await until(`${one.name} to say why not`, async () => {
            const { running } = (await recommendationOf(cluster, workloadOf(one))) ?? {}
            return running?.waiting?.some(({ reason }) => one.stays!.includes(reason))
          })
        assert.equal(pod.status.qosClass, was.status.qosClass, name)
        const lives = ({ status }: Pod) =>
          status.containerStatuses?.map(({ restartCount, containerID }) => [restartCount, containerID])
        assert.deepEqual(lives(pod), lives(was), `no container of ${name} was restarted`)
        for (const resource of RESOURCES) {
          const value = parseQuantity(now[resource])
          const min = parseQuantity({ cpu: '1m', memory: '4Mi' }[resource])!
          if (value !== undefined) assert.ok(value >= min, `${name}: ${now[resource]}`)
        }
      }
      say(`${one.name}: ${its.filter((pod) => carries(pod, 1)).length} of ${its.length} carry it; ${said.join(', ')}`)
    }
    const writes = audit.writes()
    const of = (kind: string) => writes.filter((one) => one.kind === kind)
    const applying = mostPerSecond(of('apply'), 10)
    t.diagnostic(
      `${after.length} Pods in ${seconds.toFixed(0)} s: ${of('apply').length} writes for running Pods (at most ${applying.toFixed(1)}/s over 10 s), ` +
        `${of('dry run').length} dry runs; the node was promised at most ${percent(most.cpu)} of its CPU and ${percent(most.memory)} of its memory`,
    )
    assert.ok(applying <= 6, `${applying} writes per second`)
    assert.deepEqual(
      of('apply').filter(({ what }) => !/^patch pods(\/resize)? /.test(what)),
      [],
    )
    for (const resource of RESOURCES) assert.ok(most[resource] <= 1, `${resource}: ${most[resource]}`)
  })
})

function wanted({ cpu, memory }: Values): Amounts {
  return { ...(cpu && { cpu: cpu.request }), ...(memory && { memory: memory.request }) }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}
