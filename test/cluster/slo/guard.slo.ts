// SLOs guard changes on a real node: a change that makes its Pod slow is rolled back, an outage of all Pods rolls nothing back, and
// nothing is lowered without figures.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { API_VERSION } from '../../../src/api/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import { clusterObstacle, Processes, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { podsOf, recommendationOf } from '../loop/sight.ts'
import { makeNamespace } from '../support/namespace.ts'
import { carries, plant, revisionOf } from '../support/planting.ts'
import { startLoad } from './load.ts'
import { addressOf, type ServicePod, serviceManifests, servicePods, setWaiting } from './service.ts'
import { scrapePods, startWorld, type World } from './world.ts'

const NAMESPACE = 'shop'
/** The share of eight processes: the neighbour fills the node, and the other processes of the machine still run. */
const CPU_SHARES = 8_192
const PER_SECOND = 30
/** p98 below 100 ms: 14.4 times the budget burns fast, and a Pod with an eighth of its CPU exceeds that twice. */
const EDGE_SECONDS = 0.1
const PERCENTILE = 98
const BUDGET = 0.02
const FAST_SHARE = 14.4 * BUDGET
const LONG_WINDOW_SECONDS = 60
const PATIENTLY = { timeoutMilliseconds: 180_000, everyMilliseconds: 500 }

const SETTINGS = {
  approval: { confidence: { low: 0, medium: 0, high: 0 }, minimumDays: 0 },
  // Long enough that only one Pod gets the revision during a test.
  apply: { running: 'inPlace', betweenBatches: '15m', raiseShare: 1 },
}
const SLO = {
  name: 'latency',
  latency: { percentile: PERCENTILE, below: `${EDGE_SECONDS * 1000}ms` },
  from: { preset: { name: 'http' } },
}
const metadata = { name: 'latency', namespace: NAMESPACE }
const POLICY = { apiVersion: API_VERSION, kind: 'SizingPolicy', metadata, spec: { slos: [SLO] } }

const workloadOf = (name: string): Workload => ({ namespace: NAMESPACE, kind: 'Deployment', name })
const CHECKOUT = workloadOf('checkout')
const SEARCH = workloadOf('search')
const CATALOG = workloadOf('catalog')

/** Without a CPU limit: on a full node, CPU is shared by requests. */
function serviceOf(workload: Workload, replicas: number): object[] {
  const resources = { requests: { cpu: '200m', memory: '64Mi' }, limits: { memory: '128Mi' } }
  return serviceManifests({ workload, replicas, cpuMilliseconds: 3, resources })
}

/** A Pod that uses all the CPU that it gets. */
const NEIGHBOUR = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'neighbour', namespace: 'batch' },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: ['one', 'two'].map((name) => ({
      ...{ name, image: 'busybox:1', command: ['sh', '-c', 'while :; do :; done'] },
      resources: { requests: { cpu: '400m', memory: '16Mi' } },
    })),
  },
}

