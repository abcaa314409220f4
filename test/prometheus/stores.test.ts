import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, type TestContext, test } from 'node:test'
import type { FleetInsight, WorkloadInsight } from '../../src/insight/model.ts'
import { plimsoll } from '../commands/plimsoll.ts'
import { type MadePod, type MadeStore, madeSeries, withoutHonorLabels } from './made-series.ts'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from './real-prometheus.ts'

/** Typical contents of stores, read by the commands from a real Prometheus. */

const skip = whyNoPrometheus() ?? false
const REQUESTS = { cpu: 1, memory: 2 ** 30 }
const now = () => Math.floor(Date.now() / 60_000) * 60
const web = (suffix: string, more: Partial<MadePod> = {}): MadePod => ({
  ...{ namespace: 'shop', pod: `web-7d9c8f6b5-${suffix}`, owner: ['ReplicaSet', 'web-7d9c8f6b5'] },
  ...{ containers: [{ name: 'web', requests: REQUESTS }], ...more },
})
const db = (more: Partial<MadePod> = {}): MadePod => ({
  ...{ namespace: 'shop', pod: 'db-0', owner: ['StatefulSet', 'db'] },
  ...{ containers: [{ name: 'main', requests: REQUESTS }], ...more },
})
const ownedBy = (kind: string, name: string) => ({ owner_kind: kind, owner_name: name, owner_is_controller: 'true' })
const REPLICA_SET = [
  'kube_replicaset_owner',
  { namespace: 'shop', replicaset: 'web-7d9c8f6b5', ...ownedBy('Deployment', 'web') },
] as const

/** Starts a Prometheus with these series for the tests of a suite. */
function store(made: () => Partial<MadeStore> & Pick<MadeStore, 'pods'>): () => string {
  let server: RealPrometheus | undefined
  before(async () => {
    const usual = { endSeconds: now(), days: 2, state: [REPLICA_SET] }
    server = await startPrometheus(madeSeries({ ...usual, ...made() }))
  })
  after(() => server?.stop())
  return () => server!.url
}

