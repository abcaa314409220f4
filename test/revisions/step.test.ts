import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ContainerRecommendation, readValues, writeValues } from '../../src/api/index.ts'
import type { Policy } from '../../src/policy/index.ts'
import { readResources } from '../../src/resources/index.ts'
import type { Pace } from '../../src/revisions/pace.ts'
import { stepValues } from '../../src/revisions/step.ts'
import { app, authored, killed } from './reconcile-input.ts'

interface Changes {
  readonly from?: readonly ContainerRecommendation[]
  readonly author?: ReturnType<typeof authored>
  readonly pace?: Pace
  readonly limits?: Policy['limits']
}

/** `request/limit` of each resource of each container after a step, down to at most half and up to at most twice the value. */
function stepped(to: readonly ContainerRecommendation[], { from = [], author, pace = 'due', limits }: Changes): string {
  const values = stepValues({
    ...{ from: readValues(from), to: readValues(to), author: author ?? new Map(), pace },
    rules: { maxIncrease: 1, maxDecrease: 0.5 },
    limits: limits ?? { cpu: 'none', memory: 'headroom' },
  })
  const spell = (value: ContainerRecommendation['cpu']) =>
    value ? [value.request, value.limit].filter(Boolean).join('/') : '-'
  return writeValues(values)
    .map(({ name, cpu, memory }) => `${name} ${spell(cpu)} ${spell(memory)}`)
    .join(', ')
}

describe('a step', () => {
  const from = app('1', '1Gi')
  const cases: readonly (readonly [to: [cpu: string, memory: string], expected: string])[] = [
    [['500m', '2Gi'], 'app 500m 2Gi'],
    [['499m', '2049Mi'], 'app 500m 2Gi'],
    [['2', '512Mi'], 'app 2 512Mi'],
    [['2001m', '511Mi'], 'app 2 512Mi'],
    [['1', '1Gi'], 'app 1 1Gi'],
  ]
  for (const [to, expected] of cases)
    test(`towards ${to.join(' and ')} ends at ${expected}`, () => assert.equal(stepped(app(...to), { from }), expected))

  test('ends on a whole grain, rounded up', () => {
    assert.equal(stepped(app('1m', '1Gi'), { from: app('25m', '1Gi') }), 'app 13m 1Gi')
  })

  test('moves request and limit separately, and never leaves the limit below the request', () => {
    assert.equal(stepped(app('1', '4Gi', '4Gi'), { from: app('1', '1Gi', '8Gi') }), 'app 1 2Gi/4Gi')
    assert.equal(stepped(app('1', '3Gi', '3Gi'), { from: app('1', '3Gi', '1Gi') }), 'app 1 3Gi/3Gi')
  })

  test('immediately adds a new limit, and drops one that is not learned', () => {
    assert.equal(stepped(app('1', '1Gi', '8Gi'), { from }), 'app 1 1Gi/8Gi')
    assert.equal(stepped(app('1', '1Gi'), { from: app('1', '1Gi', '8Gi') }), 'app 1 1Gi')
  })

  test('keeps a container that is no longer learned, and leaves out one without values', () => {
    const to = [{ name: 'app', cpu: { request: '1' } }, { name: 'idle' }]
    assert.equal(stepped(to, { from: [{ name: 'old', cpu: { request: '3' } }] }), 'app 1 -, old 3 -')
  })

  test('keeps a container of which an autoscaler holds everything', () => {
    const held = { name: 'app', held: { cpu: 'HeldForHpa' } }
    const values = stepValues({
      ...{ from: readValues([held]), to: readValues([{ name: 'app' }]), author: new Map(), pace: 'due' },
      ...{ rules: { maxIncrease: 1, maxDecrease: 0.5 }, limits: { cpu: 'none', memory: 'none' } },
    })
    assert.deepEqual(writeValues(values), [held])
  })

  test('moves a limit without steps if no Pod gets it', () => {
    const to: ContainerRecommendation[] = [{ name: 'app', cpu: { request: '1', limit: '8' } }]
    const applied: ContainerRecommendation[] = [{ name: 'app', cpu: { request: '1', limit: '2' } }]
    assert.equal(stepped(to, { from: applied, author: authored({ cpu: '1' }) }), 'app 1/8 -')
    assert.equal(stepped(to, { from: applied, author: authored({ cpu: '1' }, { cpu: '4' }) }), 'app 1/4 -')
  })
})

