import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { configurationKey } from '../../src/experiments/baseline.ts'
import { nextTrial } from '../../src/experiments/next-trial.ts'
import { hourlyCost } from '../../src/experiments/shapes.ts'
import { summarize } from '../../src/experiments/summarize.ts'
import { MIB, madeConfiguration, madeExperiment, madeTrial, runExperiment, runMade } from './made-experiment.ts'

const experiment = madeExperiment()
const baseline = madeConfiguration(2, 1024)

describe('an experiment', () => {
  test('runs the baseline twice, then searches, and runs the winner again before it ends', () => {
    const { trials, whys, done } = runExperiment(experiment)
    assert.equal(done, 'littleLeftToGain')
    assert.deepEqual(whys.slice(0, 3), ['baseline', 'baseline', 'search'])
    assert.ok(whys.includes('repeatedWinner'))
    const { winner } = summarize(experiment, trials)
    assert.ok(winner!.runs >= 2)
  })

  test('finds a configuration close to the cheapest that meets the limit', () => {
    const { trials } = runExperiment(experiment)
    const { winner, verdict } = summarize(experiment, trials)
    // 60 / (1 − u)^0.8 = 250 at a utilization of 0.832: 0.601 cores.
    const cheapest = hourlyCost(experiment, madeConfiguration(0.601, 300))
    assert.equal(verdict, 'cheaper')
    assert.ok(winner!.costPerHour <= 1.1 * cheapest, `${winner!.costPerHour / cheapest} of the cheapest`)
    assert.ok(winner!.configuration['checkout/app cpu']! >= 0.6)
  })

  test('finds one also where no trial was long enough to measure usage, and does not begin with the least of everything', () => {
    const run = (number: number, configuration: Record<string, number>) => ({
      ...runMade(number, configuration),
      usage: [],
    })
    const { trials } = runExperiment(experiment, run)
    const { winner } = summarize(experiment, trials)
    const cheapest = hourlyCost(experiment, madeConfiguration(0.601, 300))
    const said = trials.map(({ configuration, outcome }) => `${JSON.stringify(configuration)} ${outcome}`).join('\n')
    assert.ok(winner!.costPerHour <= 1.1 * cheapest, `${winner!.costPerHour / cheapest} of the cheapest\n${said}`)
    assert.ok(trials[2]!.configuration['checkout/app cpu']! > 0.4, said)
    assert.ok(trials.filter(({ outcome }) => outcome === 'oomKilled').length <= 3, said)
  })

  test('continues from the stored trials alone, in any order', () => {
    const { trials } = runExperiment(experiment)
    for (let count = 0; count < trials.length; count++) {
      const stored = JSON.parse(JSON.stringify(trials.slice(0, count).reverse()))
      const next = nextTrial(experiment, stored)
      assert.deepEqual('trial' in next && next.trial, trials[count]!.configuration)
    }
  })

  test('goes another way with another seed', () => {
    const seeds = [1, 2, 3, 4].map((seed) =>
      runExperiment({ ...madeExperiment({ seed }) }).trials.map(({ configuration }) => configuration),
    )
    assert.ok(new Set(seeds.map((trials) => JSON.stringify(trials))).size > 1)
  })

  test('takes no notice of void trials', () => {
    const counted = [1, 2, 3].map((number) => runMade(number, baseline))
    const voided = madeTrial(4, madeConfiguration(0.3, 256), { outcome: 'void', measured: { p95: 1 } })
    assert.deepEqual(nextTrial(experiment, [...counted, voided]), nextTrial(experiment, counted))
  })

  test('ends where trials are void again and again', () => {
    const voided = [1, 2, 3, 4, 5].map((number) => madeTrial(number, baseline, { outcome: 'void' }))
    assert.deepEqual(nextTrial(experiment, voided.slice(1)), { trial: baseline, why: 'baseline' })
    assert.deepEqual(nextTrial(experiment, voided), { done: 'voidTrials' })
  })

  test('never asks for more trials than it may, and keeps the last for the winner', () => {
    const { trials, whys, done } = runExperiment(madeExperiment({ mostTrials: 5 }))
    assert.equal(trials.length, 5)
    assert.equal(done, 'mostTrials')
    assert.equal(whys.at(-1), 'repeatedWinner')
  })

  test('raises what misses the limit', () => {
    const small = madeExperiment({
      workloads: [
        { name: 'checkout', replicas: 1, containers: [{ name: 'app', cpuCores: 0.55, memoryBytes: 512 * MIB }] },
      ],
    })
    const { trials } = runExperiment(small)
    const { verdict, winner } = summarize(small, trials)
    assert.equal(verdict, 'meetsLimits')
    assert.ok(winner!.configuration['checkout/app cpu']! > 0.6)
  })

  test('raises memory where the baseline is OOM-killed, and does not run that again', () => {
    const small = madeExperiment({
      workloads: [
        { name: 'checkout', replicas: 1, containers: [{ name: 'app', cpuCores: 2, memoryBytes: 256 * MIB }] },
      ],
    })
    const { trials } = runExperiment(small)
    assert.equal(trials.filter(({ configuration }) => configuration['checkout/app memory']! <= 256 * MIB).length, 1)
    assert.equal(summarize(small, trials).verdict, 'meetsLimits')
  })

  test('ends with no difference where the baseline is the cheapest', () => {
    const tight = madeExperiment({
      workloads: [
        { name: 'checkout', replicas: 1, containers: [{ name: 'app', cpuCores: 0.615, memoryBytes: 304 * MIB }] },
      ],
    })
    const { trials, done } = runExperiment(tight)
    assert.equal(done, 'littleLeftToGain')
    assert.equal(summarize(tight, trials).verdict, 'noDifference')
  })

  test('ends early where nothing meets the limit, and says so', () => {
    const impossible = madeExperiment({ limits: [{ measure: 'p95', kind: 'latency', atMost: 50 }], mostTrials: 8 })
    const { trials, done } = runExperiment(impossible)
    const { winner, verdict } = summarize(impossible, trials)
    assert.deepEqual([winner, verdict, done], [undefined, 'nothingMeetsLimits', 'nothingLeftToTry'])
  })

  test('tries no configuration again that missed the limit', () => {
    const { trials } = runExperiment(experiment)
    const missed = trials.filter(({ measured }) => !(measured.p95! <= 250))
    const keys = missed.map(({ configuration }) => configurationKey(experiment, configuration))
    assert.equal(new Set(keys).size, keys.length)
  })

  test('meets every limit, also that of errors', () => {
    const limits = [...experiment.limits, { measure: 'errors', kind: 'errors' as const, atMost: 0.01 }]
    const { trials } = runExperiment(madeExperiment({ limits }), (number, configuration) => {
      const trial = runMade(number, configuration)
      const errors = configuration['checkout/app cpu']! < 1 ? 0.05 : 0
      return { ...trial, measured: { ...trial.measured, errors } }
    })
    const { winner } = summarize(madeExperiment({ limits }), trials)
    assert.ok(winner!.configuration['checkout/app cpu']! >= 1)
  })
})