async function report(url: string, ...args: readonly string[]): Promise<FleetInsight> {
  const { code, stdout, stderr } = await plimsoll('report', '--prometheus', url, '-o', 'json', ...args)
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

const keys = ({ workloads }: FleetInsight) => workloads.map(({ key }) => key)
const noted = ({ notes }: FleetInsight, code: string) =>
  notes
    .filter((note) => note.code === code)
    .map(({ says }) => says)
    .join('\n')
const only = ({ workloads }: FleetInsight): WorkloadInsight => workloads[0]!
const meanCores = ({ containers }: WorkloadInsight) => containers[0]!.cpuCores.uses?.mean ?? Number.NaN

function near(actual: number | undefined, expected: number, share = 0.05): void {
  assert.ok(Math.abs(actual! - expected) <= share * expected, `${actual}, not ${expected}`)
}

describe('a kube-state-metrics that is scraped without honor_labels', { skip, timeout: 300_000 }, () => {
  const ksm: MadePod = {
    ...{ namespace: 'monitoring', pod: 'ksm-58c4d7f9b6-x2x4z', owner: ['ReplicaSet', 'ksm-58c4d7f9b6'] },
    containers: [{ name: 'ksm', requests: { cpu: 2, memory: 2 ** 31 } }],
  }
  const url = store(() => ({ pods: [web('bcdf2'), web('bcdf4'), ksm], spell: withoutHonorLabels }))

  test('is read for the objects that it reports', async () => {
    const insight = await report(url())
    assert.deepEqual(keys(insight), ['monitoring/Deployment/ksm', 'shop/Deployment/web'])
    assert.deepEqual(insight.workloads[1]!.reserved, { cpuCores: 2, memoryBytes: 2 ** 31 })
    assert.equal(insight.workloads[0]!.reserved.cpuCores, 2)
  })

  test('is read for one namespace as for all', async () => {
    assert.deepEqual(keys(await report(url(), '-n', 'shop')), ['shop/Deployment/web'])
    assert.deepEqual(keys(await report(url(), '-n', 'monitoring')), ['monitoring/Deployment/ksm'])
  })
})

describe('kubelets that are scraped without honor_labels', { skip, timeout: 300_000 }, () => {
  const extra = { exported_namespace: 'shop', exported_pod: 'web-7d9c8f6b5-bcdf2', exported_container: 'web' }
  const url = store(() => ({
    pods: [{ ...web('bcdf2'), namespace: 'kube-system', pod: 'kubelet', extra }],
    spell: ({ exported_container: _, ...labels }) => ({ ...labels, exported_container: labels.container ?? '' }),
  }))

  test('are read for the containers that they report', async () => {
    const insight = await report(url())
    assert.deepEqual(keys(insight), ['shop/Deployment/web'])
    near(meanCores(only(insight)), 0.2)
    assert.equal(only(insight).reserved.cpuCores, 1)
  })
})

describe('Pods for which kube-state-metrics reports no owner', { skip, timeout: 300_000 }, () => {
  const bare = (pod: string, owner: MadePod['owner'] = ['', '']): MadePod => ({
    ...{ namespace: 'ci', pod, owner, containers: [{ name: 'x', requests: REQUESTS }] },
  })
  const url = store(() => ({
    pods: [
      ...[bare('debug-0'), bare('ci-runner-7bcdf'), bare('spark-job-6b7d9c8f5-4wxyz')],
      bare('etl-load-20261115-bcdf2', ['Job', 'etl-load-20261115']),
      bare('cache-6b7d9c8f5-xyzw2', ['ReplicaSet', 'cache-6b7d9c8f5']),
    ],
    state: [
      ['kube_job_owner', { namespace: 'ci', job_name: 'etl-load-20261115' }],
      ['kube_replicaset_owner', { namespace: 'ci', replicaset: 'cache-6b7d9c8f5' }],
    ],
  }))

  test('become no workloads by their names, and are counted and listed', async () => {
    const insight = await report(url())
    assert.deepEqual(keys(insight), ['ci/ReplicaSet/cache-6b7d9c8f5'])
    const says = noted(insight, 'PodsLeftOut')
    assert.match(says, /3 Pods without a controller are left out: ci\/ci-runner-7bcdf, ci\/debug-0, ci\/spark-job-/)
    assert.match(says, /1 Pod of a Job without a CronJob is left out: ci\/etl-load-20261115-bcdf2/)
    assert.equal(noted(insight, 'OwnersGuessed'), '')
  })
})

describe('a store without kube-state-metrics', { skip, timeout: 300_000 }, () => {
  const pods = [web('bcdf2'), db(), { ...db(), pod: 'lonely' }].map(({ owner: _, ...pod }) => pod)
  const url = store(() => ({ pods, state: [] }))

  test('has guessed kinds, which are marked', async () => {
    const insight = await report(url())
    assert.deepEqual(keys(insight), ['shop/Deployment/web', 'shop/StatefulSet/db'])
    assert.match(
      noted(insight, 'OwnersGuessed'),
      /kinds of 2 workloads are guessed .*shop\/db \(StatefulSet\), shop\/web \(Deployment\)/,
    )
    assert.match(noted(insight, 'PodsLeftOut'), /1 Pod whose owner is unknown.*shop\/lonely/)
  })

  test('gives the same result in a backtest and a start', async () => {
    const { stderr } = await plimsoll('backtest', '--prometheus', url(), '--prometheus-days', '2')
    assert.match(stderr.replaceAll(/\s+/g, ' '), /kinds of 2 workloads are guessed/)
  })
})

describe('a store of two clusters', { skip, timeout: 300_000 }, () => {
  const size = (cores: number) => ({ containers: [{ name: 'main', cores, requests: REQUESTS }] })
  const url = store(() => ({
    pods: [
      ...[db({ ...size(2), extra: { cluster: 'prod' } }), db({ ...size(0.02), extra: { cluster: 'dev' } })],
      ...[web('bcdf2', { extra: { cluster: 'prod' } }), web('bcdg2', { extra: { cluster: 'dev' } })],
    ],
  }))

  test('is not mixed: the error names the label, its values and the option', async () => {
    for (const command of [['report'], ['backtest'], ['start', '--once']]) {
      const { code, stderr } = await plimsoll(...command, '--prometheus', url())
      assert.equal(code, 1)
      assert.match(
        stderr.replaceAll(/\s+/g, ' '),
        /the label cluster \("dev", "prod"\).*--prometheus-label cluster=dev .*prometheus\.labels/,
      )
    }
  })

  test('is read for the cluster that is selected', async () => {
    const insight = await report(url(), '--prometheus-label', 'cluster=prod')
    near(meanCores(insight.workloads.find(({ name }) => name === 'db')!), 2)
    assert.equal(insight.workloads.find(({ name }) => name === 'web')!.pods, 1)
  })

  test('is read completely if the user says that it is one cluster', async () => {
    const insight = await report(url(), '--prometheus-label', 'cluster=*')
    assert.equal(insight.workloads.find(({ name }) => name === 'web')!.pods, 2)
  })
})

describe('a store of two clusters with an unknown label', { skip, timeout: 300_000 }, () => {
  const url = store(() => ({ pods: [web('bcdf2'), web('bcdg2', { extra: { landscape: 'eu10' } })] }))

  test('is not mixed, even if one cluster has no label', async () => {
    const { code, stderr } = await plimsoll('report', '--prometheus', url())
    assert.equal(code, 1)
    assert.match(
      stderr.replaceAll(/\s+/g, ' '),
      /the label landscape \(none at all, "eu10"\).*landscape=eu10.*"landscape=" for the series without it/,
    )
  })

  test('is read for the cluster without the label', async () => {
    assert.equal(only(await report(url(), '--prometheus-label', 'landscape=')).pods, 1)
  })
})

describe('a store of one cluster with many labels', { skip, timeout: 300_000 }, () => {
  const node = (name: string, more: object = {}) => ({
    ...{ kubernetes_io_hostname: name, topology_kubernetes_io_zone: `zone-${name}`, team_pool: name },
    ...more,
  })
  const url = store(() => {
    const usage = (pod: MadePod): MadePod => ({ ...pod, owner: undefined as never })
    const state = (pod: MadePod): MadePod => ({ ...pod, containers: [] })
    const all = [web('bcdf2'), web('bcdg2'), db()]
    return {
      pods: [
        ...all.map(state),
        // Only usage has labels of nodes, and two servers scrape the same.
        ...all.flatMap((pod, i) =>
          ['a', 'b'].map((replica) =>
            usage({ ...pod, extra: node(`n${i}`, { prometheus_replica: replica, region: 'r1' }) }),
          ),
        ),
      ],
    }
  })

  test('is read completely, because labels of replicas, scrapes and nodes do not distinguish clusters', async () => {
    const insight = await report(url())
    assert.deepEqual(keys(insight), ['shop/Deployment/web', 'shop/StatefulSet/db'])
    near(meanCores(only(insight)), 0.2)
  })
})

for (const seconds of [300, 600]) {
  describe(`containers that are scraped every ${seconds / 60} minutes`, { skip, timeout: 300_000 }, () => {
    const url = store(() => ({
      ...{ days: 3, scrapeSeconds: seconds, stateSeconds: seconds, pods: [web('bcdf2')] },
      // Not at the round times of queries.
      endSeconds: Math.floor(now() / seconds) * seconds - 120,
    }))

    test('have their CPU', async () => {
      const insight = await report(url())
      const { pods, confidence, learned, containers } = only(insight)
      near(meanCores(only(insight)), 0.2)
      assert.equal(pods, 1)
      assert.ok(containers[0]!.samples! >= (3 * 86_400) / seconds - 3)
      assert.ok(confidence !== undefined && learned.cpuCores! < 0.5)
      assert.equal(noted(insight, 'UsageMissing'), '')
    })
  })
}

describe('containers that are scraped every minute on some nodes, and every five on others', {
  skip,
  timeout: 300_000,
}, () => {
  const endSeconds = now()
  let server: RealPrometheus | undefined
  before(async () => {
    const often = [...madeSeries({ endSeconds, days: 2, pods: [db()], state: [] })].join('')
    const seldom = [
      ...madeSeries({
        endSeconds: endSeconds - 130,
        days: 2,
        scrapeSeconds: 300,
        pods: [web('bcdf2')],
        state: [REPLICA_SET],
      }),
    ]
    server = await startPrometheus(often.replace('# EOF\n', '') + seldom.join('').replaceAll(/^# TYPE .*\n/gm, ''))
  })
  after(() => server?.stop())

  test('all have their CPU, and none after they are deleted', async () => {
    const insight = await report(server!.url)
    for (const workload of insight.workloads) near(meanCores(workload), 0.2)
    assert.equal(insight.workloads.length, 2)
  })
})

describe('a store with memory and no CPU', { skip, timeout: 300_000 }, () => {
  let server: RealPrometheus | undefined
  before(async () => {
    const all = [...madeSeries({ endSeconds: now(), days: 2, pods: [web('bcdf2')], state: [REPLICA_SET] })].join('')
    server = await startPrometheus(all.replaceAll(/^(# TYPE )?container_cpu_usage_seconds.*\n/gm, ''))
  })
  after(() => server?.stop())

  test('has no required CPU and no confidence, and the report says why', async () => {
    const insight = await report(server!.url)
    const { learned, confidence, used } = only(insight)
    assert.deepEqual([learned.cpuCores, used.cpuCores, confidence], [undefined, undefined, undefined])
    assert.ok(learned.memoryBytes! > 0)
    assert.match(noted(insight, 'UsageMissing'), /no CPU usage of 1 container, such as shop\/web web/)
    const { stdout } = await plimsoll('report', '--prometheus', server!.url)
    assert.match(stdout, /shop\/web +1 +1 +\? +\? .* \? +-/)
  })
})

for (const restartPolicy of ['Always', undefined]) {
  const told = restartPolicy ? 'with' : 'without'
  describe(`a native sidecar in a kube-state-metrics ${told} restart policies`, { skip, timeout: 300_000 }, () => {
    const url = store(() => ({
      pods: [
        web('bcdf2', {
          containers: [
            { name: 'web', requests: REQUESTS },
            ...[{ name: 'proxy', cores: 0.05, requests: { cpu: 2, memory: 2 ** 28 }, oomKills: 3 }].map((proxy) => ({
              ...proxy,
              init: restartPolicy ? { restartPolicy } : {},
            })),
            {
              name: 'migrate',
              cores: 1,
              requests: { cpu: 4, memory: 2 ** 30 },
              init: {},
              untilAgoSeconds: 2 * 86_400 - 600,
            },
          ],
        }),
      ],
    }))

    test('counts with its usage and troubles; a container that only initializes does not', async () => {
      const { containers, reserved, risks } = only(await report(url()))
      assert.deepEqual(
        containers.map(({ name }) => name),
        ['web', 'proxy'],
      )
      assert.equal(reserved.cpuCores, 3)
      near(containers[1]!.cpuCores.uses?.mean, 0.05)
      assert.equal(containers[1]!.oomKills, 3)
      assert.ok(risks.some(({ code, container }) => code === 'OomKills' && container === 'proxy'))
    })
  })
}

describe('a store that limits the range of a query', { skip, timeout: 300_000 }, () => {
  const url = store(() => ({ days: 9, scrapeSeconds: 120, pods: [web('bcdf2'), web('bcdf4')] }))
  const limits = {
    'to a week, as Mimir says': [
      7 * 86_400,
      422,
      {
        status: 'error',
        errorType: 'execution',
        error: 'the query time range exceeds the limit (query length: 336h0m0s, limit: 168h0m0s)',
      },
    ],
    'to six hours, in plain text': [6 * 3600, 400, 'query range too long'],
    'to ninety minutes': [5400, 413, {}],
  } as const
  for (const [how, [seconds, status, body]] of Object.entries(limits)) {
    test(`${how}, is read as a whole by all commands`, async (t) => {
      const limited = await limitOf(t, url(), seconds, status, body)
      const insight = await report(limited)
      assert.deepEqual(keys(insight), ['shop/Deployment/web'])
      assert.deepEqual(insight.workloads[0]!.reserved, { cpuCores: 2, memoryBytes: 2 ** 31 })
      near(meanCores(only(insight)), 0.2)
      assert.equal(insight.workloads[0]!.containers[0]!.samples! > 2 * 9 * 280, true)
    })
  }

  test('is read by backtest and start as well', async (t) => {
    const limited = await limitOf(t, url(), ...limits['to a week, as Mimir says'])
    for (const command of [['backtest'], ['start', '--once']]) {
      const { code, stderr } = await plimsoll(...command, '--prometheus', limited)
      assert.equal(code, 0, stderr)
    }
  })
})

/** A gateway to a Prometheus that refuses queries over more than this many seconds. */
async function limitOf(
  t: TestContext,
  upstream: string,
  seconds: number,
  status: number,
  body: object | string,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, upstream)
    const of = (name: string) => Number(url.searchParams.get(name))
    const ranges = [...url.searchParams.get('query')!.matchAll(/\[(\d+)s\]/g)].map(([, range]) => Number(range))
    if (of('end') - of('start') + Math.max(0, ...ranges) > seconds) {
      const type = typeof body === 'string' ? 'text/plain' : 'application/json'
      response.writeHead(status, { 'content-type': type })
      return response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    const answer = await fetch(url)
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type')! })
    return response.end(Buffer.from(await answer.arrayBuffer()))
  })
  server.listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
