import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Candidate, compare, figuresOf, mostAtRisk, mostWasteful } from '../../src/backtest/index.ts'
import { madeUsage, STEP_SECONDS } from '../support/made-usage.ts'

const comparison = compare(madeUsage(16), { cadence: '24h', goal: 'balanced', stepSeconds: STEP_SECONDS })!
const all: readonly Candidate[] = [...comparison.goals, comparison.running!, ...comparison.peers, comparison.fixed]
const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0)

describe('a comparison', () => {
  test('has every goal and both peers, all judged by the same days', () => {
    assert.deepEqual(
      all.map(({ name }) => name),
      ['savings', 'balanced', 'reliability', 'running', 'vpa', 'krr', 'fixed'],
    )
    for (const { score } of all) assert.deepEqual([score.containers, score.containerDays], [4, 35])
  })

  test('shows the goal beside itself where running Pods can be resized: cheaper by the hour', () => {
    const { goals, running } = comparison
    const daily = goals.find(({ name }) => name === 'balanced')!.score.regret.balanced.cpu.composite
    assert.ok(running!.score.regret.balanced.cpu.composite < daily, `${daily}`)
    assert.ok(running!.score.changesPerDay > 0)
    const labels = figuresOf(comparison).map(({ label }) => label)
    assert.deepEqual(labels.slice(2, 5), ['Plimsoll reliability', 'running Pods too', 'VPA'])
  })

  test('leaves that out where the cadence is hourly anyway', () => {
    const hourly = compare(madeUsage(9), { cadence: '1h', goal: 'savings', stepSeconds: STEP_SECONDS })!
    assert.equal(hourly.running, undefined)
    assert.equal(figuresOf(hourly).length, 6)
  })

  test('always reserving the peak is never short, and saves nothing', () => {
    const { cpuShort, oomDays, cpuSaved, memorySaved, changes } = figuresOf(comparison).at(-1)!
    assert.deepEqual([cpuShort, oomDays, cpuSaved, memorySaved, changes], [0, 0, 0, 0, 0])
  })

  test('the days add up to what the score says was used and reserved', () => {
    const { score } = comparison.fixed
    assert.ok(Math.abs(total(comparison.used.cpu) - score.cpu.usedCoreDays) < 1e-9)
    assert.ok(Math.abs(total(comparison.used.memory) - score.memory.usedGibDays) < 1e-6)
    for (const { score, reserved } of all) {
      assert.ok(Math.abs(total(reserved.cpu) - score.cpu.reservedCoreDays) < 1e-9)
      assert.ok(Math.abs(total(reserved.memory) - score.memory.reservedGibDays) < 1e-6)
    }
  })

  test('keeps the decisions for the goal, and only says how sure it is where it is itself', () => {
    assert.deepEqual(
      [...comparison.decisions.values()].map(({ length }) => length),
      [17, 17, 17, 17],
    )
    for (const { score } of comparison.goals) assert.ok(score.calibration.cpu && score.calibration.memory)
    for (const { score } of comparison.peers) assert.equal(score.calibration.cpu, undefined)
  })

  test('reports its progress, up to the end', () => {
    const shares: number[] = []
    const onProgress = (share: number) => shares.push(share)
    compare(madeUsage(9), { cadence: '24h', goal: 'savings', stepSeconds: STEP_SECONDS, onProgress })
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    )
    assert.equal(shares.at(-1), 1)
  })

  test('there is none without a container that has a day after its first week', () => {
    const options = { cadence: '24h', goal: 'balanced', stepSeconds: STEP_SECONDS } as const
    assert.equal(compare(madeUsage(7), options), undefined)
  })
})

describe('the most notable containers', () => {
  test('the most wasteful come first, and their shares are of all that is unused', () => {
    const every = mostWasteful(comparison.fixed.score, 10)
    assert.equal(every[0]!.measured.judged.container.container, 'bursting')
    assert.ok(Math.abs(every.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9)
    assert.equal(mostWasteful(comparison.fixed.score, 2).length, 2)
  })

  test('only those that fell short are at risk', () => {
    assert.deepEqual(mostAtRisk(comparison.fixed.score, 10), [])
    const names = mostAtRisk(comparison.goals[0]!.score, 10).map(({ judged }) => judged.container.container)
    assert.ok(names.includes('bursting'), names.join())
  })
})
