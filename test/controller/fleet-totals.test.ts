import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecommendationStatus } from '../../src/api/index.ts'
import { DEFAULT_PRICES } from '../../src/config/index.ts'
import { FleetTotals } from '../../src/controller/fleet-totals.ts'
import { type ApiPod, Fleet, readFleetPod, runningPod } from '../../src/fleet/index.ts'
import { asksOf, fleetInsight, workloadsOf } from '../../src/insight/index.ts'
import { createLearnerMetrics } from '../../src/telemetry/index.ts'
import { workloadKey } from '../../src/workloads/index.ts'
import { many } from '../nodes/made.ts'

const GIB = 2 ** 30

/** A Pod of a StatefulSet that requests some CPU and 1Gi, of which its author had written 4 cores if it was patched. */
function podOf(namespace: string, name: string, cpu: string, { isPatched = false, phase = 'Running' } = {}): ApiPod {
  const record = { revision: 1, containers: { app: { cpu: { request: ['4', cpu] } } }, reasons: {} }
  const [workload] = name.split('-')
  return {
    metadata: {
      ...{ namespace, name, uid: `${namespace}/${name}`, creationTimestamp: '2026-01-01T00:00:00Z' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: workload!, controller: true }],
      ...(isPatched && { annotations: { 'plimsoll.dev/decision': JSON.stringify(record) } }),
    },
    spec: { containers: [{ name: 'app', image: 'web:1', resources: { requests: { cpu, memory: '1Gi' } } }] },
    status: { phase },
  } as ApiPod
}

/** A status in which this CPU was learned, and nothing about memory. */
function learned(cpu: string): RecommendationStatus {
  return {
    ...{ mode: 'auto', state: 'Applied' },
    learned: {
      ...{ revision: 1, goal: 'balanced', source: 'observed', time: '2026-01-01T00:00:00Z' },
      containers: [{ name: 'app', cpu: { request: cpu, confidence: 0.9 } }],
    },
  } as RecommendationStatus
}

/** @param statuses by name of the workload; the others have none */
function counted(pods: readonly ApiPod[], statuses: Readonly<Record<string, RecommendationStatus>> = {}) {
  const fleet = new Fleet('plimsoll')
  for (const [namespace, its] of Map.groupBy(pods, ({ metadata }) => metadata!.namespace!)) {
    fleet.setMode(namespace, 'auto')
    fleet.replacePods(
      namespace,
      its.map((pod) => readFleetPod(pod)),
    )
  }
  const totals = new FleetTotals(fleet, 'balanced')
  for (const entry of fleet.workloads()) totals.add(entry, statuses[entry.workload.name])
  const metrics = createLearnerMetrics()
  totals.show(metrics)
  const series = async (start: string) =>
    (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(start))
  return { fleet, metrics, series }
}

const SHOP = [
  podOf('shop', 'web-0', '1', { isPatched: true }),
  podOf('shop', 'web-1', '1', { isPatched: true }),
  podOf('shop', 'web-2', '1', { isPatched: true, phase: 'Succeeded' }),
  podOf('shop', 'cart-0', '3'),
]

test('requests are counted as the authors wrote them, as they are, and as they were learned', async () => {
  const { series } = counted(SHOP, { web: learned('500m') })
  assert.deepEqual(await series('plimsoll_requests_'), [
    'plimsoll_requests_cpu_cores{namespace="shop",requests="authors"} 11',
    'plimsoll_requests_cpu_cores{namespace="shop",requests="current"} 5',
    'plimsoll_requests_cpu_cores{namespace="shop",requests="learned"} 4',
    `plimsoll_requests_memory_bytes{namespace="shop",requests="authors"} ${3 * GIB}`,
    `plimsoll_requests_memory_bytes{namespace="shop",requests="current"} ${3 * GIB}`,
    `plimsoll_requests_memory_bytes{namespace="shop",requests="learned"} ${3 * GIB}`,
  ])
})

