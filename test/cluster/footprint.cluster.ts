// How much memory webhook and learner take at the size that they are made for, compiled as in the image, with the heap caps
// that the chart gives them: the limits of docs/decisions/0036 rest on this.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { ChartValues } from '../../src/config/index.ts'
import { createLearner } from '../../src/learner/index.ts'
import { toNumber } from '../../src/resources/index.ts'
import { heapMebibytes } from '../../src/supervisor/index.ts'
import { type Fleet, makeFleet, workloadOf } from './admission/fleet.ts'
import { prepare } from './certificates/installation.ts'
import { CertificateAuthority, controlPlaneObstacle, until } from './harness/index.ts'
import { type Administered, startAdministered } from './support/admin.ts'
import { HttpsClient, inParallel } from './support/api.ts'
import { compile } from './support/compiled.ts'
import { Etcd, type Stored } from './support/etcd.ts'
import { installMetricsApi } from './support/metrics-api.ts'
import { YOUNG_GENERATION } from './support/plimsoll.ts'
import { startProgram } from './support/program.ts'

const ROOT = join(import.meta.dirname, '../..')
const MEBIBYTE = 2 ** 20
const RECOMMENDATIONS = 20_000
/** Of two containers each. */
const LEARNED_WORKLOADS = 5_000
const REVIEWS = 5_000
const HOUR = 3_600
/** The chart's own limits; the rest is of docs/decisions/0036. */
const { webhook, learner } = ChartValues.parse({})
const limitBytes = ({ resources: { limits } }: Pick<typeof webhook, 'resources'>) => toNumber(limits.memory!)
const WEBHOOK = { limitBytes: limitBytes(webhook), heapPercent: 50 }
const LEARNER = { limitBytes: limitBytes(learner), supervisorBytes: 80 * MEBIBYTE }

describe('memory', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  let fleet: Fleet
  let plimsoll: string

  before(async () => {
    cluster = await startAdministered({ controllers: false })
    await prepare(cluster)
    fleet = await makeFleet(cluster)
    plimsoll = await compile(cluster.directory)
  })
  after(() => cluster?.stop())

  test(`a webhook with ${RECOMMENDATIONS} Recommendations under load fits into its container`, async (t) => {
    await fleet.store('recommendations', 0, RECOMMENDATIONS)
    await cluster.restartApiServer()
    await fleet.listed()
    const authority = await CertificateAuthority.create(join(cluster.directory, 'pki-footprint'), 'footprint')
    const serving = await authority.issue('webhook', { subject: '/CN=webhook', names: ['IP:127.0.0.1'] })
    const args = [
      '--host=127.0.0.1',
      '--port=0',
      '--ops-port=0',
      `--tls-cert=${serving.certificate}`,
      `--tls-key=${serving.key}`,
    ]
    const heap = Math.floor((WEBHOOK.limitBytes * WEBHOOK.heapPercent) / 100 / MEBIBYTE)
    const webhook = startProgram(
      cluster,
      'webhook',
      args,
      {},
      { plimsoll, nodeArgs: [`--max-old-space-size=${heap}`, ...YOUNG_GENERATION] },
    )
    const { url, opsUrl } = (await webhook.logged('webhook listening')) as unknown as { url: string; opsUrl: string }
    await until('the webhook to be ready', async () => (await fetch(`${opsUrl}/readyz`)).ok, {
      timeoutMilliseconds: 60_000,
    })
    const synced = [webhook.residentBytes(), webhook.peakResidentBytes()]
    const direct = new HttpsClient(url, { ca: readFileSync(authority.certificate) })
    t.after(() => direct.close())
    const review = readFileSync(join(ROOT, 'test/fixtures/admission/deployment.json'), 'utf8')
    await inParallel(Array.from({ length: REVIEWS }), 32, async () => {
      const { status } = await direct.call('POST', '/mutate/auto', review)
      assert.equal(status, 200)
    })
    const peak = webhook.peakResidentBytes()
    t.diagnostic(
      `in sync ${mebibytes(synced[0]!)}, at most ${mebibytes(synced[1]!)}; after ${REVIEWS} reviews ${mebibytes(webhook.residentBytes())}, ` +
        `at most ${mebibytes(peak)}, with a heap of ${heap} MiB at most`,
    )
    assert.ok(peak <= 0.85 * WEBHOOK.limitBytes, `${mebibytes(peak)} of ${mebibytes(WEBHOOK.limitBytes)}`)
    await webhook.end()
  })

  test(`a learner of ${2 * LEARNED_WORKLOADS} containers fits into its container, beside its supervisor`, async (t) => {
    const etcd = new Etcd(cluster)
    await installMetricsApi(cluster)
    await etcd.write([...pods(), ...podMetrics()])
    await etcd.write(await checkpoints(etcd))
    await cluster.restartApiServer()
    await fleet.listed()
    const learnerSettings = { sampleEverySeconds: 2, publishEverySeconds: 5, minimumHistory: { seconds: HOUR } }
    const heap = heapMebibytes(LEARNER.limitBytes, 2 ** 40)!
    const learner = startProgram(
      cluster,
      'learner',
      ['--host=127.0.0.1', '--ops-port=0'],
      { learner: learnerSettings },
      { plimsoll, nodeArgs: [`--max-old-space-size=${heap}`] },
    )
    const { opsPort } = await learner.logged('waiting to lead')
    const { restored } = await learner.logged('checkpoints restored; usage since each was written is lost', 120_000)
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
      {
        timeoutMilliseconds: 60_000,
      },
    )
    // Five writes a second are the budget: a few dozen are as good as all.
    await until('some to be published', () => learner.logs().filter(({ msg }) => msg === 'published').length > 50, {
      timeoutMilliseconds: 120_000,
    })
    const peak = learner.peakResidentBytes()
    const troubles = learner.logs().filter(({ level }) => level === 'warn' || level === 'error')
    t.diagnostic(
      `after usage was taken in, and while publishing ${mebibytes(learner.residentBytes())}, at most ${mebibytes(peak)}, with a heap of ${heap} MiB at most; ` +
        `${troubles.length} warnings${troubles[0] ? `, the first: ${troubles[0].msg}` : ''}`,
    )
    assert.ok(
      peak + LEARNER.supervisorBytes <= 0.9 * LEARNER.limitBytes,
      `${mebibytes(peak)} of ${mebibytes(LEARNER.limitBytes)}`,
    )
    await learner.end()
  })

  /** Full records, as after a fortnight of samples every hour. */
  async function checkpoints(etcd: Etcd): Promise<Stored[]> {
    const [template] = await etcd.read('/registry/plimsoll.dev/recommendationcheckpoints/templates/')
    const learner = createLearner()
    const now = Math.floor(Date.now() / 1000 / HOUR) * HOUR
    const stored: Stored[] = []
    for (let number = 0; number < LEARNED_WORKLOADS; number++) {
      const workload = workloadOf(number)
      const samples = Array.from({ length: 14 * 24 }, (_, hour) =>
        ['app', 'sidecar'].map((container) => ({
          container: { workload, container },
          pod: `${workload.name}-5d9c7b6f84-abcde`,
          timestampSeconds: now - 14 * 24 * HOUR + hour * HOUR,
          cpuCores: ((hour * 37 + number) % 100) / 50,
          memoryBytes: (((hour * 53 + number) % 1000) + 100) * MEBIBYTE,
        })),
      )
      learner.observe(samples.flat())
      const object = JSON.parse(template!.value)
      const name = `deployment-${workload.name}`
      Object.assign(object.metadata, {
        namespace: workload.namespace,
        name,
        uid: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      })
      object.status.state = brotliCompressSync(learner.saveWorkload(workload)!).toString('base64')
      stored.push({
        key: `/registry/plimsoll.dev/recommendationcheckpoints/${workload.namespace}/${name}`,
        value: JSON.stringify(object),
      })
      learner.forget(workload)
    }
    return stored
  }
})

