// "A way to begin" of docs/guides/approval.md, walked with the chart: observe, look, approve a few, automate what matters least.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CHART } from '../../../scripts/chart/files.ts'
import type { RecommendationStatus } from '../../../src/api/index.ts'
import { type Cluster, clusterObstacle, startCluster, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { awaitStatus, podsOf, recommendationOf, type SeenPod } from '../loop/sight.ts'
import { assertCarries } from '../loop/sized.ts'
import { type LoopWorkload, loadImage, manifest, WORKLOADS, workloadIn } from '../loop/workloads.ts'
import { IMAGE_VALUES, loadPlimsoll } from '../support/image.ts'
import { makeNamespace } from '../support/namespace.ts'
import { carries } from '../support/planting.ts'
import { makePerson, type Person } from './people.ts'

const NAMESPACE = 'shop'
const WEB: LoopWorkload = { ...WORKLOADS.storefront, name: 'web', replicas: 1 }
const BATCH: LoopWorkload = { ...WEB, name: 'batch' }
/** Minutes in place of a week; all is critical, and so asks, unless a policy says otherwise. */
const SETTINGS = {
  learner: { minimumHistory: { seconds: 40, samples: 5 }, sampleEverySeconds: 5, publishEverySeconds: 2 },
  criticality: 'critical',
  approval: { confidence: { low: 0.4 }, minimumDays: 0 },
}

describe('a way to begin', { skip: clusterObstacle() ?? false }, () => {
  let cluster: Cluster
  let lead: Person

  before(async () => {
    cluster = await startCluster()
    await Promise.all([loadImage(cluster), loadPlimsoll(cluster)])
    await makeNamespace(cluster, 'plimsoll')
    const values = JSON.stringify({ ...IMAGE_VALUES, settings: SETTINGS })
    await cluster.helm(['install', 'plimsoll', CHART, '--namespace=plimsoll', '--values=-', '--wait'], {
      input: values,
      timeoutMilliseconds: 180_000,
    })
    await makeNamespace(cluster, NAMESPACE)
    await cluster.apply(manifest(NAMESPACE, WEB), manifest(NAMESPACE, BATCH))
    // As docs/guides/approval.md binds the approvers.
    lead = await makePerson(cluster, NAMESPACE, 'lead', ['plimsoll-approver', 'edit'])
  })
  after(() => cluster?.stop())

  const label = (mode: string) =>
    cluster.kubectl(['label', 'namespace', NAMESPACE, `plimsoll.dev/mode=${mode}`, '--overwrite'])
  const status = (what: string, loop: LoopWorkload, is: (status: RecommendationStatus) => unknown) =>
    awaitStatus(cluster, workloadIn(NAMESPACE, loop), what, is)

  /** Waits until the one Pod of a workload carries a revision, and nothing of it is under way. */
  const resized = (loop: LoopWorkload, revision: number) =>
    until(
      `the Pod of ${loop.name} to be resized`,
      async () => {
        const [pod] = await podsOf(cluster, workloadIn(NAMESPACE, loop))
        return pod && carries(pod, revision) && pod
      },
      { timeoutMilliseconds: 120_000, everyMilliseconds: 500 },
    )
  const restartsOf = ({ status }: SeenPod) => status.containerStatuses?.map(({ restartCount }) => restartCount)

  test('observed, nothing is injected, and what would be is shown', async () => {
    await label('observe')
    for (const loop of [WEB, BATCH]) await status('what would be', loop, ({ wouldApply }) => wouldApply)
    const report = await cluster.kubectl(['get', 'rec', `--namespace=${NAMESPACE}`])
    say(report)
    assert.match(report, /^deployment-web +observe +150m -> \d+m +512Mi -> \d+Mi +0\.50 +Observing/m)
    const { stdout, stderr } = await lead.plimsoll('explain', 'deployment/web')
    assert.match(stdout, /the namespace is only observed: nothing is injected/, stderr)
  })

  test('in mode approve it asks, and the Pods that run get what was approved, without a restart', async () => {
    const web = workloadIn(NAMESPACE, WEB)
    const [before] = await podsOf(cluster, web)
    await label('approve')
    for (const loop of [WEB, BATCH]) await status('it to ask', loop, ({ state }) => state === 'Pending')
    const explained = await lead.plimsoll('explain', 'deployment/web')
    assert.match(explained.stdout, /waits for approval \(storefront cpu .*\): in mode approve, every change needs it/)
    const approved = await lead.plimsoll('approve', 'deployment/web')
    say(approved.stdout)
    assert.equal(approved.status, 0, approved.stderr)
    const { applied } = await status('it to be applied', WEB, ({ state }) => state === 'Applied')
    const after = await resized(WEB, applied!.revision)
    assertCarries(after, applied!)
    assert.deepEqual([after.metadata.uid, restartsOf(after)], [before!.metadata.uid, restartsOf(before!)])
    const batch = workloadIn(NAMESPACE, BATCH)
    assert.equal((await recommendationOf(cluster, batch))!.applied, undefined)
    const [untouched] = await podsOf(cluster, batch)
    assert.deepEqual(untouched!.spec.containers[0]!.resources.requests, BATCH.containers.storefront!.requests)
  })

  test('in mode auto, workloads of low criticality are changed, and the rest still need approval', async () => {
    const metadata = { namespace: NAMESPACE, name: 'batch' }
    const spec = { selector: { matchLabels: { app: 'batch' } }, criticality: 'low' }
    await cluster.apply({ apiVersion: 'plimsoll.dev/v1alpha1', kind: 'SizingPolicy', metadata, spec })
    await cluster.apply(manifest(NAMESPACE, { ...WEB, name: 'orders' }))
    await label('auto')
    const { applied, changelog } = await status('batch to be applied', BATCH, ({ state }) => state === 'Applied')
    await resized(BATCH, applied!.revision)
    assert.deepEqual([changelog!.at(-1)!.by, changelog!.at(-1)!.reason], ['plimsoll', 'Learned'])
    await status('orders to ask', { ...WEB, name: 'orders' }, ({ state }) => state === 'Pending')
    say(await cluster.kubectl(['get', 'rec', `--namespace=${NAMESPACE}`]))
    const nothing = await lead.plimsoll('approve', 'deployment/web')
    assert.equal(nothing.status, 1)
    assert.match(nothing.stderr, /deployment\/web: nothing is pending; its state is Applied/)
  })
})
