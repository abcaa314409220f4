import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { RecommendationStatus } from '../../src/api/index.ts'
import { readResources } from '../../src/resources/index.ts'
import type { PodHealth } from '../../src/revisions/pod-health.ts'
import type { ReconcileInput } from '../../src/revisions/reconcile-input.ts'
import type { SloReading } from '../../src/slos/index.ts'
import { runs } from '../support/arbitraries.ts'
import { app, at, eventsOf, input, makeRevision, pod, RULES, statusAfter } from './reconcile-input.ts'
import { byPod, latency, of, shared } from './slo-readings.ts'

const LOWER = app('500m', '1Gi', '1Gi')
const applied = makeRevision(1, LOWER)
const before: RecommendationStatus = { applied, learned: applied }
const HOURS = 2

function inputOf(slos: readonly SloReading[], pods: readonly PodHealth[], changes: Partial<ReconcileInput> = {}) {
  return input(LOWER, { slos, pods, now: at(HOURS), ...changes })
}
/** The Pods named `new…` have had the revision for an hour, or for the given time; the others have none. */
function podsNamed(names: readonly string[], hours = 1): PodHealth[] {
  return names.map((name) => {
    const carries = { revision: 1, since: at(HOURS - hours).toISOString() }
    return pod(undefined, -24, { name, ...(name.startsWith('new') && { carries }) })
  })
}
const turn = (slo: Partial<SloReading>, pods: readonly PodHealth[], changes: Partial<ReconcileInput> = {}) =>
  statusAfter(before, inputOf([latency(slo, HOURS)], pods, changes), RULES)

const MIXED = ['new-1', 'new-2', 'old-1', 'old-2']
const shares = (changed: number, others: number) =>
  byPod(Object.fromEntries(MIXED.map((name) => [name, name.startsWith('new') ? changed : others])))

