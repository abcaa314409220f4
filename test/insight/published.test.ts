import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RecommendationSpec, RecommendationStatus, Revision } from '../../src/api/index.ts'
import { ASKED, GIB, insightOf, learned, NOW_SECONDS, ofContainer, usage } from './made.ts'

const TIME = '2026-03-30T08:00:00Z'

function revision(number: number, cpu: string, more: Partial<Revision> = {}): Revision {
  return {
    revision: number,
    time: TIME,
    source: 'observed',
    goal: 'balanced',
    containers: [learned(cpu, '1Gi')],
    ...more,
  }
}

function published(status: RecommendationStatus, spec: Pick<RecommendationSpec, 'hold'> = {}) {
  return { recommendation: { name: 'deployment-web', status, spec } }
}

describe('where a Recommendation is published', () => {
  test('its values are what is asked for; goals beside each other are those of the learner here', () => {
    const here = { balanced: learned('400m', '512Mi'), savings: learned('300m', '512Mi') }
    const its = ofContainer({ learned: here }, published({ learned: revision(1, '700m') }))
    assert.equal(its.goals.balanced!.cpuCores, 0.8)
    assert.equal(its.goals.savings!.cpuCores, 0.6)
    assert.equal(its.goals.reliability, undefined)
    assert.equal(its.learned.cpuCores, 1.4)
    const alone = ofContainer({}, published({ learned: revision(1, '700m') }))
    assert.equal(alone.goals.balanced!.cpuCores, 1.4, 'where nothing was computed here')
  })

  test('its goal comes before the author’s and that of the command line', () => {
    const reliability = revision(1, '700m', { goal: 'reliability' })
    assert.equal(ofContainer({}, { ...published({ learned: reliability }), goal: 'savings' }).goal, 'reliability')
    assert.equal(ofContainer({}, { goal: 'savings' }).goal, 'savings')
    assert.equal(ofContainer({}).goal, 'balanced')
  })

  test('what an HPA holds stays as it is, and is not counted as to be saved', () => {
    const held = revision(2, '700m', {
      containers: [{ name: 'app', held: { cpu: 'HeldForHpa' }, memory: { request: '512Mi' } }],
    })
    const its = ofContainer({}, published({ learned: revision(1, '100m'), pending: held }))
    assert.equal(its.learned.cpuCores, 2, 'two Pods, a core each, as now')
    assert.deepEqual(its.containers[0]!.cpuCores.reasons, ['HeldForHpa'])
  })

  test('a risk that what is applied ends is ended by new Pods, not by raising anything', () => {
    const short = { usage: usage([[1, 1.5, GIB / 2]]), oomKills: 2 }
    const containers = [{ ...learned('2', '2Gi'), memory: { request: '2Gi', limit: '3Gi' } }]
    const applied = revision(3, '2', { containers })
    const acts = ofContainer(short, published({ learned: revision(4, '3'), applied })).risks.map(({ act }) => act)
    assert.deepEqual(acts, ['Restart it: its new Pods get a limit of 3Gi.', 'Restart it: its new Pods get 2.'])
  })

  test('each container has its applied, pending and would-be applied values', () => {
    const its = ofContainer({}, published({ applied: revision(3, '500m'), pending: revision(4, '400m') }))
    const { applied, pending } = its.containers[0]!.cpuCores
    assert.deepEqual([applied, pending], [{ request: 0.5 }, { request: 0.4 }])
    const observing = ofContainer({}, published({ wouldApply: revision(4, '400m') }))
    assert.deepEqual(observing.containers[0]!.cpuCores.pending, { request: 0.4 })
    assert.deepEqual(its.recommendation, { name: 'deployment-web', applied: 3, pending: 4 })
    const observed = ofContainer({}, published({ mode: 'observe', applied: revision(3, '500m') }))
    assert.equal(observed.containers[0]!.cpuCores.applied, undefined, 'nothing is injected')
  })
})

