// The sizes that Plimsoll is made for: what 20,000 Recommendations and 10,000 containers take, and that a change still arrives.
// How long it takes is for `npm run bench -- sync`. Compiled as in the image, with the heaps that the chart gives: the limits of
// docs/decisions/0036 rest on this.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ChartValues } from '../../../src/config/index.ts'
import { writeRecommendation } from '../../../src/recommendations/index.ts'
import { toNumber } from '../../../src/resources/index.ts'
import { workerArguments } from '../../../src/supervisor/index.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { HttpsClient, inParallel } from '../support/api.ts'
import { Etcd } from '../support/etcd.ts'
import { compiledPlimsoll } from '../support/image-root.ts'
import { installMetricsApi } from '../support/metrics-api.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'
import { startProgram } from '../support/program.ts'
import { type Fleet, makeFleet, workloadOf } from './fleet.ts'
import { applied, injects } from './injected.ts'
import { checkpoints, podMetrics, pods } from './usage.ts'

const WORKLOADS = 20_000
const REVIEW = join(import.meta.dirname, '../../fixtures/admission/deployment.json')
const REVIEWS = 5_000
const HOUR = 3_600
const MEBIBYTE = 2 ** 20

/** 10,000 containers of two each are learned from, and kept in etcd. */
const LEARNED_WORKLOADS = 5_000
const ETCD_BYTES = 64 * MEBIBYTE
/** The learner makes five writes a second: sixty checkpoints a minute, of two writes each, and Recommendations. */
const CHECKPOINTS_PER_SECOND = 1
const RECOMMENDATIONS_PER_SECOND = 3
/** Time for which the API server keeps old versions in etcd. */
const COMPACTION_SECONDS = 5 * 60

/** Limits of the chart. docs/decisions/0036 explains the rest. */
const { webhook, learner } = ChartValues.parse({})
const limitBytes = ({ resources: { limits } }: Pick<typeof webhook, 'resources'>) => toNumber(limits.memory!)
const WEBHOOK_BYTES = limitBytes(webhook)
const LEARNER = { limitBytes: limitBytes(learner), supervisorBytes: 80 * MEBIBYTE }