describe('with other Pods for a comparison, a revision', () => {
  test('is rolled back when its Pods burn the budget fast and the others do not', () => {
    const { applied, rollback, state } = turn(shares(0.8, 0.02), podsNamed(MIXED))
    assert.deepEqual([applied, state], [undefined, 'RolledBack'])
    assert.equal(
      rollback?.message,
      'SLO web (95 % of requests below 250 ms): 80 % of the requests of 2 Pods with this revision are bad, compared with 2 % for 2 Pods with another',
    )
  })

  test('is kept in an outage of the whole service, and that is reported', () => {
    const status = turn(shares(0.9, 0.9), podsNamed(MIXED))
    assert.deepEqual([status.applied?.revision, status.rollback], [1, undefined])
    assert.match(status.slos![0]!.message!, /90 % of the requests of .*; the difference is not significant$/)
    assert.deepEqual(eventsOf(before, inputOf([latency(shares(0.9, 0.9), HOURS)], podsNamed(MIXED)), RULES), [
      'SloBurning',
    ])
  })

  test('is kept in an outage that began after the other Pods were created: their good times before it do not count', () => {
    const outage = {
      burn: { long: of(1_500, 4_800), short: of(400, 400) },
      byPod: new Map(
        MIXED.map((name) => [
          name,
          { long: name.startsWith('new') ? of(100, 100) : of(100, 1_200), short: of(100, 100) },
        ]),
      ),
    }
    assert.equal(turn(outage, podsNamed(MIXED, 0.1)).rollback, undefined)
  })

  test('is kept while its Pods burn the budget slowly', () => {
    assert.equal(turn(shares(0.4, 0), podsNamed(MIXED)).rollback, undefined)
  })

  test('is kept when the burn was short, or has ended', () => {
    const only = (window: 'long' | 'short') => {
      const { byPod: pods } = shares(0.8, 0.02)
      const other = window === 'long' ? 'short' : 'long'
      const calm = new Map([...pods!].map(([name, one]) => [name, { ...one, [other]: of(0, one[other].total) }]))
      return turn({ ...shares(0.8, 0.02), byPod: calm }, podsNamed(MIXED)).rollback
    }
    assert.deepEqual([only('long'), only('short')], [undefined, undefined])
  })

  test('is not judged by Pods that have had it for less than the short window', () => {
    assert.equal(turn(shares(0.8, 0.02), podsNamed(MIXED, 0.08)).rollback, undefined)
    assert.ok(turn(shares(0.8, 0.02), podsNamed(MIXED, 0.09)).rollback)
  })

  test('is kept when one of its many Pods is bad: the Pod may be the cause', () => {
    const names = [...Array(8).keys()].flatMap((i) => [`new-${i}`, `old-${i}`])
    const errors = byPod(Object.fromEntries(names.map((name) => [name, name === 'new-0' ? 1 : 0])))
    const objective = { ...latency().objective, kind: 'errors', budget: 0.001 } as const
    assert.equal(turn({ ...errors, objective }, podsNamed(names)).rollback, undefined)
  })

  test('is kept when it only raises values, and that is reported', () => {
    const author = new Map([
      ['app', readResources({ requests: { cpu: '250m', memory: '1Gi' }, limits: { memory: '1Gi' } })],
    ])
    const status = turn(shares(0.8, 0.02), podsNamed(MIXED), { author })
    assert.equal(status.applied?.revision, 1)
    assert.match(status.slos![0]!.message!, /revision 1 only gives more$/)
  })

  test('is rolled back for a CPU limit that its Pods got, but not for one that they did not get', () => {
    const limited = makeRevision(1, [{ name: 'app', cpu: { request: '1', limit: '1' } }])
    const status = { applied: limited, learned: limited }
    const withLimit = (limit?: string) =>
      podsNamed(MIXED).map((one) => {
        const spec = readResources({ requests: { cpu: '1' }, ...(limit && { limits: { cpu: limit } }) })
        return { ...one, containers: new Map([['app', { spec, isAsRecorded: true }]]) }
      })
    const rolled = (limit?: string) =>
      statusAfter(status, inputOf([latency(shares(0.8, 0.02), HOURS)], withLimit(limit)), RULES).rollback?.revision
    assert.deepEqual([rolled(), rolled('1')], [undefined, 1])
    const [withIt, without] = [withLimit('1'), withLimit()]
    const mixed = (isLimited: (one: PodHealth) => boolean) =>
      statusAfter(
        status,
        inputOf(
          [latency(shares(0.8, 0.02), HOURS)],
          withIt.map((one, i) => (isLimited(one) ? one : without[i]!)),
        ),
        RULES,
      ).rollback?.revision
    assert.equal(
      mixed(({ name }) => name!.startsWith('new')),
      1,
    )
    assert.equal(
      mixed(({ name }) => name!.startsWith('old')),
      undefined,
      'what the others got is no reason',
    )
  })

  test('is compared with the others even if one of them serves nothing', () => {
    const { byPod: pods } = shares(0.8, 0.02)
    const idle = new Map([...pods!, ['old-2', shared(0, 0)]])
    assert.match(
      turn({ ...shares(0.8, 0.02), byPod: idle }, podsNamed(MIXED)).rollback!.message,
      /compared with 2 % for 2 Pods with another/,
    )
  })

  test("is kept for every learned limit if the limits policy keeps the author's limit", () => {
    const limited = makeRevision(1, [{ name: 'app', cpu: { request: '1', limit: '1' } }])
    const author = new Map([['app', readResources({ requests: { cpu: '1' }, limits: { cpu: '2' } })]])
    const rolled = (limit: string) => {
      const spec = readResources({ requests: { cpu: '1' }, limits: { cpu: limit } })
      const containers = new Map([['app', { spec, isAsRecorded: true }]])
      const pods = podsNamed(MIXED).map((one) => ({ ...one, containers }))
      const inputs = inputOf([latency(shares(0.8, 0.02), HOURS)], pods, { author })
      return statusAfter({ applied: limited, learned: limited }, inputs, RULES).rollback?.revision
    }
    assert.deepEqual([rolled('2'), rolled('1')], [undefined, 1])
  })

  test('is rolled back to the last good revision', () => {
    const lastGood = makeRevision(1, app('900m', '1Gi', '1Gi'))
    const bad = makeRevision(2, LOWER)
    const pods = podsNamed(MIXED).map((one) =>
      one.carries ? { ...one, carries: { ...one.carries, revision: 2 } } : one,
    )
    const status = statusAfter(
      { applied: bad, learned: bad, lastGood },
      inputOf([latency(shares(0.8, 0.02), HOURS)], pods),
      RULES,
    )
    assert.deepEqual([status.applied?.revision, status.rollback?.revision], [1, 2])
  })

  test('fails as a canary in the same way', () => {
    const rules = { ...RULES, canary: { percent: 20, forSeconds: 24 * 3_600 } }
    const status = { learned: applied, canary: { percent: 20, since: at(1).toISOString(), revision: applied } }
    const inputs = inputOf([latency(shares(0.8, 0.02), HOURS)], podsNamed(MIXED))
    assert.deepEqual(eventsOf(status, inputs, rules), ['CanaryFailed'])
    assert.deepEqual(eventsOf(status, inputOf([latency(shares(0.8, 0.7), HOURS)], podsNamed(MIXED)), rules), [
      'SloBurning',
    ])
  })
})

