// Number of queries of a report and of a turn of the learner: the same for many workloads as for one.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { DEFAULT_PRICES } from '../../src/config/index.ts'
import { chooseUsage } from '../../src/controller/usage.ts'
import { Fleet } from '../../src/fleet/index.ts'
import type { Learner } from '../../src/learner/learner.ts'
import { readFleetFacts } from '../../src/readers/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { controllerContext } from '../controller/context.ts'
import { type ApiRequest, DAY, json, NOW, startStore } from './store.ts'

const MANY = 300
const STEP = 300
const SIGNAL = new AbortController().signal
const namespaceOf = (query: string) => /namespace="(\w+)"/.exec(query)?.[1] ?? 'shop'

/** A store with kube-state-metrics and this many StatefulSets of one Pod in every namespace. */
function holding(count: number) {
  const names = Array.from({ length: count }, (_, i) => `db${i}`)
  return ({ path, query, start, end, step }: ApiRequest) => {
    const namespace = namespaceOf(query)
    const labelsOf = (name: string) => ({
      ...{ namespace, pod: `${name}-0`, container: 'main', node: 'n', resource: 'cpu', phase: 'Running' },
      ...{ owner_kind: 'StatefulSet', owner_name: name, owner_is_controller: 'true' },
    })
    if (path.endsWith('/query')) {
      const hasNone = /exported_|replicaset|job_name|kube_pod_labels|init_container/.test(query)
      const isSum = /^count|scraped/.test(query)
      const all = hasNone ? [] : isSum ? [{ scraped: 'most' }] : names.map(labelsOf)
      return { resultType: 'vector', result: all.map((metric) => ({ metric, value: [end, isSum ? '60' : '1'] })) }
    }
    const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, i) => start + i * step)
    const values = times.map((seconds) => [seconds, query.includes('rate(') ? '0.5' : '1048576'])
    const isNamespaces = query.startsWith('count by (namespace)')
    const series = isNamespaces ? [{ namespace }] : names.map(labelsOf)
    return { resultType: 'matrix', result: series.map((metric) => ({ metric, values })) }
  }
}

async function storeOf(t: TestContext, count: number) {
  const answer = holding(count)
  return await startStore(t, (request, response) => json(response, { status: 'success', data: answer(request) }))
}

test('a report sends as many queries for many workloads as for one', async (t) => {
  const sent = []
  for (const count of [1, MANY]) {
    const { url, requests } = await storeOf(t, count)
    const window = { fromSeconds: NOW - DAY, toSeconds: NOW }
    const prometheus = { url, nowSeconds: () => NOW }
    const prices = DEFAULT_PRICES
    const facts = await readFleetFacts({ prometheus }, { prices, goal: 'balanced', nowSeconds: NOW, window })
    assert.equal(facts.workloads.length, count)
    sent.push(requests.length)
  }
  t.diagnostic(`a report on a day of one namespace: ${sent[0]} queries`)
  assert.equal(sent[1], sent[0])
  assert.ok(sent[0]! <= 50, `${sent[0]} queries`)
})

test('a turn of the learner sends as many queries for many workloads as for one, for each namespace', async (t) => {
  const sent = []
  for (const [count, namespaces] of [
    [1, ['shop']],
    [MANY, ['shop']],
    [1, ['shop', 'ops']],
  ] as const) {
    const { url, requests } = await storeOf(t, count)
    const time = new FakeTime(NOW * 1000)
    const settings = { prometheus: { url, stepSeconds: STEP, backfillDays: 1 } }
    const { context } = await controllerContext(t, () => {}, settings)
    const fleet = new Fleet('plimsoll')
    for (const namespace of namespaces) fleet.setMode(namespace, 'auto')
    const learner = { observe() {}, observeOomKill() {} } as unknown as Learner
    const usage = chooseUsage({ ...context, time }, fleet)
    await usage.takeIn(learner, SIGNAL)
    const before = requests.length
    await time.advance(60_000 * 5)
    await usage.takeIn(learner, SIGNAL)
    sent.push(requests.length - before)
  }
  t.diagnostic(`a turn of the learner: ${sent[0]} queries for each namespace`)
  assert.equal(sent[1], sent[0])
  assert.equal(sent[2], 2 * sent[0]!)
  assert.ok(sent[0]! <= 25, `${sent[0]} queries`)
})
