// Startup boost: the real webhook gives it, the real learner removes it and gives it again, and the real kubelet resizes.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { API_VERSION } from '../../../src/api/index.ts'
import type { KubeClient } from '../../../src/kube/index.ts'
import { writeRecommendation } from '../../../src/recommendations/index.ts'
import { type Cluster, clusterObstacle, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { podsOf, recommendationOf, type SeenPod } from '../loop/sight.ts'
import { type LearningCluster, startLearningCluster } from '../support/learning-cluster.ts'
import type { Plimsoll } from '../support/plimsoll.ts'
import type { Program } from '../support/program.ts'
import { boostAlert, boostRules, valueIn, whyQuiet } from './boost-alert.ts'

const SETTINGS = {
  learner: { sampleEverySeconds: 5, publishEverySeconds: 2 },
  apply: { running: 'inPlace' },
}
const NAMESPACE = 'shop'
const WORKLOAD = { namespace: NAMESPACE, kind: 'Deployment', name: 'counter' }
const PATIENTLY = { timeoutMilliseconds: 120_000, everyMilliseconds: 250 }
const IMAGE = 'counter:1'
/** Whether to wait for the alert with the chart's times, for which the learner is stopped for ten minutes. */
const IN_REAL_TIME = process.env.PLIMSOLL_TEST_REAL_TIME === '1'

/**
 * Counts, which takes a second of CPU, and is ready then; ends when the test asks for it. Uptime is in hundredths of a second. It answers on
 * a port, because a probe that runs a command would take from its limit, which is far below what a busy machine leaves it.
 */
const PROGRAM = `
uptime() { read up rest < /proc/uptime; echo "\${up%.*}\${up#*.}"; }
began=$(uptime)
i=0
while [ $i -lt 700000 ]; do i=$((i+1)); done
echo "counted in $(( $(uptime) - began ))"
while true; do nc -l -p 8080 < /dev/null > /dev/null; done &
while [ ! -f /tmp/exit ]; do sleep 1; done
rm -f /tmp/exit
`

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: WORKLOAD.name, namespace: NAMESPACE },
  spec: {
    replicas: 1,
    strategy: { type: 'Recreate' },
    selector: { matchLabels: { app: WORKLOAD.name } },
    template: {
      metadata: { labels: { app: WORKLOAD.name } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'app',
            image: IMAGE,
            command: ['sh', '-c', PROGRAM],
            resources: { requests: { cpu: '40m', memory: '32Mi' }, limits: { cpu: '50m', memory: '32Mi' } },
            readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
          },
        ],
      },
    },
  },
}
const [STEADY, BOOSTED] = ['25m/50m', '50m/100m']

