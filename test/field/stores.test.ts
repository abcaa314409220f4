// Stores that people have, served by a real Prometheus as ../shared/field/prometheus/serve does, with the outcomes of its README.md.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { FleetInsight } from '../../src/insight/model.ts'
import { plimsoll } from '../commands/plimsoll.ts'
import { whyNoPrometheus } from '../prometheus/real-prometheus.ts'
import { FIELD, noField, type STORE_CASES, tellSkipped } from './folder.ts'

const noPython = spawnSync('python3', ['--version']).error ? 'python3 is not installed' : undefined
const obstacle = noField ?? whyNoPrometheus() ?? noPython
const skip = obstacle ?? false
tellSkipped('stores.test.ts', obstacle)

const PATIENCE_MILLISECONDS = 400_000

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const address = server.address() as { port: number }
  await new Promise((closed) => server.close(closed))
  return address.port
}

/** Starts a program, and returns when it answers with less than an error of the server. */
async function serving(command: string, args: readonly string[], url: string): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  const end = () => process.kill(-child.pid!, 'SIGTERM')
  // Where the tests are cut short, it goes with them.
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
  const until = Date.now() + PATIENCE_MILLISECONDS
  for (;;) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return child
    assert.equal(child.exitCode, null, `${command} has ended`)
    assert.ok(Date.now() < until, `${command} does not answer`)
    await new Promise((again) => setTimeout(again, 100))
  }
}

/** The URL of a case, which is served for the tests of a suite. */
function served(name: (typeof STORE_CASES)[number]): () => string {
  let url = ''
  let child: ChildProcess | undefined
  before(async () => {
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    child = await serving(join(FIELD, 'prometheus/serve'), [name, `${port}`], `${url}/-/ready`)
  })
  after(() => {
    if (child?.pid) process.kill(-child.pid, 'SIGTERM')
  })
  return () => url
}

async function report(url: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await plimsoll('report', '--prometheus', url, '-o', 'json', ...args)
  return {
    code,
    told: stderr.replaceAll(/\s+/g, ' '),
    insight: code === 0 ? (JSON.parse(stdout) as FleetInsight) : undefined,
  }
}
const keys = (insight: FleetInsight | undefined) => insight?.workloads.map(({ key }) => key)
const says = (insight: FleetInsight | undefined, code: string) =>
  (insight?.notes ?? []).flatMap((note) => (note.code === code ? [note.says] : [])).join(' ')

describe('a kube-state-metrics that is scraped without honor_labels', { skip, timeout: 600_000 }, () => {
  const url = served('without-honor-labels')

  test('is read for the labels that it exports', async () => {
    const { insight, told } = await report(url())
    assert.deepEqual(keys(insight), ['monitoring/Deployment/ksm', 'shop/Deployment/web'], told)
    const web = insight!.workloads[1]!
    assert.deepEqual([web.pods, web.reserved], [2, { cpuCores: 2, memoryBytes: 2 ** 31 }])
  })
})

describe('Pods without an owner', { skip, timeout: 600_000 }, () => {
  const url = served('bare-pods')

  test('get no kind, and are counted and named', async () => {
    const { insight, told } = await report(url())
    assert.deepEqual(keys(insight), ['ci/ReplicaSet/cache-6b7d9c8f5'], told)
    const left = says(insight, 'PodsLeftOut')
    assert.match(left, /3 Pods without a controller are left out: ci\/ci-runner-7bcdf, ci\/debug-0, ci\/spark-job-/)
    assert.match(left, /1 Pod of a Job without a CronJob is left out: ci\/etl-load-20261115-bcdf2/)
    assert.equal(says(insight, 'OwnersGuessed'), '')
  })
})

describe('a cAdvisor that is scraped every five minutes', { skip, timeout: 600_000 }, () => {
  const url = served('scrape-every-5-minutes')

  test('has CPU', async () => {
    const { insight, told } = await report(url())
    assert.deepEqual(keys(insight), ['shop/Deployment/web'], told)
    const cpu = insight!.workloads[0]!.containers[0]!.cpuCores
    assert.ok(cpu.uses!.mean! > 0 && cpu.uses!.mean! < 1, JSON.stringify(cpu))
    assert.equal(says(insight, 'UsageMissing'), '')
  })
})

describe('a gateway that refuses long ranges', { skip, timeout: 600_000 }, () => {
  const upstream = served('store-limits-range')
  let gateway: ChildProcess | undefined
  let url = ''
  before(async () => {
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    const script = join(FIELD, 'prometheus/store-limits-range/limit.mjs')
    gateway = await serving(process.execPath, [script, `${port}`, upstream(), '2'], `${url}/api/v1/query?query=1`)
  })
  after(() => {
    if (gateway?.pid) process.kill(-gateway.pid, 'SIGTERM')
  })

  test('gives report, backtest and start the same history', async () => {
    const [limited, whole] = [await report(url), await report(upstream())]
    assert.equal(limited.code, 0, limited.told)
    assert.deepEqual(keys(limited.insight), ['shop/Deployment/web'])
    assert.deepEqual(limited.insight!.workloads[0]!.reserved, whole.insight!.workloads[0]!.reserved)
    const backtest = await plimsoll('backtest', '--prometheus', url, '--prometheus-days', '9')
    assert.deepEqual([backtest.code, /1 container/.test(backtest.stdout)], [0, true], backtest.stdout + backtest.stderr)
    const start = await plimsoll('start', '--once', '--prometheus', url, '--port', '0')
    assert.deepEqual([start.code, /\bweb\b/.test(start.stdout)], [0, true], start.stdout + start.stderr)
  })
})

describe('one store for two clusters', { skip, timeout: 600_000 }, () => {
  const url = served('two-clusters')

  test('is refused with the label, its values and the option', async () => {
    const { code, told } = await report(url())
    assert.equal(code, 1)
    assert.match(told, /cluster/)
    assert.match(told, /dev.*prod/)
    assert.match(told, /--prometheus-label cluster=/)
  })

  test('is read of the cluster that is named', async () => {
    for (const [cluster, cores] of [
      ['prod', 2],
      ['dev', 0.02],
    ] as const) {
      const { insight, told } = await report(url(), '--prometheus-label', `cluster=${cluster}`)
      assert.deepEqual(keys(insight), ['shop/Deployment/web', 'shop/StatefulSet/db'].sort(), told)
      for (const { containers } of insight!.workloads) {
        const mean = containers[0]!.cpuCores.uses!.mean!
        assert.ok(mean > cores / 2 && mean < cores * 2, `${mean} cores in ${cluster}`)
      }
    }
  })
})
