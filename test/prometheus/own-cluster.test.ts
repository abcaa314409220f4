import assert from 'node:assert/strict'
import { after, before, describe, type TestContext, test } from 'node:test'
import { chooseUsage } from '../../src/controller/usage.ts'
import { Fleet, type FleetPod } from '../../src/fleet/index.ts'
import type { UsageSample } from '../../src/history/source.ts'
import type { Learner } from '../../src/learner/learner.ts'
import { createLearnerMetrics } from '../../src/telemetry/learner-metrics.ts'
import { workloadKey } from '../../src/workloads/workload.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { controllerContext } from '../controller/context.ts'
import { type MadePod, madeSeries } from './made-series.ts'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from './real-prometheus.ts'

const SIGNAL = new AbortController().signal
const END = 1_790_000_100
const HOUR = 3600
const UID = '0d1c2b3a-1111-4222-8333-444455556666'
const OTHER_UID = 'ffffffff-1111-4222-8333-444455556666'
const PROD = { cluster: 'prod' }
const MIB = 2 ** 20

const db = (more: Partial<MadePod> = {}, cores = 0.05, bytes = 80 * MIB): MadePod => ({
  ...{ namespace: 'f4', pod: 'db-0', owner: ['StatefulSet', 'db'], containers: [{ name: 'main', cores, bytes }] },
  ...more,
})
const large = (more: Partial<MadePod> = {}) => db({ extra: PROD, ...more }, 3, 6000 * MIB)
const web = (namespace: string, suffix: string, more: Partial<MadePod> = {}): MadePod => ({
  ...{ namespace, pod: `web-7d9c8f6b5-${suffix}`, owner: ['ReplicaSet', 'web-7d9c8f6b5'] },
  ...{ containers: [{ name: 'web' }], ...more },
})
/** Without kube-state-metrics. */
const unknown = ({ owner: _, ...pod }: MadePod): MadePod => pod

/** A running Pod in the cluster. */
function running(namespace: string, name: string, [kind, workload]: readonly [string, string], uid = UID): FleetPod {
  return {
    ...{ uid, namespace, name, workload: { namespace, kind, name: workload }, createdAt: '2026-01-01T00:00:00Z' },
    ...{ labels: {}, goal: undefined, shape: { slots: [], overhead: { cpu: 0n, memory: 0n } }, author: new Map() },
    ...{ images: new Map(), restarts: 0, crashing: [], containers: new Map(), oomKills: [] },
  } as unknown as FleetPod
}
const ourDb = running('f4', 'db-0', ['StatefulSet', 'db'])
const ourWeb = running('shop', 'web-7d9c8f6b5-bcdf2', ['Deployment', 'web'])