describe('a change of a service with an SLO', { skip: clusterObstacle('k6', 'service') ?? false }, () => {
  let world: World

  before(async () => {
    world = await startWorld({ settings: SETTINGS, cpuShares: CPU_SHARES })
    const { cluster } = world
    await cluster.image('busybox:1', { from: 'busybox', command: ['sleep', '100000'] })
    await makeNamespace(cluster, 'batch')
    await makeNamespace(cluster, NAMESPACE, 'auto')
    await cluster.apply(POLICY)
  })
  after(() => world?.stop())

  const cpuOf = (request: string, revision: number, name: string) =>
    revisionOf(revision, { [name]: { cpu: { request } } })
  const remove = (kind: string, { namespace, name }: { readonly namespace: string; readonly name: string }) =>
    world.cluster.kubectl(['delete', kind, name, `--namespace=${namespace}`, '--wait=false'])
  const statusOf = async (workload: Workload) => (await recommendationOf(world.cluster, workload)) ?? {}

  async function run(workload: Workload, replicas: number, perSecond: number): Promise<ServicePod[]> {
    const { cluster } = world
    await cluster.apply(...serviceOf(workload, replicas))
    const pods = await servicePods(cluster, workload, replicas)
    await startLoad(cluster, await addressOf(cluster, workload), perSecond)
    return pods
  }

  /** Share of slow requests of some Pods in the long window, from Prometheus. */
  async function slowShare(pods: readonly ServicePod[]): Promise<number> {
    const names = pods.map(({ name }) => name).join('|')
    const increase = (series: string) =>
      `sum(increase(http_request_duration_seconds_${series}[${LONG_WINDOW_SECONDS}s]))`
    const query = `1 - ${increase(`bucket{pod=~"${names}",le="${EDGE_SECONDS}"}`)} / ${increase(`count{pod=~"${names}"}`)}`
    const answer = await fetch(`${world.prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`)
    type Answer = { data: { result: { value: [number, string] }[] } }
    return Number(((await answer.json()) as Answer).data.result[0]?.value[1])
  }

  async function carrierOf(workload: Workload, revision: number) {
    return await until(
      `a Pod of ${workload.name} with revision ${revision}`,
      async () => (await podsOf(world.cluster, workload)).find((pod) => carries(pod, revision)),
      PATIENTLY,
    ).catch(async (error: Error) => {
      const { running, slos } = await statusOf(workload)
      throw new Error(
        `${error.message} It waits for ${JSON.stringify(running?.waiting)}, with ${JSON.stringify(slos)}.`,
      )
    })
  }

  test('is rolled back within two windows when it makes its Pod slow, although no container was killed or throttled', async (t) => {
    const { client, cluster, prometheus } = world
    const pods = await run(CHECKOUT, 3, PER_SECOND)
    scrapePods(prometheus, pods)
    await cluster.apply(NEIGHBOUR)
    // Other tests need the node.
    t.after(() => Promise.all([remove('pod', NEIGHBOUR.metadata), remove('deployment', CHECKOUT)]))
    await until('latency of a window beside the neighbour', async () => (await slowShare(pods)) <= BUDGET, PATIENTLY)
    await plant(client, CHECKOUT, {
      lastGood: cpuOf('200m', 1, CHECKOUT.name),
      applied: cpuOf('25m', 2, CHECKOUT.name),
    })
    const carrier = await carrierOf(CHECKOUT, 2)
    const startedAt = performance.now()
    const { changelog = [] } = await until(
      'the rollback',
      async () => {
        const status = await statusOf(CHECKOUT)
        return status.changelog?.some(({ reason, from }) => reason === 'RolledBack' && from === 2) && status
      },
      PATIENTLY,
    )
    const seconds = (performance.now() - startedAt) / 1000
    const entry = changelog.find(({ reason }) => reason === 'RolledBack')!
    say(`rolled back after ${seconds.toFixed(0)} s: ${entry.message}`)
    assert.ok(seconds <= 2 * LONG_WINDOW_SECONDS, `${seconds} s`)
    assert.match(entry.message ?? '', /SLO latency/)
    const after = await until(
      'its CPU to come back',
      async () => {
        const all = await podsOf(cluster, CHECKOUT)
        const pod = all.find(({ metadata }) => metadata.uid === carrier.metadata.uid)
        return pod?.spec.containers[0]?.resources.requests?.cpu === '200m' && pod
      },
      PATIENTLY,
    )
    assert.deepEqual(
      after.status.containerStatuses?.map(({ restartCount, lastState }) => ({ restartCount, lastState })),
      [{ restartCount: 0, lastState: {} }],
    )
    assert.equal(after.spec.containers[0]!.resources.limits?.cpu, undefined)
  })

  test('is not rolled back when all Pods become slow at the same time', async () => {
    const { client, prometheus } = world
    const pods = await run(SEARCH, 3, 30)
    scrapePods(prometheus, pods)
    await until('latency to be known', async () => (await slowShare(pods)) <= BUDGET, PATIENTLY)
    await plant(client, SEARCH, { lastGood: cpuOf('200m', 1, SEARCH.name), applied: cpuOf('150m', 2, SEARCH.name) })
    await carrierOf(SEARCH, 2)
    await Promise.all(pods.map((pod) => setWaiting(pod, 300)))
    await until('a whole window of the outage', async () => (await slowShare(pods)) > 0.99, PATIENTLY)
    const { slos } = await until(
      'the fast burn to be reported',
      async () => {
        const status = await statusOf(SEARCH)
        return status.slos?.[0]?.state === 'BurningFast' && status
      },
      PATIENTLY,
    )
    say(`outage: ${slos![0]!.message ?? slos![0]!.state}`)
    assert.ok((slos![0]!.share ?? 0) > FAST_SHARE)
    const { applied, changelog = [], rollback } = await statusOf(SEARCH)
    assert.equal(applied?.revision, 2)
    assert.equal(rollback, undefined)
    assert.ok(!changelog.some(({ reason }) => reason === 'RolledBack'))
    await carrierOf(SEARCH, 2)
    await Promise.all(pods.map((pod) => setWaiting(pod, 0)))
  })

  test('waits, and says so, while the series are missing and while Prometheus is down', async () => {
    const { client, cluster, plimsoll, prometheus } = world
    const pods = await run(CATALOG, 1, 10)
    await plant(client, CATALOG, { lastGood: cpuOf('200m', 1, CATALOG.name), applied: cpuOf('150m', 2, CATALOG.name) })
    const waits = async () => {
      const { running } = await statusOf(CATALOG)
      return running?.waiting?.find(({ reason }) => reason === 'WaitsForSlo')
    }
    say(`no series: ${JSON.stringify(await until('the decrease to wait', waits, PATIENTLY))}`)
    const missing = async () => (await statusOf(CATALOG)).slos?.[0]?.state === 'NoSeries'
    await until('the missing series to be reported', missing, PATIENTLY)
    const cpuNow = async () => (await podsOf(cluster, CATALOG))[0]?.spec.containers[0]?.resources.requests?.cpu
    assert.equal(await cpuNow(), '200m')

    // With the series, the same change is made.
    scrapePods(prometheus, pods)
    await until('the decrease', async () => (await cpuNow()) === '150m', PATIENTLY)
    const failures = () => plimsoll.learner!.logs().filter(({ msg }) => msg === 'SLOs could not be read').length
    const earlier = failures()
    await new Processes(cluster.directory).stop('prometheus')
    await until('the learner to miss Prometheus', () => failures() > earlier, PATIENTLY)
    await plant(
      client,
      CATALOG,
      { lastGood: cpuOf('150m', 2, CATALOG.name), applied: cpuOf('100m', 3, CATALOG.name) },
      { exists: true },
    )
    say(`Prometheus is down: ${JSON.stringify(await until('the next decrease to wait', waits, PATIENTLY))}`)
    assert.equal(await cpuNow(), '150m')
    assert.equal((await statusOf(CATALOG)).applied?.revision, 3)
    assert.equal((await statusOf(CATALOG)).rollback, undefined)
  })
})
