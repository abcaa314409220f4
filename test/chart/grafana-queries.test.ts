// A real Prometheus answers every query of the dashboard for Grafana, from what webhook and learner export.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Registry } from 'prom-client'
import { allMetrics } from '../../scripts/reference/metrics.ts'
import { collectProcessMetrics, createLearnerMetrics, createMetrics } from '../../src/telemetry/index.ts'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from '../prometheus/real-prometheus.ts'
import { asSent, LABEL_VALUES, QUERIES } from './grafana.ts'

const STEP_SECONDS = 30
const SAMPLES = 20
/** Clusters that write to one Prometheus; the series of a single one have no label. */
const CLUSTERS = ['', 'eu', 'us'] as const

const GIB = 2 ** 30
const REQUESTS: Readonly<Record<string, readonly [cores: number, bytes: number]>> = {
  authors: [10, 20 * GIB],
  current: [6, 16 * GIB],
  learned: [5, 10 * GIB],
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

/** Samples of a metric: one for each value of its labels that the dashboard may ask for. */
function samplesOf(name: string, labelNames: readonly string[], value: number): Sample[] {
  let all: Readonly<Record<string, string>>[] = [{}]
  for (const label of labelNames) {
    const values = LABEL_VALUES[name]?.[label] ?? ['one']
    all = all.flatMap((labels) => values.map((one) => ({ ...labels, [label]: one })))
  }
  return all.map((labels) => {
    const [cores, bytes] = REQUESTS[labels.requests ?? ''] ?? [value, value]
    return [labels, name.endsWith('_memory_bytes') ? bytes : name.endsWith('_cpu_cores') ? cores : value]
  })
}

/** Gives every metric of a registry a value. */
function fill(registry: Registry, metrics: ReturnType<typeof allMetrics>['learner'], value: number): void {
  for (const { name, labelNames, type } of metrics) {
    const metric = registry.getSingleMetric(name) as unknown as Record<
      'set' | 'inc' | 'observe',
      (labels: object, value: number) => void
    >
    const put = type === 'gauge' ? 'set' : type === 'counter' ? 'inc' : 'observe'
    for (const [labels, its] of samplesOf(name, labelNames, value)) metric[put](labels, its)
  }
}

/** What one scrape finds, as lines with these labels and this time. */
async function scrape(registry: Registry, labels: Readonly<Record<string, string>>, seconds: number) {
  const added = Object.entries(labels).flatMap(([name, value]) => (value ? [`${name}="${value}"`] : []))
  return (await registry.metrics()).split('\n').flatMap((line) => {
    const [, name, own, value] = /^([a-z_A-Z0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    return name ? [`${name}{${[own, ...added].filter(Boolean).join(',')}} ${value} ${seconds}`] : []
  })
}

/** Minutes of scrapes of a webhook, a learner that leads, and one that led before, in each cluster. */
async function scrapes(endSeconds: number): Promise<string> {
  const lines: string[] = []
  const { webhook, learner } = allMetrics()
  for (const cluster of CLUSTERS) {
    const registries = [createMetrics(), createLearnerMetrics(), createLearnerMetrics()] as const
    const [webhooks, leading, standby] = registries
    for (const one of registries) collectProcessMetrics(one)
    fill(standby.registry, learner, 999)
    standby.leading.set(0)
    for (let i = 0; i < SAMPLES; i++) {
      const seconds = endSeconds - (SAMPLES - 1 - i) * STEP_SECONDS
      fill(webhooks.registry, webhook, 2)
      fill(leading.registry, learner, 2)
      leading.leading.set(1)
      const at = (pod: string) => ({ cluster, namespace: 'plimsoll', pod, instance: `${pod}:8080`, job: 'plimsoll' })
      const api = `apiserver_admission_webhook_fail_open_count{name="auto.plimsoll.dev"${cluster && `,cluster="${cluster}"`}} ${i} ${seconds}`
      lines.push(api)
      for (const [registry, pod] of [
        [webhooks.registry, 'webhook'],
        [leading.registry, 'learner-a'],
        [standby.registry, 'learner-b'],
      ] as const) {
        const found = await scrape(registry, at(pod), seconds)
        // With honorLabels, the namespaces that metrics name stay.
        lines.push(...found.map((line) => line.replace(/(namespace="[^"]*".*),namespace="plimsoll"/, '$1')))
      }
    }
  }
  const byMetric = Map.groupBy(lines, (line) => line.slice(0, line.indexOf('{')))
  return `${[...byMetric.values()].flat().join('\n')}\n# EOF\n`
}

describe('of a real Prometheus', { skip: whyNoPrometheus() }, () => {
  const nowSeconds = Math.floor(Date.now() / 1000)
  let prometheus: RealPrometheus
  before(async () => {
    prometheus = await startPrometheus(await scrapes(nowSeconds))
  })
  after(() => prometheus?.stop())

  async function ask(query: string): Promise<readonly { metric: Record<string, string>; value: [number, string] }[]> {
    const parameters = new URLSearchParams({ query, time: String(nowSeconds) })
    const response = await fetch(`${prometheus.url}/api/v1/query?${parameters}`)
    const { status, data, error } = (await response.json()) as {
      status: string
      error?: string
      data: { result: never }
    }
    assert.equal(status, 'success', `${query}: ${error}`)
    return data.result
  }

  for (const [i, { title, expr }] of QUERIES.entries()) {
    test(`${title} (${i}) has data, for all clusters and for one`, async () => {
      assert.ok((await ask(asSent(expr))).length > 0, asSent(expr))
      assert.ok((await ask(asSent(expr, { cluster: 'eu' }))).length > 0, asSent(expr, { cluster: 'eu' }))
    })
  }

  test('only what the learner that leads exports counts, and clusters add up', async () => {
    const figure = async (title: string, choice = {}) => {
      const { expr } = QUERIES.find((one) => one.title === title)!
      const [one] = await ask(asSent(expr, choice))
      return Number(one!.value[1])
    }
    const monthly = (cores: number, gibs: number) => (cores * 0.03 + gibs * 0.004) * 730
    assert.equal(await figure('Saved so far: cores', { cluster: 'eu' }), 4)
    assert.equal(await figure('Saved so far: cores'), 12)
    assert.equal(await figure('Saved so far: memory', { cluster: 'us' }), 4 * GIB)
    assert.equal(await figure('Possible savings: cores', { cluster: 'eu' }), 1)
    assert.equal(
      (await figure('Saved so far: money per month', { cluster: 'eu' })).toFixed(6),
      monthly(4, 4).toFixed(6),
    )
    assert.equal(
      (await figure('Possible savings: money per month', { cluster: 'eu' })).toFixed(6),
      monthly(1, 6).toFixed(6),
    )
    assert.equal(await figure('Learners that lead'), 1, 'of several clusters, the fewest')
    await assert.rejects(figure('Saved so far: cores', { namespace: 'elsewhere' }))
  })
})
