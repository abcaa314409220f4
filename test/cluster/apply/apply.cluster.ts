// The real learner resizes running Pods in place, and the real kubelet carries the resizes out.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { KubeClient } from '../../../src/kube/index.ts'
import { parseQuantity } from '../../../src/resources/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import { type Cluster, clusterObstacle, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { podsOf, recommendationOf, type SeenPod } from '../loop/sight.ts'
import { type LoopWorkload, loadImage, manifest, workloadIn } from '../loop/workloads.ts'
import { type LearningCluster, startLearningCluster } from '../support/learning-cluster.ts'
import { plant, recordOn, revisionOf } from '../support/planting.ts'

const SETTINGS = {
  learner: { sampleEverySeconds: 5, publishEverySeconds: 5 },
  approval: { confidence: { low: 0, medium: 0, high: 0 } },
  apply: { running: 'inPlace', betweenBatches: '3m' },
}
const NAMESPACE = 'shop'
const PATIENTLY = { timeoutMilliseconds: 180_000, everyMilliseconds: 500 }

type Quantities = Readonly<Record<'cpu' | 'memory', string>>

function working(
  kind: LoopWorkload['kind'],
  name: string,
  does: object,
  requests: Quantities,
  more: { readonly limits?: Partial<Quantities>; readonly replicas?: number } = {},
): LoopWorkload {
  const { limits, replicas = 1 } = more
  return { kind, name, behaviour: '', replicas, containers: { app: { does, requests, ...(limits && { limits }) } } }
}

const LAVISH = working('StatefulSet', 'lavish', { cores: 0.05, holdMiB: 30 }, { cpu: '1500m', memory: '128Mi' })
const OUTGROWN = working(
  'Deployment',
  'outgrown',
  { growMiBPerSecond: 6, growToMiB: 90 },
  { cpu: '10m', memory: '64Mi' },
  { limits: { memory: '96Mi' } },
)
const GROWING = working(
  ...(['Deployment', 'growing', { holdMiB: 10, leakMiBPerSecond: 0.75 }, { cpu: '10m', memory: '64Mi' }] as const),
  { limits: { memory: '600Mi' }, replicas: 3 },
)
const BY_HAND = working('Deployment', 'by-hand', {}, { cpu: '100m', memory: '64Mi' })