describe('20,000 Recommendations', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  let plimsoll: Plimsoll
  let program: string
  let fleet: Fleet

  before(async () => {
    cluster = await startAdministered({ controllers: false })
    program = await compiledPlimsoll()
    plimsoll = await startPlimsoll(cluster, { plimsoll: program })
    fleet = await makeFleet(cluster)
  })
  after(async () => {
    await plimsoll?.stop()
    await cluster?.stop()
  })

  test('10,000 containers and their checkpoints fit into 64 MiB of etcd', async (t) => {
    const etcd = new Etcd(cluster)
    await etcd.compact()
    const before = await etcd.bytesInUse()
    const recommendations = await fleet.store('recommendations', 0, LEARNED_WORKLOADS)
    const checkpoints = await fleet.store('recommendationcheckpoints', 0, LEARNED_WORKLOADS)
    await etcd.compact()
    const used = (await etcd.bytesInUse()) - before
    // etcd keeps several versions of changed objects until the next compaction.
    const overhead = used / (recommendations + checkpoints)
    const perSecond = CHECKPOINTS_PER_SECOND * checkpoints + RECOMMENDATIONS_PER_SECOND * recommendations
    const churn = COMPACTION_SECONDS * (perSecond / LEARNED_WORKLOADS) * overhead
    const each = [recommendations, checkpoints].map((bytes) => (bytes / LEARNED_WORKLOADS).toFixed(0))
    t.diagnostic(
      `a Recommendation takes ${each[0]} bytes, a checkpoint ${each[1]}; all together ${mebibytes(recommendations + checkpoints)}, ` +
        `${mebibytes(used)} of etcd's database, ${mebibytes(used + churn)} with all the versions that the write budget can make`,
    )
    assert.ok(used >= recommendations + checkpoints, 'the database holds what was stored')
    assert.ok(used + churn <= ETCD_BYTES, `${mebibytes(used + churn)} are more than ${mebibytes(ETCD_BYTES)}`)
  })

  test('fit into the memory limit of a webhook under load', async (t) => {
    await fleet.store('recommendations', LEARNED_WORKLOADS, WORKLOADS)
    // A running webhook reads them one by one, for a minute. A starting one reads all at once.
    await cluster.restartApiServer()
    await fleet.listed()
    const replica = await plimsoll.startWebhook()
    const templates = await new Etcd(cluster).read('/registry/plimsoll.dev/recommendations/templates/')
    assert.equal(await replica.held(), WORKLOADS + templates.length)
    const synced = [replica.residentBytes(), replica.peakResidentBytes()]
    const direct = new HttpsClient(replica.url, { ca: plimsoll.ca })
    t.after(() => direct.close())
    const review = readFileSync(REVIEW, 'utf8')
    await inParallel(Array.from({ length: REVIEWS }), 32, async () => {
      const { status } = await direct.call('POST', '/mutate/auto', review)
      assert.equal(status, 200)
    })
    const peak = replica.peakResidentBytes()
    t.diagnostic(
      `in sync ${mebibytes(synced[0]!)}, at most ${mebibytes(synced[1]!)}; after ${REVIEWS} reviews ` +
        `${mebibytes(replica.residentBytes())}, at most ${mebibytes(peak)}`,
    )
    assert.ok(peak <= 0.85 * WEBHOOK_BYTES, `${mebibytes(peak)} of ${mebibytes(WEBHOOK_BYTES)}`)
    await replica.end()
  })

  test('are updated in each of two replicas', async () => {
    const replicas = [await plimsoll.startWebhook(), await plimsoll.startWebhook()]
    const workload = workloadOf(12_345)
    await writeRecommendation(cluster.client, workload, applied(1_000), { exists: true })
    for (const replica of replicas) {
      await until('it to be injected', () => injects(replica, plimsoll.ca, workload, 1_000))
      await replica.end()
    }
  })

  test(`a learner of ${2 * LEARNED_WORKLOADS} containers and its supervisor fit into their memory limit`, async (t) => {
    const etcd = new Etcd(cluster)
    await installMetricsApi(cluster)
    await etcd.write([...pods(LEARNED_WORKLOADS), ...podMetrics(LEARNED_WORKLOADS)])
    await etcd.write(await checkpoints(etcd, LEARNED_WORKLOADS))
    await cluster.restartApiServer()
    await fleet.listed()
    const settings = { learner: { sampleEverySeconds: 2, publishEverySeconds: 5, minimumHistory: { seconds: HOUR } } }
    const nodeArgs = workerArguments(LEARNER.limitBytes, 2 ** 40)
    const learner = startProgram(cluster, 'learner', ['--host=127.0.0.1', '--ops-port=0'], settings, {
      plimsoll: program,
      nodeArgs,
    })
    const { opsPort } = await learner.logged('waiting to lead')
    const { restored } = await learner.logged('checkpoints restored; usage since each was written is lost', 300_000)
    const metric = async (name: string) =>
      Number(
        new RegExp(`^${name} (\\d+)`, 'm').exec(await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text())?.[1],
      )
    t.diagnostic(
      `restored ${restored} checkpoints: ${mebibytes(learner.residentBytes())}, at most ${mebibytes(learner.peakResidentBytes())}`,
    )
    assert.ok(Number(restored) >= LEARNED_WORKLOADS)
    await until(
      'usage to be taken in',
      async () => (await metric('plimsoll_learner_last_usage_timestamp_seconds')) > 0,
      { timeoutMilliseconds: 300_000 },
    )
    // The budget is five writes a second, so a few dozen are enough.
    await until('some to be published', () => learner.logs().filter(({ msg }) => msg === 'published').length > 50, {
      timeoutMilliseconds: 300_000,
    })
    const peak = learner.peakResidentBytes()
    const troubles = learner.logs().filter(({ level }) => level === 'warn' || level === 'error')
    t.diagnostic(
      `after usage was taken in, and while publishing ${mebibytes(learner.residentBytes())}, at most ${mebibytes(peak)}, with ${nodeArgs.join(' ')}; ` +
        `${troubles.length} warnings${troubles[0] ? `, the first: ${troubles[0].msg}` : ''}`,
    )
    // It uses 612 to 616 MiB with the 20,000 Recommendations of the tests above, and 465 MiB without them.
    assert.ok(
      peak + LEARNER.supervisorBytes <= 0.95 * LEARNER.limitBytes,
      `${mebibytes(peak)} of ${mebibytes(LEARNER.limitBytes)}`,
    )
    await learner.end()
  })
})

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`
}