describe('the first step', () => {
  test("starts from the author's values, limit and request", () => {
    const author = authored({ cpu: '1', memory: '1Gi' }, { memory: '2Gi' })
    assert.equal(stepped(app('100m', '100Mi', '8Gi'), { author }), 'app 500m 512Mi/4Gi')
  })

  test('is not limited if the author wrote no readable value', () => {
    for (const resources of [{}, { requests: { cpu: 'many', memory: '-1' } }]) {
      const author = new Map([['app', readResources(resources)]])
      assert.equal(stepped(app('100m', '8Gi', '9Gi'), { author }), 'app 100m 8Gi/9Gi')
    }
  })
})

describe('the pace', () => {
  const cases: readonly (readonly [Pace, expected: string])[] = [
    ['due', 'app 500m 2Gi, new 3 -'],
    ['raising', 'app 1 2Gi, new 3 -'],
    ['lowering', 'app 500m 2Gi, new 3 -'],
    ['waiting', 'app 1 2Gi, new 3 -'],
    ['protecting', 'app 1 -'],
  ]
  for (const [pace, expected] of cases)
    test(`${pace} moves ${expected}`, () => {
      const to = [...app('500m', '2Gi'), { name: 'new', cpu: { request: '3' } }]
      assert.equal(stepped(to, { from: [{ name: 'app', cpu: { request: '1' } }], pace }), expected)
    })
})

describe('sized values', () => {
  const memory = (request: string, limit?: string): ContainerRecommendation[] => [
    { name: 'app', memory: { request, ...(limit && { limit }) } },
  ]
  const cases: readonly (readonly [
    why: string,
    pace: Pace,
    from: [request: string, limit?: string],
    to: [request: string, limit?: string],
    expected: string,
  ])[] = [
    ['rise by a step', 'raising', ['1Gi', '2Gi'], ['4Gi', '8Gi'], '2Gi/4Gi'],
    ['rise with their request alone', 'raising', ['1Gi', '4Gi'], ['2Gi', '3Gi'], '2Gi/4Gi'],
    ['rise with their limit alone', 'raising', ['2Gi', '2Gi'], ['1Gi', '3Gi'], '2Gi/3Gi'],
    ['rise beyond the limit, and take it with them', 'raising', ['1Gi', '1Gi'], ['2Gi', '2Gi'], '2Gi/2Gi'],
    ['rise, and get no limit that was not there', 'raising', ['1Gi'], ['2Gi', '3Gi'], '2Gi'],
    ['rise, and lose the limit that is not learned', 'raising', ['1Gi', '1Gi'], ['2Gi'], '2Gi'],
    ['stay, as none rises', 'raising', ['2Gi', '2Gi'], ['1Gi', '1Gi'], '2Gi/2Gi'],
    ['stay, as a limit would be all that is new', 'raising', ['1Gi'], ['1Gi', '2Gi'], '1Gi'],
    ['fall by a step', 'lowering', ['4Gi', '8Gi'], ['1Gi', '1Gi'], '2Gi/4Gi'],
    ['stay, as the request would rise', 'lowering', ['1Gi', '8Gi'], ['2Gi', '4Gi'], '1Gi/8Gi'],
    ['stay, as the limit would rise', 'lowering', ['2Gi', '2Gi'], ['1Gi', '3Gi'], '2Gi/2Gi'],
    ['get a limit', 'lowering', ['1Gi'], ['1Gi', '2Gi'], '1Gi/2Gi'],
    ['stay', 'waiting', ['1Gi', '1Gi'], ['2Gi', '2Gi'], '1Gi/1Gi'],
  ]
  for (const [why, pace, from, to, expected] of cases)
    test(`${pace}: ${why}`, () =>
      assert.equal(stepped(memory(...to), { from: memory(...from), pace }), `app - ${expected}`))

  test('have a limit that no Pod gets follow the request, and never change for it', () => {
    const cpu = (request: string, limit: string): ContainerRecommendation[] => [
      { name: 'app', cpu: { request, limit } },
    ]
    const given = { from: cpu('1', '8'), author: authored({ cpu: '1' }), pace: 'raising' } as const
    assert.equal(stepped(cpu('2', '4'), given), 'app 2/4 -')
    assert.equal(stepped(cpu('1', '16'), given), 'app 1/8 -')
  })
})

