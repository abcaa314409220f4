import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SloStatus } from '../../src/api/index.ts'
import { SloCount } from '../../src/controller/slo-metrics.ts'
import { degradedIn } from '../../src/controller/slos.ts'
import { createLearnerMetrics } from '../../src/telemetry/index.ts'
import type { Workload } from '../../src/workloads/index.ts'
import { makeRevision } from '../revisions/reconcile-input.ts'
import { latency, shared } from '../revisions/slo-readings.ts'

const workload = (name: string, namespace = 'shop'): Workload => ({ namespace, kind: 'Deployment', name })

describe('workloads that have degraded', () => {
  const bad = new Set(['web', 'api', 'a', 'b', 'c', 'd'])
  const slos = { readingsOf: ({ name }: Workload) => [latency({ burn: shared(bad.has(name) ? 0.3 : 0) })] }
  const of = (...all: Workload[]) =>
    degradedIn({ fleet: { workloads: () => all.map((one) => ({ workload: one })) } }, slos)

  test('are those of the same namespace, without the workload itself', () => {
    const degraded = of(workload('web'), workload('api'), workload('good'), workload('d', 'other'))
    assert.deepEqual(degraded(workload('web')), ['Deployment api'])
    assert.deepEqual(degraded(workload('good')), ['Deployment web', 'Deployment api'])
    assert.deepEqual(degraded(workload('d', 'other')), [])
  })

  test('are at most three, so that a message stays short', () => {
    const degraded = of(...['a', 'b', 'c', 'd', 'web'].map((name) => workload(name)))
    assert.deepEqual(degraded(workload('a')), ['Deployment b', 'Deployment c', 'Deployment d'])
    assert.equal(degraded(workload('web')).length, 3)
  })

  test('are none if no SLO is read', () => {
    assert.deepEqual(degradedIn({ fleet: { workloads: () => [] } }, undefined)(workload('web')), [])
  })
})

describe('metrics of SLOs', () => {
  const slo = (state: SloStatus['state'], share?: number): SloStatus => ({
    ...{ name: 'p95', kind: 'latency', text: '', state, budget: 0.05, time: '2026-03-01T00:00:00Z' },
    ...(share !== undefined && { share }),
  })

  async function shown(count: SloCount) {
    const metrics = createLearnerMetrics()
    count.show(metrics)
    return (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('plimsoll_slo_'))
  }

  test('count objectives by state, and workloads that burn after a change', async () => {
    const count = new SloCount()
    count.add(workload('web'), {
      slos: [slo('BurningFast', 0.8), slo('Met', 0.01)],
      applied: makeRevision(2),
      lastGood: makeRevision(1),
    })
    count.add(workload('proven'), {
      slos: [slo('BurningFast', 0.8)],
      applied: makeRevision(1),
      lastGood: makeRevision(1),
    })
    count.add(workload('unknown'), { slos: [slo('NoSeries')] })
    const lines = await shown(count)
    for (const line of [
      'plimsoll_slo_objectives{state="BurningFast"} 2',
      'plimsoll_slo_objectives{state="Stale"} 0',
      'plimsoll_slo_burning_after_change 1',
      'plimsoll_slo_bad_share{namespace="shop",workload="Deployment/web",slo="p95",objective="latency"} 0.01',
    ])
      assert.ok(lines.includes(line), `${line} in ${lines.join('\n')}`)
  })

  test('show the share of the 200 objectives that burn fastest, out of any number', async () => {
    const count = new SloCount()
    for (let i = 0; i < 500; i++) count.add(workload(`web-${i}`), { slos: [slo('Met', i / 1_000)] })
    const shares = (await shown(count)).filter((line) => line.startsWith('plimsoll_slo_bad_share'))
    assert.equal(shares.length, 200)
    assert.ok(shares.some((line) => line.includes('web-499"')))
  })
})