describe('what waits', () => {
  const waiting = (status: RecommendationStatus, spec: Pick<RecommendationSpec, 'hold'> = {}) =>
    ofContainer({}, published({ learned: revision(1, '1'), ...status }, spec)).waiting

  test('for approval, waits for who may approve in the namespace, since it was offered', () => {
    assert.deepEqual(waiting({ pending: revision(4, '400m') }), {
      state: 'Pending',
      forWhom: 'somebody who may "approve" recommendations.plimsoll.dev in namespace shop',
      since: TIME,
      says: 'Revision 4 waits for approval.',
    })
  })

  test('a held workload waits for its holder, even if a revision is pending', () => {
    const changelog = [{ time: TIME, by: 'ada', reason: 'Held' as const }]
    const held = { because: 'Held' as const, message: 'held by ada: month end', until: '2026-04-01T00:00:00Z' }
    assert.deepEqual(waiting({ waiting: held, changelog, pending: revision(4, '1') }, { hold: { by: 'ada' } }), {
      state: 'Held',
      forWhom: 'ada, or somebody else who may resume it',
      since: TIME,
      until: '2026-04-01T00:00:00Z',
      says: 'Nothing new is applied: held by ada: month end.',
    })
  })

  test('because of a freeze, a change window, youth, a canary or a rollback, says which', () => {
    const frozen = { because: 'Frozen' as const, message: 'namespace shop is frozen' }
    assert.equal(waiting({ waiting: frozen })!.forWhom, 'somebody who may end the freeze')
    const closed = { because: 'ChangeWindow' as const, message: 'the next opens at noon', until: TIME }
    assert.equal(waiting({ waiting: closed })!.state, 'ChangeWindow')
    const young = {
      because: 'Young' as const,
      message: 'nothing is lowered before 3 days of usage are known; so far 1 is',
      until: TIME,
    }
    assert.deepEqual(waiting({ waiting: young }), {
      state: 'Young',
      forWhom: 'more days of usage',
      until: TIME,
      says: 'Not all learned values are applied yet: nothing is lowered before 3 days of usage are known; so far 1 is.',
    })
    const burning = { because: 'SloBurning' as const, message: 'SLO web: 9 % of the requests are bad; 5 % may be bad' }
    assert.deepEqual(waiting({ waiting: burning }), {
      state: 'SloBurning',
      forWhom: 'fewer bad requests',
      says: 'Nothing is lowered, and raises continue: SLO web: 9 % of the requests are bad; 5 % may be bad.',
    })
    const missing = { because: 'SloMissing' as const, message: 'SLO web: Prometheus does not answer' }
    assert.equal(waiting({ waiting: missing })!.forWhom, 'the series of the SLO')
    const canary = { percent: 10, since: TIME, revision: revision(5, '1') }
    assert.match(waiting({ canary })!.says, /^Revision 5 is tried on 10 % of the new Pods first\.$/)
    const rollback = { revision: 5, learned: 4, time: TIME, count: 1, message: 'crashed' }
    const until = (seconds: number) => new Date((NOW_SECONDS + seconds) * 1000).toISOString()
    assert.equal(waiting({ rollback: { ...rollback, until: until(60) } })!.state, 'RolledBack')
    assert.equal(waiting({ rollback: { ...rollback, until: until(-60) } }), undefined, 'it is over')
  })

  test('for nothing, is not told', () => {
    assert.equal(waiting({ applied: revision(3, '1') }), undefined)
    assert.equal(insightOf({}).fleet.total.waiting, 0)
  })
})

describe('money', () => {
  test('saved so far is what the author wrote less what is carried, still to save what is carried less what is needed', () => {
    const now = { cpu: { request: 0.8 }, memory: { request: GIB } }
    const { money } = ofContainer({ author: ASKED, now, learned: { balanced: learned('500m', '1Gi') } })
    const core = 2 * 730 * 0.03
    const near = (actual: number | undefined, expected: number) => assert.ok(Math.abs(actual! - expected) < 1e-9)
    near(money.savedSoFar, 0.2 * core)
    near(money.stillToSave, 0.3 * core)
    near(money.authors! - money.learned!, 0.5 * core)
  })

  test('without a request costs nothing, and giving it one costs more', () => {
    const { money } = ofContainer({ now: { cpu: {}, memory: {} }, learned: { balanced: learned('500m', '1Gi') } })
    assert.equal(money.now, 0)
    assert.ok(money.stillToSave! < 0)
  })

  test('of a container that only one resource was learned of, the other is not known, and counts with its current value', () => {
    const memory = { request: '512Mi', confidence: 1 }
    const { learned: its, goals, confidence } = ofContainer({ learned: { balanced: { name: 'app', memory } } })
    assert.deepEqual(its, { memoryBytes: GIB })
    assert.deepEqual([goals.balanced!.cpuCores, goals.balanced!.memoryBytes], [2, GIB])
    assert.equal(confidence, undefined)
  })

  test('is absent if the number of Pods is unknown', () => {
    const { money, learned: its } = ofContainer(
      { learned: { balanced: learned('1', '1Gi') } },
      { pods: undefined as never },
    )
    assert.deepEqual([money, its], [{}, {}])
  })
})

