import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { FleetInsight, WorkloadInsight } from '../../../src/insight/model.ts'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from '../../prometheus/real-prometheus.ts'
import { plimsoll } from '../plimsoll.ts'
import { endSeconds, MIB, shopStore } from './shop-store.ts'

const why = whyNoPrometheus()
const PRICES = `
coreHour: 0.03
gibHour: 0.004
pools:
  - {name: spot, labels: {example.com/pool: spot}, coreHour: 0.01, gibHour: 0.002}
`

async function insightOf(url: string, ...args: readonly string[]): Promise<FleetInsight> {
  const { code, stdout, stderr } = await plimsoll('report', '--prometheus', url, '-o', 'json', ...args)
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as FleetInsight
}

function find({ workloads }: FleetInsight, key: string): WorkloadInsight {
  const found = workloads.find((one) => one.key === key)
  assert.ok(found, `${key} is not among ${workloads.map((one) => one.key).join(', ')}`)
  return found
}

const codesOf = ({ risks }: WorkloadInsight) => risks.map(({ code, severity }) => `${code} ${severity}`)

function near(actual: number | undefined, expected: number, share: number): void {
  assert.ok(Math.abs(actual! - expected) <= share * expected, `${actual}, not ${expected}`)
}

describe('report on a real Prometheus with kube-state-metrics', { skip: why ?? false, timeout: 300_000 }, () => {
  let server: RealPrometheus
  let insight: FleetInsight
  let directory: string
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'plimsoll-report-'))
    const prices = join(directory, 'prices.yaml')
    writeFileSync(prices, PRICES)
    server = await startPrometheus(shopStore(endSeconds(), { kubeStateMetrics: true }))
    insight = await insightOf(server.url, '--prices', prices)
  })
  after(async () => {
    await server?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  test('names the workloads that run, and says how many no longer do', () => {
    assert.deepEqual(
      insight.workloads.map(({ key }) => key),
      [
        ...['data/CronJob/backup', 'data/StatefulSet/db', 'lost/StatefulSet/called', 'lost/StatefulSet/forgotten'],
        ...['shop/Deployment/api', 'shop/Deployment/web'],
      ],
    )
    assert.match(
      insight.notes.find(({ code }) => code === 'PodsLeftOut')!.says,
      /^1 workload of the history no longer ran/,
    )
  })

  test('tells what Pods ask for and use, over all of them', () => {
    const web = find(insight, 'shop/Deployment/web')
    assert.equal(web.pods, 2)
    assert.deepEqual(web.reserved, { cpuCores: 2, memoryBytes: 1024 * MIB })
    near(web.used.cpuCores, 0.4, 0.02)
    near(web.used.memoryBytes, 400 * MIB, 0.02)
    assert.deepEqual(web.containers[0]!.memoryBytes.now, { request: 512 * MIB, limit: 512 * MIB })
    assert.ok(web.learned.cpuCores! < 1 && web.money.stillToSave! > 0)
    assert.deepEqual(codesOf(web), [])
  })

  test('reckons each Pod by the price of its node', () => {
    const { price, money } = find(insight, 'shop/Deployment/web')
    near(price.coreHour, 0.02, 1e-9)
    near(price.gibHour, 0.003, 1e-9)
    near(money.now, 730 * (2 * 0.02 + 1 * 0.003), 1e-9)
  })

  test('tells OOM kills, throttling, memory at its limit, and use above the request', () => {
    const api = find(insight, 'shop/Deployment/api')
    assert.equal(api.containers[0]!.oomKills, 3)
    near(api.containers[0]!.throttledShare, 1 / 3, 0.01)
    const codes = ['OomKills high', 'AtLimit high', 'Throttled high', 'AboveRequest high', 'AboveRequest high']
    assert.deepEqual(
      codesOf(api).filter((code) => codes.includes(code)),
      codes.slice(0, 4),
    )
    assert.ok(api.containers[0]!.memoryBytes.learned!.limit! > 256 * MIB, 'more than what was too little')
  })

  test('tells who asks for nothing, and who keeps failing', () => {
    const db = find(insight, 'data/StatefulSet/db')
    assert.deepEqual(codesOf(db).slice(0, 2), ['Crashing high', 'NoRequest high'])
    assert.ok(db.containers[0]!.restarts! >= 13)
    assert.equal(db.money.now, 0)
    assert.ok(db.money.stillToSave! < 0, 'it should cost more')
  })

  test('counts what runs an hour a day as an hour a day', () => {
    const backup = find(insight, 'data/CronJob/backup')
    // A step looks back five minutes: an hour shows in up to fourteen of them.
    near(backup.pods, 1 / 24, 0.2)
    assert.equal(backup.reserved.cpuCores, backup.pods)
    near(backup.used.cpuCores, 0.5 / 24, 0.2)
  })

  test('reads the HPA of a workload, and how long it was at its minimum', () => {
    const { autoscaled, money } = find(insight, 'shop/Deployment/web')
    assert.deepEqual([autoscaled?.minReplicas, autoscaled?.maxReplicas, autoscaled?.replicas], [2, 10, 2])
    near(autoscaled?.atMinimumShare, 10 / 14, 0.02)
    near(autoscaled?.minimum.now.perMonth, money.now!, 1e-9)
    near(autoscaled?.minimum.learned?.perMonth, money.learned!, 1e-9)
    assert.equal(autoscaled?.targets, undefined, 'kube-state-metrics does not say which container a target counts')
    assert.equal(insight.workloads.filter((one) => one.autoscaled).length, 1)
  })

  test('names a workload as idle that hardly uses CPU, if it receives no more than probes', () => {
    const { idle } = find(insight, 'lost/StatefulSet/forgotten')
    near(idle?.cpuCores, 0.002, 0.05)
    near(idle?.receivedBytesPerSecond, 100, 0.05)
    assert.equal(idle?.lastActive, undefined)
    assert.equal(insight.workloads.filter((one) => one.idle).length, 1)
  })

  test('tells what has changed since last week', () => {
    const { cpuReservedCores, cpuUsedCores, perMonth } = find(insight, 'shop/Deployment/web').trend
    assert.deepEqual(cpuReservedCores, { now: 2, before: 4 })
    near(cpuUsedCores!.now, 0.4, 0.02)
    near(cpuUsedCores!.before, 0.4, 0.02)
    assert.ok(perMonth!.before > perMonth!.now)
  })

  test('shows the three goals side by side, dearer and safer from one to the next', () => {
    const { savings, balanced, reliability } = insight.total.goals
    assert.ok(savings!.perMonth! <= balanced!.perMonth! && balanced!.perMonth! <= reliability!.perMonth!)
    for (const goal of [savings, balanced, reliability]) {
      assert.ok(goal!.cpuAboveShare! >= 0 && goal!.cpuAboveShare! <= 1)
      assert.ok(goal!.oomDayChance! >= 0 && goal!.oomDayChance! <= 1)
    }
  })

  test('says that it takes what Pods carry for what their authors wrote', () => {
    assert.ok(insight.notes.some(({ code }) => code === 'AuthorsMissing'))
    assert.equal(insight.total.money.savedSoFar, 0)
  })

  test('narrows down to a namespace', async () => {
    const { namespaces } = await insightOf(server.url, '-n', 'data')
    assert.deepEqual(
      namespaces.map(({ name }) => name),
      ['data'],
    )
  })
})

