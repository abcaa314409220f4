import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SloPrices, type SloPricesOptions } from '../../src/controller/slo-prices.ts'
import { DEFAULT_POLICY } from '../../src/policy/index.ts'
import { readResources } from '../../src/resources/index.ts'
import type { SloReading } from '../../src/slos/index.ts'
import { podOf, reconciling, run } from './reconciling.ts'

const OBJECTIVE: SloReading['objective'] = {
  ...{ name: 'checkout', kind: 'latency', budget: 0.05, windowSeconds: 3600, belowSeconds: 0.25 },
  text: '95 % of requests below 250 ms',
}
const LIMITS = { ...DEFAULT_POLICY.limits, cpu: 'ratio' } as const
const RATIO = { requests: { cpu: '500m' }, limits: { cpu: '1' } }

/** A workload with one SLO, whose Pods have a CPU limit; `read` returns the bad requests of the next minute. */
function priced({
  pods = 2,
  limits = LIMITS as typeof DEFAULT_POLICY.limits,
  ...more
}: Partial<SloPricesOptions> & { pods?: number; limits?: typeof DEFAULT_POLICY.limits } = {}) {
  let readings: SloReading[] = []
  const prices = new SloPrices({ readingsOf: () => readings, windowSeconds: 60, minimumShare: 0.1, ...more })
  let nowSeconds = 1_800_000_000
  const view = (resources: typeof RATIO, { isReady = true, template = '' }) => {
    const { name, workload, shape, images } = podOf('web', 'shop', ['app'])
    const one = {
      ...podOf('web', 'shop', ['app']),
      containers: new Map([['app', { spec: readResources(resources), isAsRecorded: true }]]),
    }
    const placement = { ...one.placement, isReady }
    return {
      ...{ workload: workload!, shape, images, author: new Map([['app', readResources(RATIO)]]) },
      pods: Array.from({ length: pods }, (_, i) => ({ ...one, placement, name: `${name}${template}-${i}` })),
    }
  }
  const turn = (
    badShare: number,
    {
      resources = RATIO,
      total = 6000,
      state = 'Found',
      kind = 'latency',
      ...of
    }: {
      resources?: typeof RATIO
      total?: number
      state?: SloReading['state']
      kind?: 'latency' | 'errors'
      isReady?: boolean
      template?: string
    } = {},
  ) => {
    nowSeconds += 60
    const requests = { bad: badShare * total, total }
    readings = [
      {
        objective: { ...OBJECTIVE, kind },
        state,
        readAtSeconds: nowSeconds,
        burn: state === 'Found' ? { long: requests, short: requests } : undefined,
      },
    ]
    return prices.of(view(resources, of), undefined, { limits, horizon: 'hour' }, nowSeconds)
  }
  return { prices, turn }
}