test('the figures are those of the report', async () => {
  const status = learned('500m')
  const { fleet, metrics } = counted(SHOP, { web: status })
  const facts = workloadsOf(Array.from(fleet.pods(), (pod) => asksOf(runningPod(pod)!, pod.name)))
  const { total } = fleetInsight({
    ...{ timeSeconds: 0, sources: [], goal: 'balanced', prices: DEFAULT_PRICES, notes: [] },
    workloads: facts.map((one) =>
      one.workload.name === 'web' ? { ...one, recommendation: { name: 'statefulset-web', status } } : one,
    ),
  })
  const cores = Object.fromEntries(
    (await metrics.requestedCpu.get()).values.map(({ labels, value }) => [labels.requests, value]),
  )
  assert.equal(cores.authors, total.authors.cpuCores)
  assert.equal(cores.current, total.reserved.cpuCores)
  const perMonth = (from: string, to: string) => (cores[from]! - cores[to]!) * DEFAULT_PRICES.coreHour * 730
  assert.ok(Math.abs(perMonth('authors', 'current') - total.money.savedSoFar!) < 1e-9)
  assert.ok(Math.abs(perMonth('current', 'learned') - total.money.stillToSave!) < 1e-9)
})

test('namespaces where most was or may be saved have separate values, and the rest is one', async () => {
  const pods = many(203, (i) => podOf(`n${i}`, `w${i}-0`, `${10 + i}`))
  const { series } = counted(pods, Object.fromEntries(many(203, (i) => [`w${i}`, learned('10')])))
  const current = await series('plimsoll_requests_cpu_cores{namespace="n')
  assert.equal(current.length, 200 * 3)
  assert.deepEqual(await series('plimsoll_requests_cpu_cores{namespace="other namespaces"'), [
    'plimsoll_requests_cpu_cores{namespace="other namespaces",requests="authors"} 33',
    'plimsoll_requests_cpu_cores{namespace="other namespaces",requests="current"} 33',
    'plimsoll_requests_cpu_cores{namespace="other namespaces",requests="learned"} 30',
  ])
})

test('workloads at risk are counted once for each kind of risk, however many of their Pods have it', async () => {
  const killed = (name: string): ApiPod => ({
    ...podOf('shop', name, '1'),
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'app',
          restartCount: 1,
          resources: { limits: { memory: '1Gi' } },
          lastState: { terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt: '2026-01-01T01:00:00Z' } },
        },
      ],
    },
  })
  const { series } = counted([killed('web-0'), killed('web-1'), podOf('shop', 'cart-0', '1')])
  assert.ok((await series('plimsoll_workloads_at_risk')).includes('plimsoll_workloads_at_risk{code="OomKills"} 1'))
  assert.ok((await series('plimsoll_workloads_at_risk')).includes('plimsoll_workloads_at_risk{code="Crashing"} 0'))
})

test('Recommendations are counted by mode and state, and every state has a value', async () => {
  const { series } = counted(SHOP, { web: learned('500m'), cart: { mode: 'observe', state: 'Observing' } })
  const all = await series('plimsoll_recommendations')
  assert.equal(all.length, 3 * 8)
  assert.deepEqual(
    all.filter((line) => !line.endsWith(' 0')),
    [
      'plimsoll_recommendations{mode="observe",state="Observing"} 1',
      'plimsoll_recommendations{mode="auto",state="Applied"} 1',
    ],
  )
})

test('a namespace whose Pods are gone has no values any more', async () => {
  const { metrics, series } = counted(SHOP)
  new FleetTotals(new Fleet('plimsoll'), 'balanced').show(metrics)
  assert.deepEqual(await series('plimsoll_requests_'), [])
})

test('two workloads of one name in different namespaces are separate', async () => {
  const { fleet, series } = counted([podOf('shop', 'web-0', '1'), podOf('blog', 'web-0', '2')])
  assert.equal(new Set(Array.from(fleet.workloads(), ({ workload }) => workloadKey(workload))).size, 2)
  assert.ok(
    (await series('plimsoll_requests_cpu')).includes(
      'plimsoll_requests_cpu_cores{namespace="blog",requests="current"} 2',
    ),
  )
})