const ALL = ['new-1', 'new-2']
const was = (bad: number, total = 12_000) => ({ before: { revision: 1, requests: of(bad, total) } })

describe('without other Pods for a comparison, a revision', () => {
  const bad = { burn: shared(0.8) }

  test('is rolled back when requests have become bad after it, with the same load', () => {
    const { rollback } = turn({ ...bad, ...was(120) }, podsNamed(ALL))
    assert.equal(
      rollback?.message,
      'SLO web (95 % of requests below 250 ms): 80 % of all requests are bad; before revision 1, it was 1 %',
    )
  })

  test('is judged in this way if the series have no Pod label', () => {
    assert.ok(turn({ ...bad, ...was(120) }, podsNamed(MIXED)).rollback)
  })

  test('is not judged before a Pod has it, nor within the short window after the first Pod received it', () => {
    const rolled = (names: readonly string[], hours?: number) =>
      turn({ ...bad, ...was(120) }, podsNamed(names, hours)).rollback
    assert.equal(rolled(['old-1']), undefined)
    assert.equal(rolled(ALL, 0.08), undefined)
    assert.ok(rolled(ALL, 0.09))
    assert.equal(turn({ burn: undefined, ...was(120) }, podsNamed(ALL)).rollback, undefined)
  })

  test('is rolled back if the load is slightly higher, or higher by chance just now', () => {
    const at = (long: number, short: number) =>
      turn({ burn: { long: of(0.8 * long, long), short: of(0.8 * short, short) }, ...was(120) }, podsNamed(ALL))
        .rollback
    assert.ok(at(14_800, 1_233), 'less than 1.25 times')
    assert.ok(at(12_000, 1_300), 'within three standard deviations of 1.25 times')
    assert.equal(at(12_000, 1_400), undefined)
    assert.equal(at(15_500, 1_000), undefined)
  })

  test('is blamed for fewer bad requests the more Pods serve them', () => {
    const objective = { ...latency().objective, kind: 'errors', budget: 0.001 } as const
    const rolled = (count: number) =>
      turn({ burn: shared(0.05), ...was(6), objective }, podsNamed([...Array(count).keys()].map((i) => `new-${i}`)))
        .rollback
    assert.equal(rolled(1), undefined)
    assert.ok(rolled(20))
  })

  const excuses: readonly (readonly [
    when: string,
    slo: Partial<SloReading>,
    says: RegExp,
    changes?: Partial<ReconcileInput>,
    hours?: number,
  ])[] = [
    ['when it is not known how it was before', bad, /there are no figures from before the change/],
    [
      'when that is known of another revision',
      { ...bad, before: { revision: 2, requests: of(0, 9_000) } },
      /no figures from before the change/,
    ],
    ['when there were no requests before', { ...bad, ...was(0, 0) }, /no figures from before the change/],
    ['when it was as bad before', { ...bad, ...was(9_000) }, /the difference is not significant/],
    ['when the load has doubled', { ...bad, ...was(60, 6_000) }, /the load is 2.0 times as high as before/],
    [
      'when the load has doubled just now',
      { burn: { long: of(9_600, 12_000), short: of(1_600, 2_000) }, ...was(120) },
      /2.0 times/,
    ],
    [
      'when others of the namespace degraded at the same time',
      { ...bad, ...was(120) },
      /others degraded .*: Deployment db, Deployment api$/,
      { degraded: ['Deployment db', 'Deployment api'] },
    ],
    ['when the change was long ago', { ...bad, ...was(120) }, /too long ago/, {}, 4],
    ['when it only gives more', { ...bad, ...was(120) }, /only gives more/, { author: new Map() }],
  ]
  for (const [when, slo, says, changes, hours] of excuses)
    test(`stays ${when}, and that is said`, () => {
      const status = turn(slo, podsNamed(ALL, hours), { ...changes })
      assert.deepEqual([status.applied?.revision, status.rollback], [1, undefined])
      assert.match(status.slos![0]!.message!, says)
      assert.equal(status.slos![0]!.state, 'BurningFast')
    })

  test('is judged in this way if the other Pods serve nothing', () => {
    const { byPod: pods } = shares(0.8, 0)
    const idle = new Map([...pods!].map(([name, one]) => [name, name.startsWith('old') ? shared(0, 0) : one]))
    assert.ok(turn({ ...bad, ...was(120), byPod: idle }, podsNamed(MIXED)).rollback)
  })

  test('is kept when there were too few recent requests to judge', () => {
    const few = { long: of(9_600, 12_000), short: of(2, 3) }
    assert.equal(turn({ burn: few, ...was(3_600) }, podsNamed(ALL)).rollback, undefined)
  })

  test('is rolled back even if fewer requests are served, because a slow service serves less', () => {
    assert.ok(turn({ burn: shared(0.8, 4_000), ...was(120) }, podsNamed(ALL)).rollback)
  })

  test('may be blamed for the time in the settings', () => {
    const rules = { ...RULES, slo: { longSeconds: 3_600, shortSeconds: 300, guardForSeconds: 5 * 3_600 } }
    const inputs = inputOf([latency({ ...bad, ...was(120) }, HOURS)], podsNamed(ALL, 4))
    assert.ok(statusAfter(before, inputs, rules).rollback)
  })
})

