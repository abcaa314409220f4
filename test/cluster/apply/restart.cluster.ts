// The real learner restarts Pods that a resize cannot change, as their owners and disruption budgets allow.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Revision } from '../../../src/api/index.ts'
import { type KubeClient, type KubeObject, PODS } from '../../../src/kube/index.ts'
import { parseRecord } from '../../../src/policy/index.ts'
import { writeRecommendation } from '../../../src/recommendations/index.ts'
import { type Cluster, clusterObstacle, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { podsOf, recommendationOf, type SeenPod } from '../loop/sight.ts'
import { loadImage } from '../loop/workloads.ts'
import { runCommand } from '../support/command-line.ts'
import { type LearningCluster, startLearningCluster } from '../support/learning-cluster.ts'
import { makeNamespace } from '../support/namespace.ts'
import type { Plimsoll } from '../support/plimsoll.ts'

const SETTINGS = {
  learner: { sampleEverySeconds: 5, publishEverySeconds: 5 },
  apply: { running: 'inPlaceOrRestart', betweenBatches: '1s', podsPerNode: 10, restartsPerMinute: 60 },
}
const NAMESPACE = 'shop'
const PATIENTLY = { timeoutMilliseconds: 120_000, everyMilliseconds: 300 }

interface Made {
  readonly kind: 'Deployment' | 'StatefulSet'
  readonly name: string
  readonly replicas: number
  readonly container?: object
  readonly strategy?: object
  readonly annotations?: object
  /** `maxUnavailable` of a PodDisruptionBudget. */
  readonly budget?: number
}

const ONE_AT_A_TIME = { rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } }
const REQUESTS = { resources: { requests: { cpu: '100m', memory: '64Mi' } } }
const RESTARTING = {
  ...REQUESTS,
  resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }],
}

/** A resize restarts its container. */
const CAREFUL: Made = {
  ...{ kind: 'Deployment', name: 'careful', replicas: 3, strategy: ONE_AT_A_TIME, budget: 1 },
  container: RESTARTING,
}
/** No Pod may be unavailable. */
const SURGING: Made = { kind: 'Deployment', name: 'surging', replicas: 3, container: RESTARTING, budget: 1 }
/** BestEffort: only new Pods can have requests. */
const BARE: Made = { kind: 'StatefulSet', name: 'bare', replicas: 2, budget: 1 }
const GUARDED: Made = { ...CAREFUL, name: 'guarded', budget: 0 }
const SINGLE: Made = { kind: 'StatefulSet', name: 'single', replicas: 1 }
const ALLOWED: Made = {
  ...{ kind: 'StatefulSet', name: 'allowed', replicas: 1 },
  annotations: { 'plimsoll.dev/restart-last-replica': 'true' },
}

function manifests(
  { kind, name, replicas, container = {}, strategy, annotations = {}, budget }: Made,
  namespace = NAMESPACE,
): object[] {
  const labels = { app: name }
  const app = { name: 'app', image: 'work:1', args: ['node', '/work.mjs', '{}'], ...container }
  const template = { metadata: { labels, annotations }, spec: { terminationGracePeriodSeconds: 1, containers: [app] } }
  const selector = { matchLabels: labels }
  const spec = {
    replicas,
    selector,
    template,
    ...(strategy && { strategy }),
    ...(kind === 'StatefulSet' && { serviceName: name }),
  }
  const metadata = { name, namespace }
  const policy = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec: { selector, maxUnavailable: budget },
  }
  return [{ apiVersion: 'apps/v1', kind, metadata, spec }, ...(budget === undefined ? [] : [policy])]
}

const REVISION: Revision = {
  ...{ revision: 1, time: '2020-01-01T00:00:00Z', source: 'observed', goal: 'balanced' },
  containers: [{ name: 'app', cpu: { request: '50m' } }],
}

