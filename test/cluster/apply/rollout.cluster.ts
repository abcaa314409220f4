// The real learner restarts Pods of Argo Rollouts: by eviction if one may be unavailable, otherwise through the Rollout. The
// test simulates the kubelet and Argo's controller.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setInterval } from 'node:timers/promises'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { type Administered, adminClient, startAdministered } from '../support/admin.ts'
import { createRollout, installRollouts, playRollout } from '../support/argo.ts'
import { runCommand } from '../support/command-line.ts'
import { makeNamespace } from '../support/namespace.ts'
import { carries, plant, revisionOf } from '../support/planting.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'
import { PlayedKubelets } from './played-kubelet.ts'

const NAMESPACE = 'shop'
const NODE = { name: 'played-0', allocatable: { cpu: '40', memory: '64Gi' } }
const SETTINGS = {
  learner: { sampleEverySeconds: 60, publishEverySeconds: 2 },
  apply: { running: 'inPlaceOrRestart', betweenBatches: '1s', podsPerNode: 10, restartsPerMinute: 60 },
}
const PATIENTLY = { timeoutMilliseconds: 120_000, everyMilliseconds: 200 }
/** BestEffort: only new Pods can have requests. */
const POD = {
  ...{ nodeName: NODE.name, terminationGracePeriodSeconds: 0, automountServiceAccountToken: false },
  containers: [{ name: 'app', image: 'web:1' }],
}
const LACKING = { namespace: NAMESPACE, name: 'lacking', replicas: 3, strategy: { canary: { maxUnavailable: 1 } } }
const WHOLE = { namespace: NAMESPACE, name: 'whole', replicas: 3, strategy: { canary: { maxUnavailable: 0 } } }

interface Pod {
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

describe('Pods of Argo Rollouts', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  let plimsoll: Plimsoll
  const ending = new AbortController()
  const playing: Promise<unknown>[] = []

  const podsOf = async (name: string) =>
    (await cluster.read<{ items: Pod[] }>(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=app%3D${name}`))!.items
  const isReady = ({ status }: Pod) => status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True')
  const rollout = async (name: string) =>
    (await cluster.read<{ spec: { restartAt?: string }; status?: { restartedAt?: string } }>(
      `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/rollouts/${name}`,
    ))!

  /** Simulates Argo's controller and the Lease of the kubelet. */
  async function play(): Promise<void> {
    let renewed = Number.NEGATIVE_INFINITY
    for await (const _ of setInterval(200)) {
      if (ending.signal.aborted) return
      for (const one of [LACKING, WHOLE]) await playRollout(cluster.client, one).catch(() => {})
      if (performance.now() - renewed < 5_000) continue
      renewed = performance.now()
      const renewTime = new Date().toISOString().replace('Z', '000Z')
      const spec = { holderIdentity: NODE.name, leaseDurationSeconds: 40, renewTime }
      const metadata = { name: NODE.name, namespace: 'kube-node-lease' }
      await cluster.apply({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }).catch(() => {})
    }
  }

  before(async () => {
    cluster = await startAdministered()
    await installRollouts(cluster)
    plimsoll = await startPlimsoll(cluster, { settings: SETTINGS, learner: true })
    await plimsoll.learner!.logged('leading')
    await makeNamespace(cluster, NAMESPACE, 'auto')
    const kubelets = new PlayedKubelets(cluster, [NODE])
    await kubelets.register()
    playing.push(kubelets.run(await adminClient(cluster), ending.signal), play())
    for (const one of [LACKING, WHOLE]) await createRollout(cluster, { ...one, pod: POD })
    for (const { name, replicas } of [LACKING, WHOLE])
      await until(
        `the Pods of ${name}`,
        async () => {
          const pods = await podsOf(name)
          return pods.length === replicas && pods.every(isReady)
        },
        PATIENTLY,
      )
  })
  after(async () => {
    ending.abort()
    await Promise.all(playing.map((one) => one.catch(() => {})))
    await plimsoll?.stop()
    await cluster?.stop()
  })

  /** Plants a revision, and waits until all Pods have it. Returns the lowest number of ready Pods in that time. */
  async function brought(name: string): Promise<number> {
    const before = new Set((await podsOf(name)).map(({ metadata }) => metadata.uid))
    const applied = revisionOf(1, { app: { cpu: { request: '50m' }, memory: { request: '64Mi' } } })
    await plant(cluster.client, { namespace: NAMESPACE, kind: 'Rollout', name }, { applied })
    let least = Number.POSITIVE_INFINITY
    await until(
      `all Pods of ${name} to have been replaced`,
      async () => {
        const pods = await podsOf(name)
        least = Math.min(least, pods.filter(isReady).length)
        const isNew = (pod: Pod) => !before.has(pod.metadata.uid) && carries(pod, 1) && isReady(pod)
        return pods.length === 3 && pods.every(isNew)
      },
      PATIENTLY,
    )
    return least
  }

  const events = async (name: string) =>
    await cluster.kubectl(['describe', 'rollout', name, `--namespace=${NAMESPACE}`])

  test('are evicted one by one if one may be unavailable, without a change of the Rollout', async () => {
    const least = await brought(LACKING.name)
    say(`lacking: at least ${least} of 3 Pods were ready`)
    assert.ok(least >= 2, `${least} ready`)
    assert.equal((await rollout(LACKING.name)).spec.restartAt, undefined)
    assert.match(await events(LACKING.name), /Restarted .*evicts Pods one after another so that they get revision 1/)
  })

  test('are restarted through the Rollout if none may be unavailable', async () => {
    const least = await brought(WHOLE.name)
    say(`whole: at least ${least} of 3 Pods were ready`)
    assert.ok(least >= 2, `${least} ready`)
    const { spec, status } = await until(
      'the Rollout to be done',
      async () => {
        const now = await rollout(WHOLE.name)
        return now.spec.restartAt !== undefined && now.status?.restartedAt === now.spec.restartAt && now
      },
      PATIENTLY,
    )
    assert.equal(status?.restartedAt, spec.restartAt)
    assert.match(await events(WHOLE.name), /Restarted .*replaces all Pods by a rollout/)
  })

  test('are restarted by kubectl plimsoll restart', async () => {
    const before = (await rollout(LACKING.name)).spec.restartAt
    const args = ['restart', `rollout/${LACKING.name}`, `--namespace=${NAMESPACE}`]
    const { stdout } = await runCommand(cluster.kubeconfig, args)
    assert.match(stdout, /its Pods are being replaced/)
    assert.notEqual((await rollout(LACKING.name)).spec.restartAt, before)
  })
})
