// Revisions on Pods that really run, are OOM-killed and restart.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { RecommendationStatus } from '../../../src/api/index.ts'
import type { KubeClient } from '../../../src/kube/index.ts'
import { parseQuantity } from '../../../src/resources/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import { type Cluster, clusterObstacle, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { podsOf, recommendationOf, type SeenPod } from '../loop/sight.ts'
import { decisionOn } from '../loop/sized.ts'
import { type LoopWorkload, loadImage, manifest, workloadIn } from '../loop/workloads.ts'
import { type LearningCluster, startLearningCluster } from '../support/learning-cluster.ts'
import { plant, revisionOf } from '../support/planting.ts'
import type { Plimsoll } from '../support/plimsoll.ts'

/** Defaults except for the intervals and the duration of a canary. Nothing is learned here except OOM kills. */
const SETTINGS = {
  learner: { sampleEverySeconds: 5, publishEverySeconds: 5 },
  canary: { percent: 50, for: '20s' },
  approval: { confidence: { low: 0, medium: 0, high: 0 } },
  // These tests are about new Pods, among which the canary is drawn. Running Pods are the subject of test/cluster/apply.
  apply: { running: 'never' },
}
const NAMESPACE = 'shop'
const PATIENTLY = { timeoutMilliseconds: 180_000, everyMilliseconds: 1000 }

/** Holds 90 MiB in addition to Node.js: 64Mi is too little, and 256Mi is enough. */
const holding = (name: string, limit: string, replicas: number): LoopWorkload => ({
  kind: 'Deployment',
  name,
  behaviour: 'holds what it takes at its start',
  replicas,
  containers: { app: { does: { holdMiB: 90 }, requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: limit } } },
})
const OUTGROWN = holding('outgrown', '64Mi', 1)
const LEDGER = holding('ledger', '256Mi', 2)
const STEADY = holding('steady', '256Mi', 4)
const HASTY = holding('hasty', '256Mi', 4)

const limitedTo = (revision: number, limit: string) =>
  revisionOf(revision, { app: { memory: { request: '48Mi', limit } } })

