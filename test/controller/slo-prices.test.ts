import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SloPrices, type SloPricesOptions } from '../../src/controller/slo-prices.ts'
import { DEFAULT_POLICY } from '../../src/policy/index.ts'
import { readResources } from '../../src/resources/index.ts'
import type { SloReading } from '../../src/slos/index.ts'
import { podOf, reconciling, run } from './reconciling.ts'

const OBJECTIVE: SloReading['objective'] = {
  ...{ name: 'checkout', kind: 'latency', budget: 0.05, windowSeconds: 3600 },
  text: '95 % of requests below 250 ms',
}
const LIMITS = { ...DEFAULT_POLICY.limits, cpu: 'ratio' } as const
const RATIO = { requests: { cpu: '500m' }, limits: { cpu: '1' } }

/** A workload with one SLO, whose Pods have a CPU limit; `read` gives the bad requests of the next minute. */
function priced({
  pods = 2,
  limits = LIMITS as typeof DEFAULT_POLICY.limits,
  ...more
}: Partial<SloPricesOptions> & { pods?: number; limits?: typeof DEFAULT_POLICY.limits } = {}) {
  let readings: SloReading[] = []
  const prices = new SloPrices({ readingsOf: () => readings, windowSeconds: 60, minimumShare: 0.1, ...more })
  let nowSeconds = 1_800_000_000
  const view = (resources: typeof RATIO) => {
    const { name, workload, shape, images } = podOf('web', 'shop', ['app'])
    const one = {
      ...podOf('web', 'shop', ['app']),
      containers: new Map([['app', { spec: readResources(resources), isAsRecorded: true }]]),
    }
    return {
      ...{ workload: workload!, shape, images, author: new Map([['app', readResources(RATIO)]]) },
      pods: Array.from({ length: pods }, (_, i) => ({ ...one, name: `${name}-${i}` })),
    }
  }
  const turn = (
    badShare: number,
    {
      resources = RATIO,
      total = 6000,
      state = 'Found',
      kind = 'latency',
    }: { resources?: typeof RATIO; total?: number; state?: SloReading['state']; kind?: 'latency' | 'errors' } = {},
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
    return prices.of(view(resources), undefined, { limits, horizon: 'hour' }, nowSeconds)
  }
  return { prices, turn }
}

describe('what SLOs ask of decisions', () => {
  test('nothing for a workload without a latency SLO', () => {
    const { turn } = priced()
    assert.equal(turn(0.5, { kind: 'errors' }), undefined)
  })

  test('more CPU as soon as requests are slow, as the share of the limit that the request has', () => {
    const { turn } = priced()
    turn(0.01)
    turn(0.01)
    const { text, state, request, limit } = turn(0.3)!.terms.get('app')!
    assert.deepEqual([text, state], [OBJECTIVE.text, 'raised'])
    assert.ok(limit > 1.1 && limit <= 2, `${limit}`)
    assert.ok(Math.abs(request - limit / 2) < 1e-9)
  })

  test('without a limit, the request is what counts', () => {
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

  test('learns nothing from requests before the last change of CPU', () => {
    const { turn } = priced()
    for (let i = 0; i < 3; i++) turn(0.01)
    const doubled = { requests: { cpu: '1' }, limits: { cpu: '2' } }
    const limits = [0.9, 0.9, 0.9].map((badShare) => turn(badShare, { resources: doubled })!.terms.get('app')!.limit)
    assert.deepEqual(limits.slice(0, 2), [2, 2])
    assert.ok(limits[2]! > 2, `${limits}`)
  })

  test('keeps what is in force while too little is known, and where there are no series', () => {
    const { turn } = priced()
    assert.equal(turn(0, { state: 'Unreachable' })!.terms.get('app')!.limit, 1)
    turn(0)
    assert.equal(turn(0)!.terms.get('app')!.limit, 1)
    for (let i = 0; i < 50; i++) assert.equal(turn(0, { state: 'NoSeries' })!.terms.get('app')!.limit, 1)
  })

  test('more CPU where a service whose requests were slow cannot be read any more, if it uses up what it has', () => {
    const raised = (badShare: number, used: number) => {
      const { turn } = priced({ usageOf: () => used })
      for (let i = 0; i < 3; i++) turn(0.01)
      // The last reading does not count yet where CPU has just changed: it says all the same that requests are slow.
      const resources = { requests: { cpu: '400m' }, limits: { cpu: '800m' } }
      turn(badShare, { resources })
      turn(0, { state: 'Stale', resources })
      return turn(0, { state: 'NoSeries', resources })!.terms.get('app')!.limit
    }
    assert.ok(raised(0.9, 0.79) >= 1.2 - 1e-9, `${raised(0.9, 0.79)}`)
    assert.ok(raised(0.9, 0.3) <= 1, `${raised(0.9, 0.3)}`)
    assert.ok(raised(0.01, 0.79) <= 1, `${raised(0.01, 0.79)}`)
  })

  test('a reading that was seen before is not taken in twice', () => {
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

  test('says so where throttling shows that CPU is not what requests wait for', () => {
    const { turn } = priced({ throttledShareOf: () => 0 })
    turn(0.01)
    turn(0.01)
    for (let i = 0; i < 3; i++) turn(0.4)
    const { state, limit } = turn(0.4)!.terms.get('app')!
    assert.equal(state, 'unhelped')
    assert.ok(limit <= 1, `${limit}`)
  })

  test('forgets workloads that are gone', () => {
    const { prices, turn } = priced()
    for (let i = 0; i < 4; i++) turn(0.3)
    assert.ok(turn(0)!.terms.get('app')!.limit > 1)
    prices.keep(new Set())
    assert.equal(turn(0)!.terms.get('app')!.limit, 1)
  })
})

test('the Recommendation says what the SLO takes, and new Pods get it', async (t) => {
  const terms = new Map([
    ['app', { text: OBJECTIVE.text, state: 'holds', badShare: 0.01, request: 0.75, limit: 0 } as const],
  ])
  const all = await reconciling(t, { sloPrices: { of: () => ({ hasRoom: false, terms }) } })
  run(all, 'web')
  await all.publish()
  const { learned, applied } = all.store.objects.get('statefulset-web')!.status!
  assert.equal(applied!.containers[0]!.cpu!.request, '750m')
  assert.match(learned!.containers[0]!.evidence!.cpu!.slo!.says, /takes 750m; the goal alone would request 2\d\dm$/)
})
