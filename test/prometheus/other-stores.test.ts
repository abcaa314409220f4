// The same series in Prometheus and in VictoriaMetrics, read as `plimsoll report` reads them: both must give the same figures.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { DEFAULT_PRICES } from '../../src/config/index.ts'
import { type FleetInsight, fleetInsight, type WorkloadInsight } from '../../src/insight/index.ts'
import { readFleetFacts } from '../../src/readers/index.ts'
import { type MadePod, type MadeStore, madeSeries, withoutHonorLabels } from './made-series.ts'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from './real-prometheus.ts'
import { startVictoriaMetrics, whyNoVictoriaMetrics } from './victoria-metrics.ts'

const obstacle = whyNoPrometheus() ?? whyNoVictoriaMetrics()
if (obstacle) console.log(`other-stores.test.ts: skipped, ${obstacle}`)
const DAYS = 2
const endSeconds = Math.floor(Date.now() / 60_000) * 60
const REQUESTS = { cpu: 1, memory: 2 ** 30 }
const web = (suffix: string, more: Partial<MadePod> = {}): MadePod => ({
  ...{ namespace: 'shop', pod: `web-7d9c8f6b5-${suffix}`, owner: ['ReplicaSet', 'web-7d9c8f6b5'] },
  ...{ containers: [{ name: 'web', requests: REQUESTS, oomKills: 2 }], ...more },
})
const REPLICA_SET = [
  'kube_replicaset_owner',
  ...[
    {
      namespace: 'shop',
      replicaset: 'web-7d9c8f6b5',
      owner_kind: 'Deployment',
      owner_name: 'web',
      owner_is_controller: 'true',
    },
  ],
] as const
const PODS: readonly MadePod[] = [
  web('bcdf2'),
  web('bcdf4'),
  {
    namespace: 'shop',
    pod: 'db-0',
    owner: ['StatefulSet', 'db'],
    containers: [{ name: 'main', cores: 1.5, requests: REQUESTS }],
  },
  { namespace: 'shop', pod: 'debug-x2x4z', owner: ['', ''], containers: [{ name: 'shell', requests: REQUESTS }] },
]
const USUAL: MadeStore = { endSeconds, days: DAYS, pods: PODS, state: [REPLICA_SET] }

async function report(url: string, labels?: Readonly<Record<string, string>>): Promise<FleetInsight> {
  const nowSeconds = Date.now() / 1000
  const window = { fromSeconds: nowSeconds - DAYS * 86_400, toSeconds: nowSeconds }
  const prometheus = { url, nowSeconds: () => nowSeconds, ...(labels && { labels }) }
  const facts = await readFleetFacts({ prometheus }, { prices: DEFAULT_PRICES, goal: 'balanced', nowSeconds, window })
  return fleetInsight(facts)
}

/** The content of a report: figures to three digits, and what is left out. */
function gist({ workloads, notes }: FleetInsight) {
  const round = (value: number | undefined) => value && Number(value.toPrecision(2))
  const of = ({ key, pods, reserved, containers }: WorkloadInsight) => ({
    ...{ key, pods, reserved },
    containers: containers.map(({ name, cpuCores, memoryBytes, oomKills }) => ({
      ...{ name, oomKills },
      cpu: [round(cpuCores.uses?.p50), round(cpuCores.uses?.p95)],
      memory: [round(memoryBytes.uses?.p50), round(memoryBytes.uses?.p95)],
    })),
  })
  const left = notes.flatMap(({ code, says }) => (code === 'PodsLeftOut' || code === 'UsageMissing' ? [says] : []))
  return { workloads: workloads.map(of), left }
}

const STORES: readonly [what: string, store: MadeStore][] = [
  ['scraped every minute', USUAL],
  ['scraped every five minutes, without honor_labels', { ...USUAL, scrapeSeconds: 300, spell: withoutHonorLabels }],
]
for (const [what, made] of STORES) {
  describe(`series ${what}`, { skip: obstacle ?? false, timeout: 300_000 }, () => {
    let prometheus: RealPrometheus | undefined
    let victoria: RealPrometheus | undefined
    before(async () => {
      prometheus = await startPrometheus(madeSeries(made))
      victoria = await startVictoriaMetrics(madeSeries(made))
    })
    after(() => Promise.all([prometheus?.stop(), victoria?.stop()]))

    test('give the same report from VictoriaMetrics as from Prometheus', async () => {
      const [one, other] = [gist(await report(prometheus!.url)), gist(await report(victoria!.url))]
      assert.deepEqual(other, one)
      assert.deepEqual(
        one.workloads.map(({ key, pods }) => `${key} ${pods}`),
        ['shop/Deployment/web 2', 'shop/StatefulSet/db 1'],
      )
      assert.deepEqual(one.workloads[1]!.containers[0]!.cpu, [1.5, 1.5])
    })
  })
}

describe('a VictoriaMetrics with limits, and series of two clusters', {
  skip: obstacle ?? false,
  timeout: 300_000,
}, () => {
  let victoria: RealPrometheus | undefined
  before(async () => {
    const twice = PODS.flatMap((pod) => ['prod', 'dev'].map((cluster) => ({ ...pod, extra: { cluster } })))
    const state = ['prod', 'dev'].map((cluster) => [REPLICA_SET[0], { ...REPLICA_SET[1], cluster }] as const)
    const made = madeSeries({ ...USUAL, pods: twice, state })
    victoria = await startVictoriaMetrics(made, '-search.maxPointsPerTimeseries=200')
  })
  after(() => victoria?.stop())

  test('are distinguished', async () => {
    await assert.rejects(report(victoria!.url), /cluster \("dev", "prod"\).*--prometheus-label cluster=/s)
    const insight = await report(victoria!.url, { cluster: 'dev' })
    assert.deepEqual(
      insight.workloads.map(({ key, pods }) => `${key} ${pods}`),
      ['shop/Deployment/web 2', 'shop/StatefulSet/db 1'],
    )
  })
})