describe('a learner with a Prometheus that has data of several clusters', {
  skip: whyNoPrometheus() ?? false,
  timeout: 300_000,
}, () => {
  const stores = new Map<string, RealPrometheus>()
  const made: Readonly<Record<string, readonly MadePod[]>> = {
    toldByState: [db(), unknown(large())],
    byUid: [db({ uid: UID }), large({ uid: OTHER_UID })],
    byOthers: [unknown(db()), unknown(large()), unknown(web('shop', 'bcdf2'))],
    nothing: [unknown(db()), unknown(large())],
    elsewhere: [large({ uid: OTHER_UID })],
    history: [
      web('shop', 'bcdf2', { extra: { dc: 'eu' }, agoSeconds: [3 * HOUR, 0] }),
      web('shop', 'ghjk4', { extra: { dc: 'eu' }, agoSeconds: [6 * HOUR, 3 * HOUR] }),
      web('shop', 'lmnp5', { extra: { dc: 'us' }, agoSeconds: [6 * HOUR, 0] }),
    ],
    one: [web('shop', 'bcdf2'), web('shop', 'ghjk4'), web('shop', 'lmnp5', { agoSeconds: [6 * HOUR, 3 * HOUR] })],
  }
  before(async () => {
    for (const [name, pods] of Object.entries(made))
      stores.set(name, await startPrometheus(madeSeries({ endSeconds: END, days: 0.25, pods })))
  })
  after(() => Promise.all([...stores.values()].map((store) => store.stop())))

  async function learn(
    t: TestContext,
    store: string,
    pods: readonly FleetPod[],
    settings: object = {},
    startSeconds = END + 60,
  ) {
    const prometheus = { url: stores.get(store)!.url, backfillDays: 0.25, stepSeconds: 300, ...settings }
    const time = new FakeTime(startSeconds * 1000)
    const { context } = await controllerContext(t, () => {}, { prometheus }, time)
    const fleet = new Fleet('plimsoll')
    for (const { namespace } of pods) {
      fleet.setMode(namespace, 'auto')
      fleet.replacePods(
        namespace,
        pods.filter((pod) => pod.namespace === namespace),
      )
    }
    const samples: UsageSample[] = []
    const learner = { observe: (batch: readonly UsageSample[]) => void samples.push(...batch) } as unknown as Learner
    const warnings: string[] = []
    context.logger.warn = ((details: object, message: string) =>
      void warnings.push(`${message} ${JSON.stringify(details)}`)) as never
    const metrics = createLearnerMetrics()
    const usage = chooseUsage(context, fleet, metrics)
    await usage.takeIn(learner, SIGNAL)
    const gauge = async (name: string, usage?: string) =>
      (await metrics.registry.getSingleMetric(name)!.get()).values.find(({ labels }) => labels.usage === usage)?.value
    return { usage, learner, samples, warnings, time, fleet, gauge }
  }
  const largest = (samples: readonly UsageSample[]) => Math.max(...samples.map(({ cpuCores }) => cpuCores || 0))
  const POD_GAUGE = 'plimsoll_learner_prometheus_pods'

  test('uses the series that kube-state-metrics identifies as this cluster’s, and not those of another one with the same name', async (t) => {
    const { samples, warnings, gauge } = await learn(t, 'toldByState', [ourDb])
    assert.ok(samples.length > 60 && largest(samples) < 0.06, `${samples.length} of at most ${largest(samples)}`)
    assert.ok(samples.every(({ memoryBytes }) => !(memoryBytes > 90 * MIB)))
    assert.match(warnings.join('\n'), /left out: its labels are not those.*cluster=\\"prod\\".*f4\/db-0/)
    assert.equal(await gauge(POD_GAUGE, 'of_another_cluster'), 1)
    assert.equal(await gauge(POD_GAUGE, 'read'), 1)
  })

  test('identifies its own Pods by their UIDs', async (t) => {
    const { samples } = await learn(t, 'byUid', [ourDb])
    assert.ok(samples.length > 60 && largest(samples) < 0.06)
  })

  test('identifies its own labels from Pods of other namespaces', async (t) => {
    const { samples } = await learn(t, 'byOthers', [ourDb, ourWeb])
    const ofDb = samples.filter(({ container }) => container.workload.name === 'db')
    assert.ok(ofDb.length > 60 && largest(ofDb) < 0.06)
  })

  test('leaves a workload out and reports it if it is unknown which series are from this cluster', async (t) => {
    const { samples, warnings, gauge } = await learn(t, 'nothing', [ourDb])
    assert.deepEqual(samples, [])
    assert.match(warnings.join('\n'), /several clusters.*cluster \(.*prod.*Set prometheus.labels/)
    assert.equal(await gauge('plimsoll_learner_prometheus_undecided_namespaces'), 1)
  })

  test('includes it once the settings identify them', async (t) => {
    const { samples } = await learn(t, 'nothing', [ourDb], { labels: { cluster: '' } })
    assert.ok(samples.length > 60 && largest(samples) < 0.06)
  })

  test('does not learn from a cluster that has a workload of this name while this one is not in the store', async (t) => {
    const { samples, gauge } = await learn(t, 'elsewhere', [ourDb])
    assert.deepEqual(samples, [])
    assert.equal(await gauge('plimsoll_learner_prometheus_undecided_namespaces'), 1)
  })

  test('uses the history of deleted Pods if their series have the labels of known Pods', async (t) => {
    const { samples } = await learn(t, 'history', [ourWeb])
    assert.deepEqual(
      [...new Set(samples.map(({ container }) => workloadKey(container.workload)))],
      ['shop/Deployment/web'],
    )
    const times = samples.map(({ timestampSeconds }) => timestampSeconds)
    assert.ok(Math.min(...times) < END - 5 * HOUR, 'with the Pod before')
    assert.ok(
      times.length < 6 * 12 + 5,
      `${times.length}: without the one that ran at the same time in another cluster`,
    )
  })

  test('rejects usage of unknown Pods from the time at which it knows all of them', async (t) => {
    const { samples, usage, learner, time, warnings } = await learn(t, 'one', [ourWeb], {}, END - 2 * HOUR)
    const before = samples.length
    assert.ok(before > 90, 'everything before counts, from all Pods')
    time.advance(2 * HOUR * 1000)
    await usage.takeIn(learner, SIGNAL)
    const since = samples.slice(before)
    assert.ok(since.length >= 23 && since.length <= 26, `${since.length}: one Pod of two`)
    assert.match(warnings.join('\n'), /no such Pods run in this cluster.*web-7d9c8f6b5-ghjk4/)
  })
})