describe('Pods that run', { skip: clusterObstacle() ?? false }, () => {
  let running: LearningCluster | undefined
  let cluster: Cluster
  let client: KubeClient

  before(async () => {
    running = await startLearningCluster({ namespace: NAMESPACE, settings: SETTINGS, prepare: loadImage })
    ;({ cluster, client } = running)
  })
  after(() => running?.stop())

  const statusOf = async (workload: Workload) => (await recommendationOf(cluster, workload)) ?? {}
  const statusIn = (pod: SeenPod) => pod.status.containerStatuses?.[0] as (Running & { ready: boolean }) | undefined

  interface Running {
    readonly containerID: string
    readonly restartCount: number
    readonly resources?: { readonly requests?: Quantities; readonly limits?: Partial<Quantities> }
  }

  async function ready(workload: Workload, count = 1): Promise<SeenPod[]> {
    return await until(
      `Pods of ${workload.name} to be ready`,
      async () => {
        const pods = await podsOf(cluster, workload)
        return pods.length === count && pods.every((pod) => statusIn(pod)?.ready) && pods
      },
      PATIENTLY,
    )
  }

  async function eventsOn({ metadata }: SeenPod): Promise<string> {
    return await cluster.kubectl(['describe', 'pod', metadata.name, `--namespace=${NAMESPACE}`])
  }

  test("are lowered in one step without a restart, and record the author's values, the new ones and the reason", async () => {
    const workload = workloadIn(NAMESPACE, LAVISH)
    await cluster.apply(manifest(NAMESPACE, LAVISH))
    const [before] = await ready(workload)
    await plant(client, workload, { applied: revisionOf(1, { app: { cpu: { request: '80m' } } }) })
    const startedAt = performance.now()
    const after = await until(
      'the Pod to be resized',
      async () => {
        const [pod] = await podsOf(cluster, workload)
        return pod && recordOn(pod)?.revision === 1 && !recordOn(pod)?.intended && pod
      },
      PATIENTLY,
    )
    say(`lavish: 1500m -> 80m in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
    assert.equal(after.metadata.uid, before!.metadata.uid)
    assert.equal(statusIn(after)?.containerID, statusIn(before!)?.containerID)
    assert.equal(statusIn(after)?.restartCount, 0)
    assert.deepEqual(
      [after.spec.containers[0]!.resources.requests?.cpu, statusIn(after)?.resources?.requests?.cpu],
      ['80m', '80m'],
    )
    assert.deepEqual(recordOn(after)?.containers, { app: { cpu: { request: ['1500m', '80m'] } } })
    const shares = await cluster
      .kubectl([
        ...['exec', after.metadata.name, `--namespace=${NAMESPACE}`, '--'],
        ...[
          'node',
          '-e',
          "const fs=require('fs');console.log(fs.readFileSync(fs.existsSync('/sys/fs/cgroup/cpu/cpu.shares')?'/sys/fs/cgroup/cpu/cpu.shares':'/sys/fs/cgroup/cpu.weight','utf8'))",
        ],
      ])
      .catch((error: Error) => error.message)
    say(`lavish: its cgroup says ${shares.trim()}`)
    assert.match(
      await until('the Event', async () => (await eventsOn(after)).match(/Resized.*/)?.[0], PATIENTLY),
      /revision 1 \(it needs less\): app cpu 1500m -> 80m/,
    )
  })

  test('recover in place from an OOM loop within a minute of the first kill that the API shows', async () => {
    const workload = workloadIn(NAMESPACE, OUTGROWN)
    await cluster.apply(manifest(NAMESPACE, OUTGROWN))
    const killed = await until(
      'an OOM kill',
      async () => {
        const pods = await podsOf(cluster, workload)
        return pods.find((pod) =>
          pod.status.containerStatuses?.some((one) => one.lastState.terminated?.reason === 'OOMKilled'),
        )
      },
      PATIENTLY,
    )
    const killedAt = performance.now()
    let restarts = -1
    let since = 0
    const recovered = await until(
      'the same Pod to stay up',
      async () => {
        const [pod] = await podsOf(cluster, workload)
        const status = pod && statusIn(pod)
        if (!status?.ready || !recordOn(pod!)?.revision || recordOn(pod!)?.intended) return false
        if (status.restartCount !== restarts) {
          restarts = status.restartCount
          since = performance.now()
        }
        return performance.now() - since > 20_000 && pod
      },
      PATIENTLY,
    )
    const limit = recovered.spec.containers[0]!.resources.limits!.memory!
    say(
      `outgrown: up permanently ${((since - killedAt) / 1000).toFixed(1)} s after its first kill, with ${limit}, after ${restarts} restarts`,
    )
    assert.equal(recovered.metadata.uid, killed.metadata.uid)
    assert.ok(since - killedAt < 60_000, `${since - killedAt} ms`)
    assert.ok(parseQuantity(limit)! > parseQuantity('96Mi')!, limit)
  })

  test('are rolled back one by one when a revision causes trouble, before other Pods get it', async () => {
    const workload = workloadIn(NAMESPACE, GROWING)
    await cluster.apply(manifest(NAMESPACE, GROWING))
    await ready(workload, 3)
    await until(
      'its usage to be known',
      async () =>
        await cluster.kubectl(['top', 'pods', `--namespace=${NAMESPACE}`, '--selector=app=growing']).then(
          () => true,
          () => false,
        ),
      PATIENTLY,
    )
    const good = revisionOf(1, { app: { memory: { request: '600Mi', limit: '600Mi' } } })
    const bad = revisionOf(2, { app: { memory: { request: '64Mi', limit: '120Mi' } } })
    // By the learned state, the containers never used more than this.
    const [container] = bad.containers
    const time = bad.time
    const figures = { p50: '50Mi', p95: '60Mi', p99: '60Mi', peak: '60Mi' }
    const evidence = { from: time, to: time, samples: 100, memory: figures }
    await plant(client, workload, {
      lastGood: good,
      applied: bad,
      learned: { ...bad, containers: [{ ...container!, evidence }] },
    })
    const first = await until(
      'the first Pod to be resized',
      async () =>
        (await podsOf(cluster, workload)).find((pod) => pod.spec.containers[0]!.resources.limits?.memory === '120Mi'),
      PATIENTLY,
    )
    const killedAt = await until(
      'its OOM kill',
      async () => {
        const pods = await podsOf(cluster, workload)
        const pod = pods.find(({ metadata }) => metadata.uid === first.metadata.uid)
        return (
          pod?.status.containerStatuses?.some((one) => one.lastState.terminated?.reason === 'OOMKilled') &&
          performance.now()
        )
      },
      PATIENTLY,
    )
    await until(
      'it to be rolled back',
      async () => {
        const pods = await podsOf(cluster, workload)
        const pod = pods.find(({ metadata }) => metadata.uid === first.metadata.uid)
        return pod && parseQuantity(pod.spec.containers[0]!.resources.limits!.memory)! >= parseQuantity('600Mi')!
      },
      PATIENTLY,
    )
    const seconds = (performance.now() - killedAt) / 1000
    say(`growing: rolled back ${seconds.toFixed(1)} s after its OOM kill`)
    assert.ok(seconds < 30, `${seconds} s`)
    const others = (await podsOf(cluster, workload)).filter(({ metadata }) => metadata.uid !== first.metadata.uid)
    for (const pod of others) {
      // The Pods may already have more memory after the OOM kill, but never the bad revision.
      const limit = pod.spec.containers[0]!.resources.limits!.memory!
      assert.ok(parseQuantity(limit)! >= parseQuantity('600Mi')!, limit)
    }
    await until(
      'the Recommendation to say so',
      async () =>
        (await statusOf(workload)).changelog?.some(({ reason, from }) => reason === 'RolledBack' && from === 2),
      PATIENTLY,
    )
  })

  test('are left alone after somebody resized them by hand, and the Recommendation says so', async () => {
    const workload = workloadIn(NAMESPACE, BY_HAND)
    await cluster.apply(manifest(NAMESPACE, BY_HAND))
    await ready(workload)
    await plant(client, workload, { applied: revisionOf(1, { app: { cpu: { request: '50m' } } }) })
    const settled = async (revision: number) =>
      await until(
        `revision ${revision}`,
        async () => {
          const [pod] = await podsOf(cluster, workload)
          return pod && recordOn(pod)?.revision === revision && !recordOn(pod)?.intended && pod
        },
        PATIENTLY,
      )
    const pod = await settled(1)
    const patch = JSON.stringify({ spec: { containers: [{ name: 'app', resources: { requests: { cpu: '70m' } } }] } })
    await cluster.kubectl([
      'patch',
      'pod',
      pod.metadata.name,
      `--namespace=${NAMESPACE}`,
      '--subresource=resize',
      '-p',
      patch,
    ])
    await plant(client, workload, { applied: revisionOf(2, { app: { cpu: { request: '30m' } } }) }, { exists: true })
    await until(
      'the reason',
      async () => (await statusOf(workload)).running?.waiting?.some(({ reason }) => reason === 'ChangedAfterPlimsoll'),
      PATIENTLY,
    )
    const [now] = await podsOf(cluster, workload)
    assert.equal(now!.spec.containers[0]!.resources.requests?.cpu, '70m')
  })
})