describe('Pods that start', { skip: clusterObstacle() ?? false }, () => {
  let running: LearningCluster | undefined
  let cluster: Cluster
  let client: KubeClient
  let plimsoll: Plimsoll
  /** How long the first process counted without a boost, in seconds. */
  let plain = 0

  before(async () => {
    running = await startLearningCluster({
      namespace: NAMESPACE,
      settings: SETTINGS,
      prepare: (one) => one.image(IMAGE, { from: 'busybox', command: ['sh'] }),
    })
    ;({ cluster, client, plimsoll } = running)
  })
  after(() => running?.stop())

  interface Status {
    readonly ready: boolean
    readonly restartCount: number
    readonly resources?: { readonly requests?: { cpu?: string }; readonly limits?: { cpu?: string } }
  }
  const statusIn = (pod: SeenPod) => pod.status.containerStatuses?.[0] as Status | undefined
  const asksFor = ({ spec }: SeenPod) => {
    const { requests, limits } = spec.containers[0]!.resources
    return `${requests?.cpu}/${limits?.cpu}`
  }
  const inForce = (pod: SeenPod) => {
    const { requests, limits } = statusIn(pod)?.resources ?? {}
    return `${requests?.cpu}/${limits?.cpu}`
  }

  async function pod(what: string, is: (pod: SeenPod) => boolean): Promise<SeenPod> {
    return await until(
      what,
      async () => {
        const pods = await podsOf(cluster, WORKLOAD)
        return pods.length === 1 && is(pods[0]!) && pods[0]
      },
      PATIENTLY,
    )
  }

  async function replaced({ metadata }: SeenPod): Promise<SeenPod> {
    await cluster.kubectl(['delete', 'pod', metadata.name, `--namespace=${NAMESPACE}`, '--wait=false'])
    return await pod('another Pod', (next) => next.metadata.uid !== metadata.uid)
  }

  async function counted({ metadata }: SeenPod): Promise<number> {
    const log = await cluster.kubectl(['logs', metadata.name, `--namespace=${NAMESPACE}`])
    return Number(/counted in (\d+)/.exec(log)?.[1]) / 100
  }

  const isReady = (one: SeenPod) => statusIn(one)?.ready === true
  const isSteady = (one: SeenPod) => asksFor(one) === STEADY && inForce(one) === STEADY

  test('start faster by the factor of the boost, and have their steady CPU within a minute of being ready', async () => {
    await cluster.apply(DEPLOYMENT)
    const first = await pod('the Pod to be ready without a boost', isReady)
    plain = await counted(first)
    await cluster.apply({
      apiVersion: API_VERSION,
      kind: 'SizingPolicy',
      metadata: { name: 'startup', namespace: NAMESPACE },
      spec: { startup: { cpu: '2x', until: 'Ready', plus: '5s', atMost: '2m' } },
    })
    await writeRecommendation(
      client,
      WORKLOAD,
      {
        mode: 'auto',
        applied: {
          ...{
            revision: 1,
            time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
            source: 'observed',
            goal: 'balanced',
          },
          containers: [{ name: 'app', cpu: { request: '25m' } }],
        },
      },
      { exists: false },
    )
    const status = await until(
      'the learner to allow boosts',
      async () => {
        const now = await recommendationOf(cluster, WORKLOAD)
        return now?.startup?.upTo !== undefined && now
      },
      PATIENTLY,
    )
    say(`counter: boosts up to ${status.startup?.upTo}`)
    await until('the webhook to know', async () => (await plimsoll.webhook.held()) === 1, PATIENTLY)
    const second = await replaced(first)
    assert.equal(asksFor(second), BOOSTED)
    const ready = await pod('it to be ready', isReady)
    const readyAt = performance.now()
    const boosted = await counted(ready)
    say(`counter: ${plain} s without a boost, ${boosted} s with it: ${(plain / boosted).toFixed(2)} times as fast`)
    assert.ok(plain / boosted > 1.7, `${plain} s, then ${boosted} s`)
    const steady = await pod('its steady CPU', isSteady)
    const seconds = (performance.now() - readyAt) / 1000
    say(`counter: steady ${seconds.toFixed(1)} s after it was ready`)
    assert.ok(seconds < 60, `${seconds} s`)
    assert.equal(steady.metadata.uid, second.metadata.uid)
    assert.equal(statusIn(steady)?.restartCount, 0)
    assert.match(
      await cluster.kubectl(['describe', 'pod', steady.metadata.name, `--namespace=${NAMESPACE}`]),
      /BoostRemoved.*app cpu 50m\/100m -> 25m\/50m/,
    )
  })

  test('get the boost again when the container restarts', async () => {
    const before = await pod('a steady Pod', (one) => isReady(one) && isSteady(one))
    await cluster.kubectl(['exec', before.metadata.name, `--namespace=${NAMESPACE}`, '--', 'touch', '/tmp/exit'])
    const again = await pod('the boost', (one) => statusIn(one)?.restartCount === 1 && inForce(one) === BOOSTED)
    assert.equal(again.metadata.uid, before.metadata.uid)
    const ready = await pod('it to be ready again', (one) => statusIn(one)?.restartCount === 1 && isReady(one))
    const seconds = await counted(ready)
    say(`counter: ${seconds} s after its container started again`)
    assert.ok(plain / seconds > 1.4, `${plain} s, then ${seconds} s`)
    await pod('its steady CPU', isSteady)
  })

  test('keep the boost while the learner is down, an alert fires, and the learner removes it when it is back', async () => {
    const before = await pod('a steady Pod', (one) => isReady(one) && isSteady(one))
    const prometheus = await cluster.prometheus()
    prometheus.scrape('webhook', new URL(plimsoll.webhook.opsUrl).host)
    prometheus.scrape('learner', await opsOf(plimsoll.learner!))
    await until(
      'Prometheus to know the boosts',
      async () =>
        (await valueIn(prometheus, 'plimsoll_admission_boosts_total')) !== undefined &&
        (await valueIn(prometheus, 'plimsoll_boosts_looked_at_timestamp_seconds')) !== undefined,
      PATIENTLY,
    )
    await prometheus.evaluate('plimsoll', boostRules(IN_REAL_TIME))
    const state = (expected: string, more: object = {}) =>
      until(`the alert to be ${expected}`, async () => (await boostAlert(prometheus)) === expected, {
        ...PATIENTLY,
        ...more,
      })
    await state('inactive')
    const scraped = [await boostsGiven()]
    await plimsoll.learner!.kill()
    const goneAt = performance.now()
    const seconds = (since: number) => Number(((performance.now() - since) / 1000).toFixed(1))
    const next = await replaced(before)
    assert.equal(asksFor(next), BOOSTED)
    await pod('it to be ready', isReady)
    scraped.push(await boostsGiven())
    assert.equal(await whyQuiet(10, scraped as [number, number]), undefined)
    await state('pending', { timeoutMilliseconds: 300_000 })
    say(`counter: the alert is pending ${seconds(goneAt)} s after the learner was killed`)
    await state('firing', { timeoutMilliseconds: 600_000 })
    say(`counter: the alert fires ${seconds(goneAt)} s after the learner was killed`)
    const goneSeconds = IN_REAL_TIME ? 600 : 0
    await until('the learner to be gone for long enough', () => seconds(goneAt) >= goneSeconds, {
      timeoutMilliseconds: 700_000,
    })
    assert.equal(await boostAlert(prometheus), 'firing')
    assert.equal(asksFor(await pod('the Pod', () => true)), BOOSTED)
    const startedAt = performance.now()
    const learner = await plimsoll.startLearner()
    prometheus.scrape('learner', await opsOf(learner))
    await learner.logged('leading', 60_000)
    await pod('its steady CPU', isSteady)
    say(`counter: steady ${seconds(startedAt)} s after a learner was started again`)
    await state('inactive')
    say(`counter: the alert is quiet ${seconds(startedAt)} s after a learner was started again`)
  })

  async function opsOf(learner: Program): Promise<string> {
    return `127.0.0.1:${(await learner.logged('waiting to lead')).opsPort}`
  }

  async function boostsGiven(): Promise<number> {
    return Number(/^plimsoll_admission_boosts_total (\d+)$/m.exec(await plimsoll.webhook.metrics())?.[1])
  }
})