function podName(number: number): string {
  return `${workloadOf(number).name}-5d9c7b6f84-abcde`
}

function pods(): Stored[] {
  const { object } = JSON.parse(readFileSync(join(ROOT, 'test/fixtures/admission/deployment.json'), 'utf8')).request
  return Array.from({ length: LEARNED_WORKLOADS }, (_, number) => {
    const { namespace, name: deployment } = workloadOf(number)
    const name = podName(number)
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name: `${deployment}-5d9c7b6f84`,
      uid: 'x',
      controller: true,
    }
    const uid = `00000000-0000-4000-9000-${String(number).padStart(12, '0')}`
    const metadata = {
      ...object.metadata,
      namespace,
      name,
      uid,
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { app: deployment, 'pod-template-hash': '5d9c7b6f84' },
      ownerReferences: [owner],
    }
    const [first] = object.spec.containers
    const containers = ['app', 'sidecar'].map((container) => ({ ...first, name: container }))
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { ...object.spec, containers },
      status: { phase: 'Running' },
    }
    return { key: `/registry/pods/${namespace}/${name}`, value: JSON.stringify(pod) }
  })
}

function podMetrics(): Stored[] {
  return Array.from({ length: LEARNED_WORKLOADS }, (_, number) => {
    const { namespace } = workloadOf(number)
    const name = podName(number)
    const usage = { cpu: `${100 + (number % 900)}m`, memory: `${200 + (number % 800)}Mi` }
    const containers = ['app', 'sidecar'].map((container) => ({ name: container, usage }))
    const timestamp = new Date().toISOString()
    const metrics = {
      apiVersion: 'metrics.k8s.io/v1beta1',
      kind: 'PodMetrics',
      metadata: {
        namespace,
        name,
        uid: `00000000-0000-4000-a000-${String(number).padStart(12, '0')}`,
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
      timestamp,
      window: '15s',
      containers,
    }
    return { key: `/registry/metrics.k8s.io/pods/${namespace}/${name}`, value: JSON.stringify(metrics) }
  })
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(0)} MiB`
}