describe('report on a real Prometheus without kube-state-metrics', { skip: why ?? false, timeout: 300_000 }, () => {
  let server: RealPrometheus
  before(async () => {
    server = await startPrometheus(shopStore(endSeconds(), { kubeStateMetrics: false }), '--query.max-samples=400000')
  })
  after(() => server?.stop())

  test('shows "?" for what is asked, says why, and still what is needed', async () => {
    const insight = await insightOf(server.url)
    const web = find(insight, 'shop/Deployment/web')
    assert.equal(web.pods, 2)
    assert.deepEqual(web.reserved, {})
    assert.deepEqual(Object.keys(web.money), ['learned'])
    assert.ok(web.learned.cpuCores! >= 0.4)
    assert.match(
      insight.notes.find(({ code }) => code === 'RequestsMissing')!.says,
      /kube_pod_container_resource_requests/,
    )
    const { stdout } = await plimsoll('report', '--prometheus', server.url)
    assert.match(stdout, /shop\/web +Deployment +2 +\? +4\d\dm/)
  })

  test('still knows of OOM kills and throttling, as kubelets tell of them', async () => {
    const api = find(await insightOf(server.url), 'shop/Deployment/api')
    assert.equal(api.containers[0]!.oomKills, 3)
    near(api.containers[0]!.throttledShare, 1 / 3, 0.01)
  })

  test('does not let a pipeline pass on what it cannot know', async () => {
    const { code, stderr } = await plimsoll('report', '--prometheus', server.url, '--fail-on', 'no-requests')
    assert.equal(code, 1)
    assert.match(stderr, /--fail-on no-requests cannot be judged/)
  })
})
