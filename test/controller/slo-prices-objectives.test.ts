import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecommendationStatus } from '../../src/api/index.ts'
import { SloPrices, type SloPricesOptions } from '../../src/controller/slo-prices.ts'
import { DEFAULT_POLICY } from '../../src/policy/index.ts'
import { readResources } from '../../src/resources/index.ts'
import type { SloReading } from '../../src/slos/index.ts'
import { workloadKey } from '../../src/workloads/index.ts'
import { podOf } from './reconciling.ts'

const WINDOW_SECONDS = 60
const LIMITS = { ...DEFAULT_POLICY.limits, cpu: 'ratio' } as const
const LIMITED = readResources({ requests: { cpu: '500m' }, limits: { cpu: '1' } })
const FREE = readResources({ requests: { cpu: '1' } })

/** A workload of two Pods with containers app and proxy. Each turn is one window later, with these shares of bad requests by objective. */
function priced({ resources = LIMITED, ...options }: Partial<SloPricesOptions> & { resources?: typeof LIMITED } = {}) {
  let readings: SloReading[] = []
  let nowSeconds = 1_800_000_000
  const common = { windowSeconds: WINDOW_SECONDS, minimumShare: 0.1 }
  const prices = new SloPrices({ readingsOf: () => readings, ...common, ...options })
  const pod = podOf('web', 'shop', ['app', 'proxy'])
  const containers = new Map(['app', 'proxy'].map((name) => [name, { spec: resources, isAsRecorded: true }]))
  const author = new Map(['app', 'proxy'].map((name) => [name, resources]))
  const turn = (
    shares: Readonly<Record<string, number | 'stale' | 'idle'>>,
    { status, unready = [] }: { status?: RecommendationStatus; unready?: readonly number[] } = {},
  ) => {
    nowSeconds += WINDOW_SECONDS
    readings = Object.entries(shares).map(([name, share]): SloReading => {
      const requests = typeof share === 'number' ? { bad: share * 6000, total: 6000 } : { bad: 0, total: 0 }
      return {
        objective: { name, kind: 'latency', budget: 0.05, windowSeconds: 3600, text: name },
        readAtSeconds: nowSeconds,
        ...(share === 'stale' ? { state: 'Stale' } : { state: 'Found', burn: { long: requests, short: requests } }),
      }
    })
    const pods = [0, 1].map((i) => {
      const placement = { ...pod.placement, isReady: !unready.includes(i) }
      return { ...pod, name: `web-${i}`, containers, placement }
    })
    const view = { workload: pod.workload!, shape: pod.shape, images: pod.images, author, pods }
    return prices.of(view, status, { limits: LIMITS, horizon: 'hour' }, nowSeconds)
  }
  return { prices, turn, workload: pod.workload! }
}

/** The learned CPU of each container. */
const usedBy = (cores: Readonly<Record<string, string>>): RecommendationStatus => ({
  learned: {
    ...{ revision: 1, goal: 'balanced', source: 'observed', time: '2026-01-01T00:00:00Z' },
    containers: Object.entries(cores).map(([name, p95]) => ({ name, evidence: { cpu: { p95 } } })),
  } as unknown as NonNullable<RecommendationStatus['learned']>,
})
const BUSY_APP = { status: usedBy({ proxy: '100m', app: '900m' }) }

test('the container that uses the most CPU gets it', () => {
  const named = (used: Readonly<Record<string, string>>) => [
    ...priced()
      .turn({ web: 0.01 }, { status: usedBy(used) })!
      .terms.keys(),
  ]
  assert.deepEqual(named({ proxy: '100m', app: '900m' }), ['app'])
  assert.deepEqual(named({ proxy: '900m', app: '100m' }), ['proxy'])
  assert.equal(priced().turn({ web: 0.01 }), undefined, 'nothing is known of either')
})

test('the objective that needs the most decides, until it is removed', () => {
  const { turn } = priced()
  for (let i = 0; i < 3; i++) turn({ fast: 0.01, slow: 0.01 }, BUSY_APP)
  for (const both of [
    { fast: 0.01, slow: 0.5 },
    { slow: 0.5, fast: 0.01 },
  ]) {
    const { text, limit } = turn(both, BUSY_APP)!.terms.get('app')!
    assert.equal(text, 'slow')
    assert.ok(limit > 1.1, `${limit}`)
  }
  assert.ok(turn({ fast: 0.01 }, BUSY_APP)!.terms.get('app')!.limit <= 1)
  assert.equal(turn({ fast: 0.01, slow: 0.01 }, BUSY_APP)!.terms.get('app')!.limit, 1, 'it begins to learn again')
})

test('remaining workloads are remembered', () => {
  const { prices, turn, workload } = priced()
  for (let i = 0; i < 3; i++) turn({ web: 0.5 }, BUSY_APP)
  prices.keep(new Set([workloadKey(workload)]))
  assert.equal(prices.isOverloaded(workload), true)
})

test('a workload is not overloaded if more CPU does not help', () => {
  const { prices, turn, workload } = priced({ throttledShareOf: () => 0, usedCoresOf: () => 0.1 })
  for (let i = 0; i < 3; i++) turn({ web: 0.01 }, BUSY_APP)
  for (let i = 0; i < 4; i++) turn({ web: 0.5 }, BUSY_APP)
  assert.deepEqual([prices.mayNeedCpu(workload), prices.isOverloaded(workload)], [true, false])
})

test('one Pod that changes its readiness does not change the CPU in force', () => {
  const { turn } = priced()
  for (let i = 0; i < 3; i++) turn({ web: 0.01 }, BUSY_APP)
  let limit = 0
  for (let i = 0; i < 4; i++)
    limit = turn({ web: 0.9 }, { ...BUSY_APP, unready: i % 2 === 0 ? [1] : [] })!.terms.get('app')!.limit
  assert.ok(limit > 1, `${limit}`)
})

test('the last requests decide whether requests were slow', () => {
  const after = (...turns: readonly (number | 'stale' | 'idle')[]) => {
    const { turn } = priced({ resources: FREE, usedCoresOf: () => 0.99 })
    let demand: ReturnType<typeof turn>
    for (const share of turns) demand = turn({ web: share }, BUSY_APP)
    return demand!.terms.get('app')!.request
  }
  assert.ok(after(0.01, 0.5, 'idle', 'stale') >= 1.5 - 1e-9)
  assert.equal(after('idle', 'idle', 'idle', 'stale'), 1)
  assert.ok(after(0.5, 0.01, 0.01, 'stale') <= after(0.5, 0.01, 0.01))
})