describe('revisions that run', { skip: clusterObstacle() ?? false }, () => {
  let running: LearningCluster | undefined
  let cluster: Cluster
  let client: KubeClient
  let plimsoll: Plimsoll

  before(async () => {
    running = await startLearningCluster({ namespace: NAMESPACE, settings: SETTINGS, prepare: loadImage })
    ;({ cluster, client, plimsoll } = running)
  })
  after(() => running?.stop())

  const statusOf = async (workload: Workload) => (await recommendationOf(cluster, workload)) ?? {}

  /** Writes a Recommendation as the learner would. */
  async function plantAndAwait(workload: Workload, status: RecommendationStatus): Promise<void> {
    const before = await held()
    await plant(client, workload, status)
    await until('the webhook to know it', async () => (await held()) > before)
  }
  const held = () => plimsoll.webhook.held()

  const remove = ({ name }: Workload) =>
    cluster.kubectl(['delete', 'pods', `--namespace=${NAMESPACE}`, `--selector=app=${name}`, '--now'])

  /** Replaces the Pods until some of them, but not all, have the canary. */
  async function drawBoth(workload: Workload, replicas: number): Promise<void> {
    const drawn = async () => {
      // The canary may have been judged in the meantime.
      if (!(await statusOf(workload)).canary) return true
      const pods = await podsOf(cluster, workload)
      if (pods.length < replicas) return false
      const canaries = pods.filter((pod) => carried(pod) === 2).length
      if (canaries > 0 && canaries < replicas) return true
      await remove(workload)
      return false
    }
    await until(`Pods of ${workload.name} in both groups`, drawn, PATIENTLY)
  }

  async function reason(workload: Workload, wanted: string): Promise<string> {
    const described = async () =>
      await cluster.kubectl(['describe', workload.kind, workload.name, `--namespace=${NAMESPACE}`])
    const found = async () => (await described()).split('\n').find((line) => line.includes(` ${wanted} `))
    return await until(`the Event ${wanted} on ${workload.name}`, found, PATIENTLY)
  }

  const isReady = ({ status }: SeenPod) => status.containerStatuses?.every(({ ready }) => ready) ?? false
  const carried = (pod: SeenPod) => decisionOn(pod)?.revision

  test('an OOM-killed container gets more memory in its next Pod within a minute of the kill', async () => {
    const workload = workloadIn(NAMESPACE, OUTGROWN)
    await cluster.apply(manifest(NAMESPACE, OUTGROWN))
    const killed = async () =>
      (await podsOf(cluster, workload)).some(({ status }) =>
        status.containerStatuses?.some(({ lastState }) => lastState.terminated?.reason === 'OOMKilled'),
      )
    await until('an OOM kill', killed, PATIENTLY)
    const killedAt = performance.now()
    await until('more memory', async () => (await statusOf(workload)).applied, { ...PATIENTLY, everyMilliseconds: 500 })
    const seconds = (performance.now() - killedAt) / 1000
    await remove(workload)
    const [pod] = await until(
      'the next Pod to run',
      async () => {
        const pods = (await podsOf(cluster, workload)).filter(isReady)
        const sized = pods.filter((pod) => carried(pod) !== undefined)
        if (pods.length > 0 && sized.length === 0) await remove(workload)
        return sized.length > 0 && sized
      },
      PATIENTLY,
    )
    const limit = pod!.spec.containers[0]!.resources.limits!.memory!
    say(`outgrown: ${seconds.toFixed(1)} s after its OOM kill at 64Mi was seen, ${limit} were applied`)
    assert.ok(seconds < 60, `${seconds} s`)
    assert.ok(parseQuantity(limit)! >= parseQuantity('164Mi')!, limit)
    assert.match(await reason(workload, 'RaisedAfterOomKill'), /Revision \d+ is injected/)
  })

  test('a bad revision is rolled back to the last good one, new Pods get that, and an Event says so', async () => {
    const workload = workloadIn(NAMESPACE, LEDGER)
    await plantAndAwait(workload, { lastGood: limitedTo(1, '512Mi'), applied: limitedTo(2, '64Mi') })
    await cluster.apply(manifest(NAMESPACE, LEDGER))
    const { rollback } = await until(
      'the rollback',
      async () => {
        const status = await statusOf(workload)
        if (status.rollback) return status
        const pods = await podsOf(cluster, workload)
        // The webhook did not know the rollback yet.
        if (pods.length === 2 && pods.every((pod) => isReady(pod) && carried(pod) === undefined)) await remove(workload)
        return false
      },
      PATIENTLY,
    )
    say(`ledger: ${rollback!.message}`)
    assert.deepEqual([rollback!.revision, rollback!.count], [2, 1])
    assert.match(rollback!.message, /container app was OOM-killed at a limit of 64Mi/)
    assert.match(await reason(workload, 'RolledBack'), /Revision 2 was rolled back: container app was OOM-killed/)
    await remove(workload)
    const pods = await until(
      'Pods that run',
      async () => {
        const pods = await podsOf(cluster, workload)
        return pods.length === 2 && pods.every((pod) => isReady(pod) && carried(pod) !== 2) && pods
      },
      PATIENTLY,
    )
    assert.ok(
      pods.every(({ spec }) => parseQuantity(spec.containers[0]!.resources.limits!.memory)! >= parseQuantity('512Mi')!),
    )
    assert.notEqual((await statusOf(workload)).applied?.revision, 2)
  })

  test('a canary that is no worse is applied to all Pods, and one that is OOM-killed is rolled back', async () => {
    const [good, bad] = [STEADY, HASTY].map((workload) => workloadIn(NAMESPACE, workload)) as [Workload, Workload]
    const applied = limitedTo(1, '512Mi')
    await plantAndAwait(good, { applied, lastGood: applied, canary: { percent: 50, revision: limitedTo(2, '300Mi') } })
    await plantAndAwait(bad, { applied, lastGood: applied, canary: { percent: 50, revision: limitedTo(2, '64Mi') } })
    await cluster.apply(manifest(NAMESPACE, STEADY), manifest(NAMESPACE, HASTY))
    await drawBoth(bad, HASTY.replicas!)
    await drawBoth(good, STEADY.replicas!)
    const back = await until(
      'the canary to go back',
      async () => {
        const status = await statusOf(bad)
        return !status.canary && status
      },
      PATIENTLY,
    )
    say(`hasty: ${back.rollback?.message}`)
    assert.deepEqual([back.rollback?.revision, back.applied?.revision === 2], [2, false])
    assert.match(await reason(bad, 'CanaryFailed'), /Revision 2 was rolled back: /)
    const on = await until(
      'the canary to be rolled out to all Pods',
      async () => {
        const status = await statusOf(good)
        return !status.canary && status
      },
      PATIENTLY,
    )
    say(`steady: revision ${on.applied?.revision} is given to all now`)
    assert.deepEqual([on.applied?.revision, on.rollback], [2, undefined])
    assert.match(await reason(good, 'CanaryPassed'), /Revision 2 is injected/)
  })
})
