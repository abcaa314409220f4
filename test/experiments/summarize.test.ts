import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { summarize } from '../../src/experiments/summarize.ts'
import { madeConfiguration, madeExperiment, madeTrial } from './made-experiment.ts'

const experiment = madeExperiment()
const run = (number: number, cpu: number, memory: number, p95: number) =>
  madeTrial(number, madeConfiguration(cpu, memory), { measured: { p95 } })

describe('the result of an experiment', () => {
  test('leaves out of the front what is dearer and slower than something else', () => {
    const { front } = summarize(experiment, [
      run(1, 2, 1024, 100),
      run(2, 2, 1024, 100),
      run(3, 1, 512, 150),
      run(4, 1, 1600, 240),
      run(5, 1, 1600, 240),
    ])
    assert.deepEqual(
      front.map(({ configuration }) => configuration),
      [madeConfiguration(1, 512), madeConfiguration(2, 1024)],
    )
  })

  test('has a point for each goal: the surer it must be, the more it may cost', () => {
    const { points } = summarize(experiment, [
      run(1, 2, 1024, 100),
      run(2, 2, 1024, 104),
      run(3, 0.7, 512, 228),
      run(4, 0.75, 512, 216),
      run(5, 1, 512, 150),
    ])
    const costs = [points.savings, points.balanced, points.reliability].map((point) => point!.costPerHour)
    assert.deepEqual(
      costs,
      costs.toSorted((a, b) => a - b),
    )
    assert.ok(costs[0]! < costs[2]!)
  })

  test('says how fast a configuration is with an interval that repeats make narrower', () => {
    const baseline = [run(1, 2, 1024, 100), run(2, 2, 1024, 104)]
    const widthOf = (runs: number) => {
      const repeats = Array.from({ length: runs }, (_, i) => run(3 + i, 1, 512, 150))
      const { front } = summarize(experiment, [...baseline, ...repeats])
      const { low, expected, high } = front[0]!.latencyMilliseconds
      assert.ok(low < expected && expected < high && low < 150 && 150 < high)
      return high / low
    }
    assert.ok(widthOf(4) < widthOf(1))
  })

  test('counts a configuration as tried only when all its limits were measured', () => {
    const { winner, verdict } = summarize(experiment, [madeTrial(1, madeConfiguration(2, 1024), { measured: {} })])
    assert.deepEqual([winner, verdict], [undefined, 'nothingMeetsLimits'])
  })

  test('is no difference where the winner saves less than 3 %', () => {
    const { verdict } = summarize(experiment, [
      run(1, 2, 1024, 100),
      run(2, 2, 1024, 104),
      run(3, 1.96, 1024, 102),
      run(4, 1.96, 1024, 101),
    ])
    assert.equal(verdict, 'noDifference')
  })
})