describe('Pods that must be restarted', { skip: clusterObstacle() ?? false }, () => {
  let running: LearningCluster | undefined
  let cluster: Cluster
  let client: KubeClient
  let plimsoll: Plimsoll

  before(async () => {
    running = await startLearningCluster({ namespace: NAMESPACE, settings: SETTINGS, prepare: loadImage })
    ;({ cluster, client, plimsoll } = running)
    for (const made of [CAREFUL, SURGING, BARE, GUARDED, SINGLE, ALLOWED])
      for (const object of manifests(made)) await cluster.apply(object)
  })
  after(() => running?.stop())

  const workloadOf = ({ kind, name }: Made, namespace = NAMESPACE) => ({ namespace, kind, name })
  const isReady = (pod: SeenPod) => pod.status.containerStatuses?.every(({ ready }) => ready) === true
  const revisionOn = ({ metadata }: SeenPod) => {
    const record = parseRecord(metadata.annotations?.['plimsoll.dev/decision'])
    return record?.intended ? undefined : record?.revision
  }
  /** Waits until a Recommendation states why running Pods do not have the applied values. */
  async function says(reason: string, made: Made, namespace = NAMESPACE): Promise<void> {
    const attempt = async () => {
      const status = await recommendationOf(cluster, workloadOf(made, namespace))
      if (status?.running?.waiting?.some((waiting) => waiting.reason === reason)) return true
      throw new Error(`it says ${JSON.stringify(status)}`)
    }
    await until(`${reason} on the Recommendation of ${made.name}`, attempt, PATIENTLY)
  }

  async function ready(made: Made, namespace = NAMESPACE): Promise<SeenPod[]> {
    return await until(
      `Pods of ${made.name} to be ready`,
      async () => {
        const pods = await podsOf(cluster, workloadOf(made, namespace))
        return pods.length === made.replicas && pods.every(isReady) && pods
      },
      PATIENTLY,
    )
  }

  /** Applies the revision to a workload immediately. */
  async function plant(made: Made, namespace = NAMESPACE): Promise<void> {
    const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
    await writeRecommendation(
      client,
      workloadOf(made, namespace),
      { mode: 'auto', applied: { ...REVISION, time } },
      { exists: false },
    )
  }

  async function carried(made: Made, namespace = NAMESPACE): Promise<SeenPod[]> {
    return await until(
      `all Pods of ${made.name} to have revision 1`,
      async () => {
        const pods = await podsOf(cluster, workloadOf(made, namespace))
        const isDone = pods.length === made.replicas && pods.every((pod) => isReady(pod) && revisionOn(pod) === 1)
        return isDone && pods
      },
      PATIENTLY,
    )
  }

  /** Watches how many Pods of a workload are ready. */
  async function watchReady({ name }: Made) {
    const ready = new Map<string, boolean>()
    const ending = new AbortController()
    let least = Number.POSITIVE_INFINITY
    const put = (pod: KubeObject & { readonly status?: { readonly conditions?: readonly Condition[] } }) => {
      const isUp = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true
      ready.set(pod.metadata.uid!, isUp && pod.metadata.deletionTimestamp === undefined)
    }
    const note = () => {
      least = Math.min(least, [...ready.values()].filter(Boolean).length)
    }
    const selected = { namespace: NAMESPACE, labelSelector: `app=${name}` }
    let resourceVersion = ''
    for await (const page of client.list(PODS, selected)) {
      page.items.forEach(put)
      resourceVersion = page.resourceVersion
    }
    note()
    const watching = (async () => {
      const options = { ...selected, resourceVersion, lifeSeconds: 600, signal: ending.signal }
      for await (const event of client.watch(PODS, options)) {
        if (event.type === 'BOOKMARK') continue
        if (event.type === 'DELETED') ready.delete(event.object.metadata.uid!)
        else put(event.object)
        note()
      }
    })().catch((error) => {
      if (!ending.signal.aborted) throw error
    })
    return async () => {
      ending.abort()
      await watching
      return least
    }
  }

  interface Condition {
    readonly type: string
    readonly status: string
  }

  test('have their container restarted, one Pod at a time, even if the learner is killed in between', async () => {
    const before = await ready(CAREFUL)
    const least = await watchReady(CAREFUL)
    await plant(CAREFUL)
    const startedAt = performance.now()
    await until(
      'the first Pod to have it',
      async () => (await podsOf(cluster, workloadOf(CAREFUL))).some((pod) => revisionOn(pod) === 1),
      PATIENTLY,
    )
    await plimsoll.learner!.kill()
    await plimsoll.startLearner()
    const after = await carried(CAREFUL)
    say(
      `careful: 3 containers restarted in ${((performance.now() - startedAt) / 1000).toFixed(1)} s, with a kill in between`,
    )
    assert.deepEqual(
      after.map(({ metadata }) => metadata.uid).sort(),
      before.map(({ metadata }) => metadata.uid).sort(),
    )
    assert.deepEqual(
      after.map(({ status }) => status.containerStatuses![0]!.restartCount),
      [1, 1, 1],
    )
    // The kubelet may restart a container so fast that the Pod never appears unready.
    assert.ok((await least()) >= 2)
  })

  test('are replaced by a rollout if no Pod may be unavailable, and none is', async () => {
    const before = await ready(SURGING)
    const least = await watchReady(SURGING)
    await plant(SURGING)
    const after = await carried(SURGING)
    const uids = new Set(before.map(({ metadata }) => metadata.uid))
    assert.ok(after.every(({ metadata }) => !uids.has(metadata.uid)))
    assert.equal(await least(), 3)
    const events = await cluster.kubectl(['describe', 'deployment', SURGING.name, `--namespace=${NAMESPACE}`])
    assert.match(events, /Restarted.*Plimsoll replaces all Pods by a rollout so that they get revision 1/)
  })

  test('are evicted one by one if only a new Pod can have the values', async () => {
    await ready(BARE)
    const least = await watchReady(BARE)
    await plant(BARE)
    const after = await carried(BARE)
    assert.deepEqual(
      after.map(({ spec }) => spec.containers[0]!.resources.requests?.cpu),
      ['50m', '50m'],
    )
    assert.equal(await least(), 1)
  })

  test('stay if their budget allows no eviction, or for the last ready replica, and the Recommendation says so', async () => {
    const before = [...(await ready(GUARDED)), ...(await ready(SINGLE))]
    await plant(GUARDED)
    await plant(SINGLE)
    await says('HeldByDisruptionBudget', GUARDED)
    await says('LastReplicaKept', SINGLE)
    const after = [...(await ready(GUARDED)), ...(await ready(SINGLE))]
    const identity = ({ metadata, status }: SeenPod) => `${metadata.uid} ${status.containerStatuses?.[0]?.restartCount}`
    assert.deepEqual(after.map(identity).sort(), before.map(identity).sort())
  })

  test('get the revision before their change window if a person asks for it', async () => {
    const name = 'later'
    await makeNamespace(cluster, name, 'auto')
    const metadata = { name, namespace: name }
    const changeWindows = [{ cron: '0 0 29 2 *', for: '60s' }]
    await cluster.apply({
      apiVersion: 'plimsoll.dev/v1alpha1',
      kind: 'SizingPolicy',
      metadata,
      spec: { changeWindows },
    })
    const made: Made = { ...CAREFUL, name, replicas: 2 }
    for (const object of manifests(made, name)) await cluster.apply(object)
    await ready(made, name)
    await plant(made, name)
    await says('ChangesStopped', made, name)
    const run = (...options: string[]) =>
      runCommand(cluster.kubeconfig, ['apply-now', `deployment/${name}`, `--namespace=${name}`, ...options])
    const dry = await run('--dry-run')
    assert.equal(dry.status, 3, dry.stderr)
    assert.match(dry.stdout, /no revision, should carry revision 1: RestartNeeded/)
    const unasked = await run()
    assert.equal(unasked.status, 1)
    assert.match(unasked.stderr, /repeat the command with --yes/)
    const done = await run('--yes')
    assert.equal(done.status, 0, done.stdout + done.stderr)
    assert.match(done.stdout, /every running Pod has the applied revision\n$/)
    assert.equal((await carried(made, name)).length, 2)
  })

  test('are restarted even as the last ready replica if their author allows it', async () => {
    const [before] = await ready(ALLOWED)
    await plant(ALLOWED)
    const [after] = await carried(ALLOWED)
    assert.notEqual(after!.metadata.uid, before!.metadata.uid)
  })
})
