// 500 running Pods of 40 workloads on nodes with simulated kubelets: all end with the applied values, or state why not.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Revision } from '../../../src/api/index.ts'
import { parseQuantity } from '../../../src/resources/index.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { recommendationOf } from '../loop/sight.ts'
import { type Administered, adminClient, startAdministered } from '../support/admin.ts'
import { inParallel } from '../support/api.ts'
import { installCrds } from '../support/crds.ts'
import { makeNamespace } from '../support/namespace.ts'
import { carries, plant, revisionOf } from '../support/planting.ts'
import { type Program, startProgram } from '../support/program.ts'
import { type AuditTrail, auditWrites, mostPerSecond } from './audit-trail.ts'
import { PlayedKubelets } from './played-kubelet.ts'

const WORKLOADS = 40
const PODS = 500
const NODES = Array.from({ length: 5 }, (_, i) => ({
  name: `played-${i}`,
  allocatable: { cpu: '40', memory: '64Gi' },
}))
const SETTINGS = {
  learner: { sampleEverySeconds: 5, publishEverySeconds: 5 },
  bounds: { cpu: { min: '1m' } },
  apply: { running: 'inPlace', podsPerSecond: 20, podsPerNode: 4, betweenBatches: '1s', raiseShare: 1 },
}

type Values = Omit<Revision['containers'][number], 'name'>
interface Kind {
  readonly resources: object
  readonly applied: Values
  /** Why its Pods keep their values; undefined if they get the applied ones. */
  readonly stays?: string
  readonly sidecar?: true
  readonly container?: object
  readonly annotations?: Readonly<Record<string, string>>
  readonly namespace?: string
  /** Requests of `app` at the end, if they are not those of the revision. */
  readonly ends?: Readonly<Record<string, string>>
}

const requests = (cpu: string, memory: string) => ({ cpu, memory })
const LAVISH: Kind = { resources: { requests: requests('200m', '128Mi') }, applied: { cpu: { request: '50m' } } }
const SCANTY: Kind = {
  resources: { requests: requests('50m', '64Mi'), limits: { memory: '256Mi' } },
  applied: { cpu: { request: '120m' }, memory: { request: '96Mi', limit: '256Mi' } },
}
const GUARANTEED: Kind = {
  resources: { requests: requests('150m', '64Mi'), limits: requests('150m', '64Mi') },
  applied: { cpu: { request: '60m', limit: '60m' }, memory: { request: '96Mi', limit: '96Mi' } },
}
const SIDECAR: Kind = { ...LAVISH, sidecar: true }
const LIMITED: Kind = { ...LAVISH, namespace: 'limited', ends: requests('100m', '128Mi') }
/** The revision that the webhook gave to new Pods. */
const FITS: Kind = {
  resources: { requests: requests('70m', '64Mi') },
  applied: { cpu: { request: '70m' } },
  annotations: {
    'plimsoll.dev/decision': JSON.stringify({
      ...{ revision: 1, containers: { app: { cpu: { request: ['200m', '70m'] } } } },
      ...{ kept: { 'app.memory': '64Mi/' }, reasons: { 'app.memory': ['NotInAppliedRevision'] } },
    }),
  },
}
const BEST_EFFORT: Kind = { resources: {}, applied: { cpu: { request: '50m' } }, stays: 'BestEffortRuns' }
const RESTARTS: Kind = {
  ...{ ...LAVISH, stays: 'RestartNeeded' },
  container: { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] },
}
const BY_ANNOTATION: Kind = {
  ...{ ...LAVISH, stays: 'NewPodsOnly' },
  annotations: { 'plimsoll.dev/apply-running': 'never' },
}
const QUOTA: Kind = {
  ...SCANTY,
  namespace: 'quota',
  stays: 'HeldByQuota',
  applied: { memory: { request: '96Mi', limit: '256Mi' } },
}

/** Kind of each workload, by its number. */
const KINDS = [
  ...Array.from({ length: 5 }, () => LAVISH),
  ...Array.from({ length: 3 }, () => SCANTY),
  ...[GUARANTEED, GUARANTEED, SIDECAR, SIDECAR, LIMITED, LIMITED],
  ...Array.from({ length: 16 }, () => FITS),
  ...[BEST_EFFORT, BEST_EFFORT, RESTARTS, RESTARTS, RESTARTS, BY_ANNOTATION, BY_ANNOTATION, QUOTA, QUOTA, QUOTA],
]