describe('memory that was OOM-killed', () => {
  const limited = (request: string, limit: string) => authored({ cpu: '1', memory: request }, { memory: limit })
  const cases: readonly (readonly [
    why: string,
    to: [request: string, limit?: string],
    given: Changes,
    expected: string,
  ])[] = [
    ['request and limit rise', ['3Gi', '4Gi'], { author: limited('1Gi', '1Gi') }, 'app - 3Gi/4Gi'],
    ['only the limit rises', ['512Mi', '4Gi'], { author: limited('1Gi', '1Gi') }, 'app - 1Gi/4Gi'],
    ['only the request rises', ['1536Mi', '1536Mi'], { author: limited('1Gi', '2Gi') }, 'app - 1536Mi/2Gi'],
    ['the limit stays, as none is learned', ['3Gi'], { author: limited('1Gi', '4Gi') }, 'app - 3Gi/4Gi'],
    ['the limit must not be below the request', ['3Gi'], { author: limited('1Gi', '2Gi') }, 'app - 3Gi/3Gi'],
    ['nothing rises', ['1Gi', '2Gi'], { author: limited('1Gi', '2Gi') }, ''],
    ['it had no limit to be killed at', ['3Gi', '4Gi'], { author: authored({ memory: '1Gi' }) }, ''],
    ['nobody knows what it had', ['3Gi', '4Gi'], {}, ''],
    [
      'from what is applied',
      ['3Gi', '4Gi'],
      { from: [{ name: 'app', memory: { request: '1Gi', limit: '1Gi' } }] },
      'app - 3Gi/4Gi',
    ],
  ]
  for (const [why, [request, limit], given, expected] of cases)
    test(`${why}: ${expected || 'stays'}`, () =>
      assert.equal(stepped(killed(app('4', request, limit)), { ...given, pace: 'protecting' }), expected))

  test('is raised without steps in a due step as well', () => {
    assert.equal(stepped(killed(app('4', '8Gi', '9Gi')), { author: limited('1Gi', '1Gi') }), 'app 2 8Gi/9Gi')
  })

  test('has no limit if none is learned and its step is due', () => {
    assert.equal(stepped(killed(app('1', '3Gi')), { author: limited('1Gi', '4Gi') }), 'app 1 3Gi')
  })

  test('raises no CPU with it', () => {
    const to = killed([{ name: 'app', cpu: { request: '4', limit: '4' } }])
    assert.equal(stepped(to, { author: authored({ cpu: '1' }, { cpu: '1' }), pace: 'protecting' }), '')
  })

  test('has this reason after other reasons', () => {
    const to = killed([{ name: 'app', memory: { request: '3Gi', limit: '4Gi', reasons: ['RunPeakCounts'] } }])
    const values = stepValues({
      ...{ from: readValues([]), to: readValues(to), author: limited('1Gi', '1Gi'), pace: 'protecting' },
      ...{ rules: { maxIncrease: 1, maxDecrease: 0.5 }, limits: { cpu: 'none', memory: 'none' } },
    })
    assert.deepEqual(values.get('app')!.memory!.reasons, ['RunPeakCounts', 'RaisedAfterOomKill'])
  })

  test('needs at least one kill in the evidence', () => {
    const [container] = killed(app('1', '3Gi', '4Gi'))
    const to = [{ ...container!, evidence: { ...container!.evidence!, oomKills: 0 } }]
    assert.equal(stepped(to, { author: limited('1Gi', '1Gi'), pace: 'protecting' }), '')
  })
})