test('nothing is rolled back while series are missing or without numbers, or Prometheus does not answer', () => {
  const worse = shares(0.8, 0.02)
  for (const slo of [
    ...(['NoSeries', 'Stale', 'Unreachable', 'Invalid'] as const).map((state) => ({ ...worse, state })),
    { ...worse, readAtSeconds: at(HOURS - 1).getTime() / 1000 },
    { ...worse, burn: { long: of(Number.NaN, 1), short: of(1, 1) } },
    { ...worse, byPod: new Map() },
    { ...worse, byPod: new Map(MIXED.map((name) => [name, { long: of(Number.NaN, Number.NaN), short: of(1, 1) }])) },
  ])
    assert.equal(turn(slo, podsNamed(MIXED)).rollback, undefined)
})

/** Bad requests of one Pod whose share is drawn from a Beta distribution of this correlation around the mean. */
function drawn(random: () => number, mean: number, correlation: number, total: number): number {
  const scale = (1 - correlation) / correlation
  const own = Math.min(1, Math.max(0, mean + normal(random) * Math.sqrt((mean * (1 - mean)) / (scale + 1))))
  const bad = total * own + normal(random) * Math.sqrt(total * own * (1 - own))
  return Math.min(total, Math.max(0, Math.round(bad)))
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    // Mulberry32, by T. Ettinger, in the public domain.
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

interface Service {
  readonly changed: number
  readonly others: number
  readonly perMinute: number
  readonly correlation: number
  readonly seed: number
}

const services = fc.record({
  changed: fc.integer({ min: 1, max: 10 }),
  others: fc.integer({ min: 1, max: 10 }),
  /** Requests of a Pod. */
  perMinute: fc.integer({ min: 5, max: 20_000 }),
  correlation: fc.double({ min: 0.0001, max: 0.05, noNaN: true }),
  seed: fc.integer(),
})

/** Whether a revision is rolled back if its Pods and the other Pods have these shares. */
function isTakenBack({ changed, others, perMinute, correlation, seed }: Service, own: number, theirs: number): boolean {
  const random = randomOf(seed)
  const names = [...Array(changed).keys()]
    .map((i) => `new-${i}`)
    .concat([...Array(others).keys()].map((i) => `old-${i}`))
  const pods = new Map(
    names.map((name) => {
      const share = name.startsWith('new') ? own : theirs
      const load = perMinute * (0.5 + random())
      const [short, rest] = [Math.max(1, Math.round(load * 5)), Math.round(load * 55)]
      // The peculiarities of a Pod are the same in both windows.
      const bad = drawn(random, share, correlation, short)
      return [name, { short: of(bad, short), long: of(bad + (bad / short) * rest, short + rest) }]
    }),
  )
  const sum = (window: 'long' | 'short') =>
    [...pods.values()].reduce((all, one) => of(all.bad + one[window].bad, all.total + one[window].total), of(0, 0))
  const slo = { burn: { long: sum('long'), short: sum('short') }, byPod: pods }
  return turn(slo, podsNamed(names)).rollback !== undefined
}

describe('with random loads and different Pods', () => {
  test('at most one of 100 is rolled back by chance if all Pods are equally bad', () => {
    const cases = fc.sample(fc.tuple(services, fc.double({ min: 0.5, max: 0.9, noNaN: true })), {
      ...{ numRuns: runs(1_000), seed: 7 },
    })
    const wrong = cases.filter(([service, share]) => isTakenBack(service, share, share))
    assert.ok(wrong.length <= cases.length / 100, `${wrong.length} of ${cases.length}`)
  })

  test('each revision that is much worse is rolled back', () => {
    fc.assert(
      fc.property(services, fc.double({ min: 0.8, max: 1, noNaN: true }), (service, share) =>
        isTakenBack(service, share, 0.01),
      ),
      { numRuns: runs(200) },
    )
  })
})