interface Pod {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: { readonly containers: readonly { readonly resources: Resources }[] }
  readonly status: {
    readonly qosClass: string
    readonly containerStatuses: readonly { readonly restartCount: number; readonly resources?: Resources }[]
  }
}
type Resources = Readonly<Partial<Record<'requests' | 'limits', Readonly<Record<string, string>>>>>

const workloadOf = (number: number) => ({
  namespace: KINDS[number]!.namespace ?? `team-${number % 8}`,
  kind: 'StatefulSet',
  name: `web-${number}`,
})

function podOf(index: number) {
  const number = index % WORKLOADS
  const { namespace, kind, name } = workloadOf(number)
  const { resources, sidecar, container, annotations } = KINDS[number]!
  const app = { image: 'web:1', resources, ...container }
  return {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: {
      ...{ namespace, name: `${name}-${Math.floor(index / WORKLOADS)}`, labels: { app: name }, annotations },
      ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: `uid-of-${name}`, controller: true }],
    },
    spec: {
      nodeName: NODES[index % NODES.length]!.name,
      automountServiceAccountToken: false,
      ...(sidecar && { initContainers: [{ ...app, name: 'proxy', restartPolicy: 'Always' }] }),
      containers: [{ ...app, name: 'app' }],
    },
  }
}

describe(`${PODS} running Pods of ${WORKLOADS} workloads`, { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  let audit: AuditTrail
  let kubelets: PlayedKubelets
  let learner: Program
  let opsPort: unknown
  const ending = new AbortController()
  let playing: Promise<void>

  before(async () => {
    assert.equal(KINDS.length, WORKLOADS)
    audit = auditWrites()
    cluster = await startAdministered({ controllers: false, apiserverArgs: audit.args })
    await installCrds(cluster)
    await makeNamespace(cluster, 'plimsoll')
    for (const namespace of new Set(KINDS.map((_, number) => workloadOf(number).namespace)))
      await makeNamespace(cluster, namespace, 'auto')
    const limits = [{ type: 'Container', min: { cpu: '100m' } }]
    const hard = { 'requests.memory': '2496Mi' }
    await cluster.apply(
      { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'floor', namespace: 'limited' }, spec: { limits } },
      { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'memory', namespace: 'quota' }, spec: { hard } },
    )
    // No controller counts usage here, so the test sets the quota to what the Pods of the namespace request.
    const status = { hard, used: { 'requests.memory': '0' } }
    const quota = '/api/v1/namespaces/quota/resourcequotas/memory/status'
    const put = (used: string) =>
      cluster.api.call(
        'PATCH',
        quota,
        { status: { ...status, used: { 'requests.memory': used } } },
        'application/merge-patch+json',
      )
    await put('0')
    kubelets = new PlayedKubelets(cluster, NODES)
    await kubelets.register()
    playing = kubelets.run(await adminClient(cluster), ending.signal)
    await inParallel(
      Array.from({ length: PODS }, (_, index) => podOf(index)),
      16,
      async (pod) => {
        const { status, text } = await cluster.api.call(
          'POST',
          `/api/v1/namespaces/${pod.metadata.namespace}/pods`,
          pod,
        )
        assert.equal(status, 201, text)
      },
    )
    await put('2496Mi')
    await until(
      'all Pods to run',
      async () => (await pods()).every((pod) => pod.status.containerStatuses?.length > 0),
      {
        timeoutMilliseconds: 60_000,
      },
    )
    learner = startProgram(cluster, 'learner', ['--host=127.0.0.1', '--ops-port=0'], SETTINGS)
    opsPort = (await learner.logged('waiting to lead')).opsPort
    await learner.logged('leading')
    await inParallel(
      KINDS.map((kind, number) => ({ kind, number })),
      8,
      async ({ kind, number }) => {
        const { applied, sidecar } = kind
        await plant(cluster.client, workloadOf(number), {
          applied: revisionOf(1, { app: applied, ...(sidecar && { proxy: applied }) }),
        })
      },
    )
  })
  after(async () => {
    ending.abort()
    await playing?.catch(() => {})
    await learner?.kill()
    await cluster?.stop()
    audit?.remove()
  })

  const pods = async () => (await cluster.read<{ items: Pod[] }>('/api/v1/pods'))!.items

  test('end with the applied values or state why not, within the write budget', async (t) => {
    const startedAt = performance.now()
    const numberOf = ({ metadata: { name } }: Pod) => Number(name.split('-')[1])
    const isDone = (pod: Pod) => KINDS[numberOf(pod)]!.stays !== undefined || carries(pod, 1)
    let done = 0
    const after = await until(
      'all Pods to have what is applied',
      async () => {
        const all = await pods()
        const count = all.filter(isDone).length
        if (count - done >= 50) {
          done = count
          say(`${count} of ${all.length} Pods are done after ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
        }
        if (count === all.length) return all
        const waiting = all.filter((pod) => !isDone(pod))
        throw new Error(
          waiting.map(({ metadata }) => `${metadata.name} ${JSON.stringify(metadata.annotations)}`).join('\n'),
        )
      },
      { timeoutMilliseconds: 220_000, everyMilliseconds: 3_000 },
    )
    const seconds = (performance.now() - startedAt) / 1000
    for (const pod of after) {
      const { applied, ends, stays, resources } = KINDS[numberOf(pod)]!
      const { requests: now = {} } = pod.spec.containers[0]!.resources
      const before = podOf(numberOf(pod)).spec.containers[0]!.resources as Resources
      const want = stays ? before.requests : { ...(resources as Resources).requests, ...wanted(applied), ...ends }
      assert.deepEqual(now, want ?? {}, `${pod.metadata.name}`)
      assert.equal(pod.status.containerStatuses[0]!.restartCount, 0)
      const cpu = parseQuantity(now.cpu)
      if (cpu !== undefined) assert.ok(cpu >= parseQuantity('1m')! && cpu <= parseQuantity('16')!)
      assert.equal(pod.status.qosClass, qosOf(before), pod.metadata.name)
    }
    for (const [number, { stays }] of KINDS.entries()) {
      if (!stays) continue
      await until(`web-${number} to say ${stays}`, async () => {
        const status = await recommendationOf(cluster, workloadOf(number))
        return status?.running?.waiting?.some(({ reason }) => reason === stays)
      })
    }
    const writes = audit.writes()
    const of = (kind: string) => writes.filter((one) => one.kind === kind)
    const applying = mostPerSecond(of('apply'), 10)
    const others = mostPerSecond(of('other'), 10)
    t.diagnostic(
      `${after.length} Pods in ${seconds.toFixed(0)} s: ${of('apply').length} writes for running Pods (at most ${applying.toFixed(1)}/s over 10 s), ` +
        `${of('dry run').length} dry runs, ${of('other').length} other writes (at most ${others.toFixed(1)}/s), ${of('event').length} for Events`,
    )
    assert.ok(applying <= 6, `${applying} writes per second for running Pods`)
    assert.ok(mostPerSecond(of('other'), 30) <= 6, 'the other writes keep to their budget')
    assert.deepEqual(
      of('apply').filter(({ what }) => /^(delete|create)/.test(what)),
      [],
    )
    for (const [node, share] of kubelets.most) assert.ok(share <= 1, `${node} was promised ${share} of what it has`)
    assert.equal(kubelets.deferred, 0, 'no resize was sent for which a node had no room')
  })

  test('cost no requests to the API server when there is nothing to do', async () => {
    const count = () => audit.writes().filter(({ kind }) => kind === 'apply' || kind === 'dry run').length
    const before = count()
    const looks = new Set<string>()
    await until('five passes over all Pods', async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text()
      const [, lookedAt] = /^plimsoll_apply_looked_at_timestamp_seconds (.+)$/m.exec(metrics)!
      // The first pass may have begun before.
      return looks.add(lookedAt!).size > 6
    })
    assert.equal(count(), before)
  })
})

function wanted({ cpu, memory }: Values) {
  return { ...(cpu && { cpu: cpu.request }), ...(memory && { memory: memory.request }) }
}

function qosOf({ requests: asked, limits }: Resources): string {
  if (!asked && !limits) return 'BestEffort'
  return JSON.stringify(asked) === JSON.stringify(limits) ? 'Guaranteed' : 'Burstable'
}