test('what each goal risks: CPU above the request as it was replayed, else in hindsight; OOM kills by the confidence', () => {
  const sure = { memory: { request: '1Gi', confidence: 0.95 } }
  const its = usage([
    [0.75, 0.3, GIB],
    [0.25, 0.8, GIB],
  ])
  const goals = { balanced: learned('500m', '1Gi', sure), savings: learned('200m', '1Gi', sure) }
  const inHindsight = ofContainer({ usage: its, learned: goals }).goals
  assert.equal(inHindsight.balanced!.cpuAboveShare, 0.25)
  assert.equal(inHindsight.savings!.cpuAboveShare, 1)
  assert.ok(Math.abs(inHindsight.balanced!.oomDayChance! - 0.05) < 1e-9)
  const replayed = ofContainer({ usage: its, learned: goals, replayedAbove: { balanced: 0.04 } }).goals
  assert.equal(replayed.balanced!.cpuAboveShare, 0.04)
})

test('the trend is the last seven days beside the seven before, where there are fourteen', () => {
  const rising = usage([
    [0.5, 0.2, GIB],
    [0.5, 0.6, GIB],
  ])
  const { trend } = ofContainer({
    usage: rising,
    reserved: { cpuCores: 2, memoryBytes: GIB },
    reservedBefore: { cpuCores: 4, memoryBytes: GIB },
  })
  assert.ok(Math.abs(trend.cpuUsedCores!.now - 0.6) < 1e-9 && Math.abs(trend.cpuUsedCores!.before - 0.2) < 1e-9)
  assert.deepEqual(trend.cpuReservedCores, { now: 2, before: 4 })
  assert.ok(trend.perMonth!.before > trend.perMonth!.now)
  const window = { from: '2026-03-24T00:00:00Z', to: '2026-03-31T00:00:00Z', stepSeconds: 3600 }
  const young = insightOf({ containers: [{ name: 'app', usage: rising }] }, { window }).workload
  assert.deepEqual(young.trend, {})
})

describe('where the samples are not known, but percentiles that the learner kept', () => {
  const risks = (cpu: object, memory: object = {}) => {
    const [figures, none] = [
      { p50: '100m', p95: '200m', p99: '300m', peak: '5' },
      { p50: '1Mi', p95: '2Mi', p99: '3Mi', peak: '4Mi' },
    ]
    const evidence = {
      ...{ from: TIME, to: TIME, samples: 1000 },
      ...{ cpu: { ...figures, ...cpu }, memory: { ...none, ...memory } },
    }
    const containers = [learned('700m', '1Gi', { evidence })]
    return ofContainer({}, published({ learned: revision(1, '700m', { containers }) })).risks
  }

  test('usage above the request is a risk as far as they tell', () => {
    const of = (cpu: object, memory?: object) =>
      risks(cpu, memory).map(({ code, severity, resource }) => [code, severity, resource])
    assert.deepEqual(of({}), [])
    assert.deepEqual(of({ p95: '1', p99: '1' }), [], 'exactly at the request')
    assert.deepEqual(of({ p99: '1001m' }), [], 'one sample of a hundred is no risk for CPU')
    assert.deepEqual(of({ p95: '1001m' }), [['AboveRequest', 'low', 'cpu']])
    assert.deepEqual(of({ p50: '1001m' }), [['AboveRequest', 'high', 'cpu']])
    assert.deepEqual(of({}, { p99: '1025Mi' }), [['AboveRequest', 'low', 'memory']])
    assert.deepEqual(of({}, { p95: '1025Mi' }), [['AboveRequest', 'medium', 'memory']])
  })

  test('the sentence says that it is the least share', () => {
    assert.match(risks({ p95: '1500m' })[0]!.says, /more CPU than its request of 1 in at least 5.0 % of the samples/)
  })

  test('the usage of one moment is no share of samples', () => {
    assert.deepEqual(ofContainer({ momentary: { cpuCores: 1.5, memoryBytes: GIB } }).risks, [])
  })
})
