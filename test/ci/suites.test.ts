import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, test } from 'node:test'
import { nextSteps } from '../../scripts/ci/plan.ts'
import type { Ended, State } from '../../scripts/ci/suite.ts'
import { allSuites, MEASURED, selected } from '../../scripts/ci/suites.ts'
import { IN_CI } from '../together/groups.ts'

const ROOT = join(import.meta.dirname, '../..')
const suites = allSuites(ROOT)

describe('what CI runs', () => {
  test('has every test file of a kind that npm test leaves out, each in one suite', () => {
    const files = globSync('test/**/*.{cluster,browser,soak}.ts', { cwd: ROOT })
    assert.ok(files.length > 20)
    for (const file of [...files, ...IN_CI])
      assert.equal(suites.filter(({ command }) => command.includes(file)).length, 1, file)
  })

  test('has figures only for files that there are', () => {
    const names = globSync('test/**/*.ts', { cwd: ROOT }).map((file) => basename(file))
    assert.deepEqual(
      Object.keys(MEASURED).filter((name) => !names.includes(name)),
      [],
    )
  })

  test('has no two suites of one name, and needs only what there is', () => {
    const names = suites.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
    for (const { name, needs = [] } of suites)
      for (const need of needs) assert.ok(names.includes(need), `${name}: ${need}`)
  })
})

describe('by the figures of all suites, on two cores,', () => {
  const LIMIT_MINUTES = 75

  test('a machine that has all programs runs every suite, with time to spare', () => {
    const { minutes, leftOut } = simulate({})
    assert.deepEqual(leftOut, [])
    assert.ok(minutes <= 0.9 * LIMIT_MINUTES, `${minutes} min`)
  })

  test('a machine that builds Kubernetes first runs every suite, or leaves out only those that measure latency', () => {
    const { minutes, leftOut } = simulate({ Helm: 4, Kubernetes: 25 })
    assert.deepEqual(
      leftOut.filter((name) => suites.find((suite) => suite.name === name)!.group !== 'slos'),
      [],
    )
    assert.ok(minutes <= LIMIT_MINUTES, `${minutes} min`)
  })

  test('a machine that builds for an hour runs what needs no cluster, and says what it left out', () => {
    const { minutes, leftOut, ran } = simulate({ Helm: 4, Kubernetes: 70 })
    assert.ok(minutes <= LIMIT_MINUTES, `${minutes} min`)
    assert.ok(leftOut.includes('availability/availability.soak'))
    for (const name of ['lint', 'tests', 'properties sizing/invariants']) assert.ok(ran.includes(name), name)
  })

  /** Every suite takes what its figures say; those named here, so many minutes. */
  function simulate(taking: Readonly<Record<string, number>>) {
    const states = new Map<string, State>(suites.map(({ name }) => [name, { status: 'waiting' }]))
    const ends = new Map<string, number>()
    const leftOut: string[] = []
    const ran: string[] = []
    for (let minutes = 0; ; minutes = Math.min(...ends.values())) {
      for (const [name, end] of ends) {
        if (end > minutes) continue
        ends.delete(name)
        ran.push(name)
        states.set(name, PASSED)
      }
      const situation = { suites, states, cores: 2, elapsedMinutes: minutes, limitMinutes: LIMIT_MINUTES }
      for (let steps = nextSteps(situation); ; steps = nextSteps(situation)) {
        for (const { name, minutes: usual } of steps.start) {
          states.set(name, { status: 'running', sinceSeconds: 60 * minutes })
          ends.set(name, minutes + (taking[name] ?? usual))
        }
        for (const { suite, why } of steps.leaveOut) {
          states.set(suite.name, { status: 'not run', why })
          leftOut.push(suite.name)
        }
        if (steps.leaveOut.length === 0) break
      }
      if (ends.size === 0) return { minutes, leftOut, ran }
    }
  }
})

const PASSED: Ended = {
  ...{ status: 'passed', seconds: 1, cpuSeconds: 1, failedTests: [], skippedTests: [] },
  counts: { passed: 1, failed: 0, skipped: 0 },
}

describe('a selection', () => {
  test('is everything where nothing is named, and else the groups with what they need', () => {
    assert.deepEqual(selected(suites, []), suites)
    const chosen = selected(suites, ['availability'])
    assert.deepEqual([...new Set(chosen.map(({ group }) => group))], ['programs', 'availability'])
    assert.deepEqual(
      selected(suites, ['lint']).map(({ name }) => name),
      ['lint'],
    )
  })

  test('of what there is not is refused with what there is', () => {
    assert.throws(
      () => selected(suites, ['lint', 'everything']),
      /no suites "everything": expected (?=.*lint)(?=.*cluster)/,
    )
  })
})
