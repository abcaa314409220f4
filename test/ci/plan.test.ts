import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { nextSteps, type Situation } from '../../scripts/ci/plan.ts'
import type { Ended, State, Suite } from '../../scripts/ci/suite.ts'

const suite = (name: string, more: Partial<Suite> = {}): Suite => ({
  ...{ name, group: 'tests', command: ['true'], minutes: 2, cores: 1 },
  ...more,
})
const RUNNING: State = { status: 'running', sinceSeconds: 0 }
const counts = { passed: 1, failed: 0, skipped: 0 }
const ended = (status: Ended['status']): State => ({
  ...{ status, seconds: 1, cpuSeconds: 1, counts, failedTests: [], skippedTests: [] },
})

function steps(suites: readonly Suite[], states: Record<string, State> = {}, more: Partial<Situation> = {}) {
  const all = new Map<string, State>(suites.map(({ name }) => [name, states[name] ?? { status: 'waiting' }]))
  const { start, leaveOut } = nextSteps({
    ...{ suites, states: all, cores: 2, elapsedMinutes: 0, limitMinutes: 75 },
    ...more,
  })
  return { start: start.map(({ name }) => name), leaveOut: leaveOut.map(({ suite, why }) => `${suite.name}: ${why}`) }
}

describe('a suite starts', () => {
  test('in the order given, as long as the cores have room', () => {
    const suites = [suite('a', { cores: 0.9 }), suite('b'), suite('c', { cores: 0.3 }), suite('d', { cores: 0.1 })]
    assert.deepEqual(steps(suites).start, ['a', 'b', 'd'])
    assert.deepEqual(steps(suites, { a: RUNNING, b: ended('passed') }).start, ['c', 'd'])
    assert.deepEqual(steps(suites, {}, { cores: 4 }).start, ['a', 'b', 'c', 'd'])
  })

  test('when tenths of cores add up to all of them', () => {
    const tenths = Array.from({ length: 3 }, (_, i) => suite(`s${i}`, { cores: 0.1 }))
    assert.equal(steps([suite('most', { cores: 0.7 }), ...tenths], {}, { cores: 1 }).start.length, 4)
  })

  test('alone when it needs more cores than there are', () => {
    const suites = [suite('small', { cores: 0.1 }), suite('huge', { cores: 9 })]
    assert.deepEqual(steps(suites).start, ['small'])
    assert.deepEqual(steps(suites, { small: RUNNING }).start, [])
    assert.deepEqual(steps(suites, { small: ended('passed') }).start, ['huge'])
  })

  test('beside anything when it is in the background, and takes no room from others', () => {
    const suites = [suite('a', { cores: 2 }), suite('background', { isBackground: true }), suite('b', { cores: 2 })]
    assert.deepEqual(steps(suites).start, ['a', 'background'])
    assert.deepEqual(steps(suites, { a: ended('passed'), background: RUNNING }).start, ['b'])
  })

  test('with nothing beside it where it has to be alone: after all others, one at a time', () => {
    const [latency, other] = [suite('latency', { isAlone: true }), suite('other latency', { isAlone: true })]
    const suites = [latency, other, suite('a', { cores: 0.1 }), suite('background', { isBackground: true })]
    assert.deepEqual(steps(suites).start, ['a', 'background'])
    assert.deepEqual(steps(suites, { a: ended('passed'), background: RUNNING }).start, [])
    const over = { a: ended('failed'), background: ended('passed') }
    assert.deepEqual(steps(suites, over).start, ['latency'])
    assert.deepEqual(steps(suites, { ...over, latency: RUNNING }).start, [])
    assert.deepEqual(steps(suites, { ...over, latency: ended('failed') }).start, ['other latency'])
  })

  test('only beside five others, as a machine has room for eight clusters', () => {
    const many = Array.from({ length: 9 }, (_, i) => suite(`s${i}`, { cores: 0 }))
    assert.equal(steps(many).start.length, 6)
    assert.equal(steps(many, { s0: RUNNING, s1: RUNNING }).start.length, 4)
  })

  test('after what it needs has passed', () => {
    const suites = [suite('programs'), suite('cluster', { needs: ['programs'] })]
    assert.deepEqual(steps(suites).start, ['programs'])
    assert.deepEqual(steps(suites, { programs: RUNNING }).start, [])
    assert.deepEqual(steps(suites, { programs: ended('passed') }).start, ['cluster'])
  })
})

describe('a suite is left out, with the reason,', () => {
  test('when what it needs failed or was left out', () => {
    const suites = [suite('programs'), suite('cluster', { needs: ['programs'] })]
    const failed = steps(suites, { programs: ended('failed') })
    assert.deepEqual(failed, { start: [], leaveOut: ['cluster: needs "programs", which failed'] })
    const leftOut = steps(suites, { programs: { status: 'not run', why: 'late' } })
    assert.deepEqual(leftOut, { start: [], leaveOut: ['cluster: needs "programs", which was not run'] })
  })

  test('when too little time is left for it, while shorter ones still start', () => {
    const suites = [suite('long', { minutes: 8 }), suite('short', { minutes: 4 })]
    assert.deepEqual(steps(suites, {}, { elapsedMinutes: 65 }).start, ['long', 'short'])
    assert.deepEqual(steps(suites, {}, { elapsedMinutes: 65.1 }), {
      start: ['short'],
      leaveOut: ['long: takes 8 min, and 65 of 75 min are over'],
    })
  })

  test('later where it runs alone, because nothing slows it down', () => {
    const suites = [suite('alone', { minutes: 8, isAlone: true })]
    assert.deepEqual(steps(suites, {}, { elapsedMinutes: 66.5 }).start, ['alone'])
    assert.equal(steps(suites, {}, { elapsedMinutes: 66.7 }).leaveOut.length, 1)
  })

  test('when too little time is left, also before what it needs has ended', () => {
    const suites = [suite('programs'), suite('cluster', { needs: ['programs'] })]
    assert.equal(steps(suites, { programs: RUNNING }, { elapsedMinutes: 74 }).leaveOut.length, 1)
  })
})
