import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { UsageSample } from '../../src/history/index.ts'
import { prometheusHistory } from '../../src/prometheus/index.ts'
import { workloadKey } from '../../src/workloads/workload.ts'
import {
  BACKUP_TO_SECONDS,
  CONTAINERS,
  FROM_SECONDS,
  RESTART_SECONDS,
  SCRAPE_SECONDS,
  shopMetrics,
  TO_SECONDS,
} from '../history/shop-cluster.ts'
import { collect } from '../history/support.ts'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from './real-prometheus.ts'

const STEP = 300
const WINDOW = { fromSeconds: FROM_SECONDS, toSeconds: TO_SECONDS }
const why = whyNoPrometheus()

function read(url: string, more: Partial<Parameters<typeof prometheusHistory>[0]> = {}): Promise<UsageSample[]> {
  const onWarning = (message: string) => assert.fail(message)
  return collect(prometheusHistory({ url, nowSeconds: () => TO_SECONDS, onWarning, ...more }), { window: WINDOW })
}

const workloadsOf = (samples: readonly UsageSample[]) =>
  [...new Set(samples.map(({ container }) => `${workloadKey(container.workload)} ${container.container}`))].sort()

describe('a real Prometheus server with kube-state-metrics', { skip: why ?? false, timeout: 300_000 }, () => {
  let server: RealPrometheus | undefined
  let url = ''
  before(async () => {
    server = await startPrometheus(shopMetrics({ owners: true }))
    url = server.url
  })
  after(() => server?.stop())

  test('each container has its owner; sums, sandboxes and bare Pods are left out', async () => {
    assert.deepEqual(workloadsOf(await read(url)), [
      'data/CronJob/nightly-backup backup',
      'data/DaemonSet/agent agent',
      'data/StatefulSet/db postgres',
      'shop/Deployment/web proxy',
      'shop/Deployment/web web',
      'shop/Rollout/api api',
    ])
  })

  test('each container is read once, with its own CPU and memory, through restarts and falling counters', async () => {
    const samples = await read(url)
    for (const one of CONTAINERS) {
      if (one.pod === 'debug-x2x4z') continue
      const its = samples.filter(({ pod, container }) => pod === one.pod && container.container === one.container)
      const times = its.map(({ timestampSeconds }) => timestampSeconds)
      assert.equal(new Set(times).size, times.length)
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      )
      const steps = (one.runs.at(-1)!.toSeconds - one.runs[0]!.fromSeconds) / STEP
      assert.ok(times.length >= steps && times.length <= steps + 1, `${one.pod}: ${times.length} of ${steps}`)
      for (const { timestampSeconds, cpuCores, memoryBytes } of its.slice(1, -1)) {
        // The count between the last sample and the fall of a counter is lost.
        const fell = timestampSeconds > RESTART_SECONDS && timestampSeconds < RESTART_SECONDS + STEP + SCRAPE_SECONDS
        const lost = one.runs.length > 1 && fell ? 0.2 : 0.001
        assert.ok(cpuCores <= one.cores * 1.001 && cpuCores >= one.cores * (1 - lost), `${one.pod}: ${cpuCores} cores`)
        assert.equal(memoryBytes, one.bytes, one.pod)
      }
    }
  })

  test('a deleted container ends with its usage, not with a final zero', async () => {
    const its = (await read(url)).filter(({ pod }) => pod === 'backup-28393920-kq2vd')
    assert.ok(its.every(({ memoryBytes }) => Number.isNaN(memoryBytes) || memoryBytes > 0))
    assert.ok(its.at(-1)!.timestampSeconds >= BACKUP_TO_SECONDS)
    assert.ok(its.at(-1)!.timestampSeconds <= BACKUP_TO_SECONDS + STEP)
  })

  test('any step gives the same usage', async () => {
    for (const stepSeconds of [30, 60, 900]) {
      const samples = await read(url, { stepSeconds, namespaces: ['data'] })
      const agent = samples.filter(({ pod }) => pod === 'agent-x7k2p')
      assert.ok(agent.length >= (6 * 3600) / stepSeconds - 1)
      // Until a rate has its complete range, Prometheus returns less.
      for (const { cpuCores } of agent.filter(({ timestampSeconds }) => timestampSeconds > FROM_SECONDS + 900))
        assert.ok(Math.abs(cpuCores - 0.05) < 1e-6, `${stepSeconds} s: ${cpuCores}`)
    }
  })

  test('labels select series', async () => {
    assert.deepEqual(workloadsOf(await read(url, { labels: { pod: 'db-0' } })), ['data/StatefulSet/db postgres'])
    await assert.rejects(read(url, { labels: { cluster: 'elsewhere' } }), /has no container_memory_working_set_bytes/)
  })

  test('a window of weeks in small steps stays within what the server allows', async () => {
    const window = { fromSeconds: TO_SECONDS - 21 * 24 * 3600, toSeconds: TO_SECONDS }
    const source = prometheusHistory({ url, nowSeconds: () => TO_SECONDS, stepSeconds: 60, namespaces: ['shop'] })
    const samples = await collect(source, { window })
    assert.ok(samples.length > 4 * 350)
  })

  test('an address without the API gets a clear error', async () => {
    await assert.rejects(read(`${url}/nowhere`), /answered 404\. There is no Prometheus API at this address/)
  })
})

describe('a real Prometheus server without kube-state-metrics that limits queries', {
  skip: why ?? false,
}, () => {
  let server: RealPrometheus | undefined
  let url = ''
  before(async () => {
    // Mixed by time, as a server would have written it.
    server = await startPrometheus(shopMetrics({ owners: false, mixed: true }), '--query.max-samples=200')
    url = server.url
  })
  after(() => server?.stop())

  test('the owners are derived from the names of Pods, and queries that are too much are split', async () => {
    const samples = await read(url)
    assert.deepEqual(workloadsOf(samples), [
      'data/CronJob/backup backup',
      'data/DaemonSet/agent agent',
      'data/StatefulSet/db postgres',
      'shop/DaemonSet/debug shell',
      'shop/Deployment/api api',
      'shop/Deployment/web proxy',
      'shop/Deployment/web web',
    ])
    const agent = samples.filter(({ pod }) => pod === 'agent-x7k2p')
    assert.equal(agent.length, (6 * 3600) / STEP)
  })
})