describe('the requirements of SLOs for decisions', () => {
  test('nothing for a workload without a latency SLO', () => {
    const { turn } = priced()
    assert.equal(turn(0.5, { kind: 'errors' }), undefined)
  })

  test('more CPU as soon as requests are slow, with the same ratio of request to limit', () => {
    const { turn } = priced()
    turn(0.01)
    turn(0.01)
    const { text, state, request, limit } = turn(0.3)!.terms.get('app')!
    assert.deepEqual([text, state], [OBJECTIVE.text, 'raised'])
    assert.ok(limit > 1.1 && limit <= 2, `${limit}`)
    assert.ok(Math.abs(request - limit / 2) < 1e-9)
  })

  test('without a limit, the request counts', () => {
    const { turn } = priced()
    const resources = { requests: { cpu: '500m' }, limits: {} } as unknown as typeof RATIO
    turn(0.3, { resources })
    turn(0.3, { resources })
    const { request, limit } = turn(0.3, { resources })!.terms.get('app')!
    assert.ok(request > 0.55, `${request}`)
    assert.equal(limit, 0)
  })

  test('a limit that does not follow the request is raised separately', () => {
    const { turn } = priced({ limits: DEFAULT_POLICY.limits })
    for (let i = 0; i < 3; i++) turn(0.3)
    const { request, limit } = turn(0.3)!.terms.get('app')!
    assert.equal(request, 0)
    assert.ok(limit > 1.1)
  })

  test('requests before the last change of CPU do not count', () => {
    const { turn } = priced()
    for (let i = 0; i < 3; i++) turn(0.01)
    const doubled = { requests: { cpu: '1' }, limits: { cpu: '2' } }
    const limits = [0.9, 0.9, 0.9].map((badShare) => turn(badShare, { resources: doubled })!.terms.get('app')!.limit)
    assert.deepEqual(limits.slice(0, 2), [2, 2])
    assert.ok(limits[2]! > 2, `${limits}`)
  })

  test('the current values are kept while too little is known, and without series', () => {
    const { turn } = priced()
    assert.equal(turn(0, { state: 'Unreachable' })!.terms.get('app')!.limit, 1)
    turn(0)
    assert.equal(turn(0)!.terms.get('app')!.limit, 1)
    for (let i = 0; i < 50; i++) assert.equal(turn(0, { state: 'NoSeries' })!.terms.get('app')!.limit, 1)
  })

  test('trials of an experiment say how steeply latency rises as CPU falls, so how far it may fall', () => {
    const lowest = (power: number) => {
      const trials = [1, 0.9, 0.8, 0.7, 0.6].map((cores) => {
        const slow = Math.min(0.4, 0.002 * cores ** -power)
        const percentiles = [[0.5, 1] as const, [1 - slow, 250] as const, [1, 1000] as const]
        return { load: 50, cores, requests: 6000, percentiles }
      })
      const { turn } = priced({ trialsOf: () => ({ key: 'staging/exp', trials }) })
      return [1, 2, 3, 4, 5].map(() => turn(0.004)!.terms.get('app')!.limit).at(-1)!
    }
    const [flat, steep] = [lowest(2), lowest(10)]
    assert.ok(flat < 0.95 * steep && steep <= 1, `${flat} and ${steep}`)
  })

  describe('where a service whose requests could be read cannot be read any more', () => {
    const FREE = { requests: { cpu: '400m' }, limits: {} } as unknown as typeof RATIO
    const HALF = { requests: { cpu: '200m' }, limits: { cpu: '400m' } }
    /** The final CPU of a Pod. */
    function after({
      badShare = 0.01,
      resources = HALF,
      lost = ['Stale', 'NoSeries'] as readonly SloReading['state'][],
      isReady = true,
      template = '',
      ...more
    }: Partial<SloPricesOptions> & {
      badShare?: number
      resources?: typeof RATIO
      lost?: readonly SloReading['state'][]
      isReady?: boolean
      template?: string
    }) {
      const { turn } = priced(more)
      for (let i = 0; i < 3; i++) turn(badShare, { resources })
      let demand = turn(badShare, { resources })
      for (const state of lost) demand = turn(0, { state, resources, isReady, template })
      const { request, limit } = demand!.terms.get('app')!
      return Math.max(request, limit)
    }

    test('CPU is raised if all of it is used', () => {
      assert.ok(after({ usedCoresOf: () => 0.39 }) >= 0.6 - 1e-9)
      assert.ok(after({ usedCoresOf: () => 0.3 }) <= 0.4)
      assert.ok(after({}) <= 0.4)
    })

    test('CPU is raised if its limit holds it back most of the time', () => {
      assert.ok(after({ throttledShareOf: () => 0.6 }) >= 0.6 - 1e-9)
      assert.ok(after({ throttledShareOf: () => 0.4 }) <= 0.4)
    })

    test('CPU is raised if only the usage of some Pods is known, or all fail their readiness probes', () => {
      assert.ok(after({ usedCoresOf: (_, pod) => (pod.endsWith('1') ? 0.39 : undefined) }) >= 0.6 - 1e-9)
      assert.ok(after({ usedCoresOf: () => 0.39, isReady: false, lost: Array(5).fill('Stale') }) >= 0.6 - 1e-9)
    })

    test('a request is raised only if requests were slow, because usage above it may be harmless', () => {
      assert.ok(after({ resources: FREE, usedCoresOf: () => 0.39 }) <= 0.4)
      assert.ok(after({ resources: FREE, usedCoresOf: () => 0.39, badShare: 0.9 }) >= 0.6 - 1e-9)
    })

    test('CPU of new Pods is not raised, because they have no series yet', () => {
      assert.ok(after({ usedCoresOf: () => 0.39, template: '-b' }) <= 0.4)
    })

    test('CPU is not raised while Prometheus does not answer', () => {
      assert.ok(after({ usedCoresOf: () => 0.39, lost: ['Unreachable'] }) <= 0.4)
    })

    test('it is overloaded from the raise of CPU until it can be read again', () => {
      const { prices, turn } = priced({ usedCoresOf: () => 0.99 })
      const { workload } = podOf('web', 'shop', ['app'])
      const overloaded = (...of: Parameters<typeof turn>) => {
        turn(...of)
        return prices.isOverloaded(workload!)
      }
      const turns = [overloaded(0.01), overloaded(0.01), overloaded(0, { state: 'Stale' }), overloaded(0.01)]
      assert.deepEqual(turns, [false, false, true, false])
      assert.equal(overloaded(0.5), true)
      prices.keep(new Set())
      assert.equal(prices.isOverloaded(workload!), false)
    })

    test('its usage matters for a dozen windows', () => {
      const { prices, turn } = priced()
      const { workload } = podOf('web', 'shop', ['app'])
      const asks = () => prices.mayNeedCpu(workload!)
      turn(0, { state: 'NoSeries' })
      assert.equal(asks(), false)
      turn(0.01)
      assert.equal(asks(), false)
      turn(0, { state: 'Stale' })
      assert.equal(asks(), true)
      for (let i = 1; i < 12; i++) turn(0, { state: 'NoSeries' })
      assert.equal(asks(), true)
      turn(0, { state: 'NoSeries' })
      assert.equal(asks(), false)
      turn(0.5)
      assert.equal(asks(), true)
    })
  })

  test('Pods that change their readiness do not keep it from learning', () => {
    const { turn } = priced()
    for (let i = 0; i < 3; i++) turn(0.01)
    const limits = [false, true, false, true].map((isReady) => turn(0.9, { isReady })!.terms.get('app')!.limit)
    assert.ok(limits.at(-1)! > 1, `${limits}`)
  })

  test('the same reading does not count twice', () => {
    const reading = { objective: OBJECTIVE, state: 'Found', readAtSeconds: 1_800_001_000 } as const
    const requests = { bad: 5000, total: 6000 }
    const prices = new SloPrices({
      readingsOf: () => [{ ...reading, burn: { long: requests, short: requests } }],
      ...{ windowSeconds: 60, minimumShare: 0.1 },
    })
    const pod = {
      ...podOf('web', 'shop', ['app']),
      containers: new Map([['app', { spec: readResources(RATIO), isAsRecorded: true }]]),
    }
    const view = { workload: pod.workload, shape: pod.shape, images: pod.images, author: pod.author, pods: [pod] }
    const turn = () => prices.of(view, undefined, { limits: LIMITS, horizon: 'hour' }, 1_800_000_000)!.terms.get('app')!
    turn()
    assert.deepEqual(turn(), turn())
  })

  test('it is reported if throttling shows that requests do not wait for CPU', () => {
    const { turn } = priced({ throttledShareOf: () => 0 })
    turn(0.01)
    turn(0.01)
    for (let i = 0; i < 3; i++) turn(0.4)
    const { state, limit } = turn(0.4)!.terms.get('app')!
    assert.equal(state, 'unhelped')
    assert.ok(limit <= 1, `${limit}`)
  })

  test('deleted workloads are forgotten', () => {
    const { prices, turn } = priced()
    for (let i = 0; i < 4; i++) turn(0.3)
    assert.ok(turn(0)!.terms.get('app')!.limit > 1)
    prices.keep(new Set())
    assert.equal(turn(0)!.terms.get('app')!.limit, 1)
  })
})

test('the Recommendation shows what the SLO needs, and new Pods get it', async (t) => {
  const terms = new Map([
    ['app', { text: OBJECTIVE.text, state: 'holds', badShare: 0.01, request: 0.75, limit: 0 } as const],
  ])
  const all = await reconciling(t, { sloPrices: { of: () => ({ hasRoom: false, terms }) } })
  run(all, 'web')
  await all.publish()
  const { learned, applied } = all.store.objects.get('statefulset-web')!.status!
  assert.equal(applied!.containers[0]!.cpu!.request, '750m')
  assert.match(learned!.containers[0]!.evidence!.cpu!.slo!.says, /needs 750m; the goal alone would request 2\d\dm$/)
})
