// An HPA that scales on real CPU usage from metrics-server: it does not scale when Plimsoll changes
// its target and the requests together.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setInterval } from 'node:timers/promises'
import { type Cluster, clusterObstacle, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { type LearningCluster, startLearningCluster } from '../support/learning-cluster.ts'
import { plant, revisionOf } from '../support/planting.ts'

const NAMESPACE = 'shop'
const WORKLOAD = { namespace: NAMESPACE, kind: 'Deployment', name: 'burner' }
const REPLICAS = 2
const PATIENTLY = { timeoutMilliseconds: 180_000, everyMilliseconds: 500 }
const SETTINGS = {
  learner: { sampleEverySeconds: 60, publishEverySeconds: 2 },
  apply: { running: 'inPlace', betweenBatches: '1s', podsPerNode: 2 },
  autoscalers: 'keepScalePoint',
}
/** A container that uses all of its limit, which is higher than its request, but low enough for a busy machine. */
const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: WORKLOAD.name, namespace: NAMESPACE },
  spec: {
    replicas: REPLICAS,
    selector: { matchLabels: { app: 'burner' } },
    template: {
      metadata: { labels: { app: 'burner' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            ...{ name: 'app', image: 'burner:1', command: ['sh', '-c', 'while true; do :; done'] },
            resources: { requests: { cpu: '40m', memory: '16Mi' }, limits: { cpu: '40m' } },
          },
        ],
      },
    },
  },
}
const HPA = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'burner', namespace: NAMESPACE, annotations: { 'plimsoll.dev/keep-scale-point': 'true' } },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'burner' },
    ...{ minReplicas: 1, maxReplicas: 6 },
    // Pods are lowered a moment before the target is raised. An HPA that reads in between must not act on that one reading.
    behavior: { scaleUp: { stabilizationWindowSeconds: 30 } },
    metrics: [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 100 } } },
    ],
  },
}

interface Hpa {
  readonly spec: { readonly metrics: readonly { readonly resource: { target: { averageUtilization: number } } }[] }
  readonly status: {
    readonly desiredReplicas: number
    readonly currentMetrics?: readonly { readonly resource: { current: { averageUtilization?: number } } }[] | null
  }
}
interface Deployment {
  readonly spec: { readonly replicas: number }
}
interface Pods {
  readonly items: readonly {
    readonly spec: { readonly containers: readonly { readonly resources: { requests: { cpu: string } } }[] }
  }[]
}
interface PodMetrics {
  readonly items: readonly { readonly metadata: { readonly name: string }; readonly timestamp: string }[]
}

describe('An HPA with real metrics', { skip: clusterObstacle() ?? false }, () => {
  let running: LearningCluster | undefined
  let cluster: Cluster

  before(async () => {
    running = await startLearningCluster({
      namespace: NAMESPACE,
      settings: SETTINGS,
      prepare: (one) => one.image('burner:1', { from: 'busybox', command: ['sh'] }),
    })
    ;({ cluster } = running)
  })
  after(() => running?.stop())

  const read = async <T>(group: string, what: string) =>
    (await cluster.read<T>(`/${group}/namespaces/${NAMESPACE}/${what}`))!
  const hpa = () => read<Hpa>('apis/autoscaling/v2', 'horizontalpodautoscalers/burner')
  const replicas = async () => (await read<Deployment>('apis/apps/v1', 'deployments/burner')).spec.replicas
  const requests = async () =>
    (await read<Pods>('api/v1', 'pods?labelSelector=app%3Dburner')).items.map(
      ({ spec }) => spec.containers[0]!.resources.requests.cpu,
    )
  const targetOf = ({ spec }: Hpa) => spec.metrics[0]!.resource.target.averageUtilization
  const utilizationOf = ({ status }: Hpa) => status.currentMetrics?.[0]?.resource.current.averageUtilization ?? 0

  /** Waits until `is` accepts the usage that the HPA reports. */
  const reads = async (what: string, is: (utilization: number) => boolean) =>
    await until(
      what,
      async () => {
        const now = await hpa()
        return is(utilizationOf(now)) && now
      },
      PATIENTLY,
    )

  /** Waits until metrics-server has measured every Pod this many times again. */
  async function measured(times: number): Promise<void> {
    const seen = new Map<string, Set<string>>()
    await until(
      `${times} more measurements`,
      async () => {
        const { items } = await read<PodMetrics>('apis/metrics.k8s.io/v1beta1', 'pods')
        for (const { metadata, timestamp } of items)
          seen.set(metadata.name, (seen.get(metadata.name) ?? new Set()).add(timestamp))
        return seen.size >= REPLICAS && [...seen.values()].every(({ size }) => size > times)
      },
      PATIENTLY,
    )
  }

  test('keeps its replicas while requests are halved and its target is doubled, and would have doubled them otherwise', async () => {
    await cluster.apply(DEPLOYMENT, HPA)
    const before = await reads('the HPA to see what the Pods use', (utilization) => utilization > 55)
    say(`burner: ${utilizationOf(before)} % of its requests with a target of ${targetOf(before)} %`)
    const counts = new Set<number>()
    let isOver = false
    const watching = (async () => {
      for await (const _ of setInterval(250)) {
        counts.add(await replicas()).add((await hpa()).status.desiredReplicas)
        if (isOver) break
      }
    })()
    await plant(running!.client, WORKLOAD, { applied: revisionOf(1, { app: { cpu: { request: '20m' } } }) })
    await until(
      'Pods that request half, and twice the target',
      async () => targetOf(await hpa()) === 200 && (await requests()).every((cpu) => cpu === '20m'),
      PATIENTLY,
    )
    const seen = await reads('the HPA to see what that means', (utilization) => utilization > 110)
    say(`burner: ${utilizationOf(seen)} % of its requests with a target of ${targetOf(seen)} %`)
    await measured(3)
    isOver = true
    await watching
    assert.deepEqual([...counts], [REPLICAS])
    const described = await cluster.kubectl(['describe', 'deployment', 'burner', `--namespace=${NAMESPACE}`])
    say(described.slice(described.indexOf('Events:')))
    assert.match(
      described,
      /Resized +.*\(x2 over .*Plimsoll resizes Pods to revision 1 \(they need less\), first burner-\S+: app cpu 40m -> 20m\./,
    )
    // The other half of the proof: this HPA does scale on usage. Without the learner, which would restore the requests.
    await running!.plimsoll.learner!.kill()
    const target = [{ op: 'replace', path: '/spec/metrics/0/resource/target/averageUtilization', value: 100 }]
    await cluster.kubectl([
      ...['patch', 'hpa/burner', `--namespace=${NAMESPACE}`, '--type=json', '-p', JSON.stringify(target)],
    ])
    const startedAt = performance.now()
    const scaled = await until(
      'the HPA to add Pods where only the requests were lowered',
      async () => {
        const now = await replicas()
        return now > REPLICAS && now
      },
      PATIENTLY,
    )
    say(
      `burner: ${scaled} Pods ${((performance.now() - startedAt) / 1000).toFixed(0)} s after its target was 100 % again`,
    )
  })
})
