// What holds for every experiment and every service.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { baselineOf, configurationKey } from '../../src/experiments/baseline.ts'
import type { Configuration, Experiment, Trial } from '../../src/experiments/experiment.ts'
import { nextTrial } from '../../src/experiments/next-trial.ts'
import { nameOf, snap } from '../../src/experiments/parameter.ts'
import { summarize } from '../../src/experiments/summarize.ts'
import { runs } from '../support/arbitraries.ts'
import { MIB, madeExperiment } from './made-experiment.ts'

const MOST_TRIALS = 10

/** Two workloads, of which replicas and a pool vary too, that answer at random: slower with less, sometimes broken. */
const services = fc.record({
  seed: fc.nat(1000),
  cpuCores: fc.double({ min: 0.1, max: 8, noNaN: true }),
  memoryMib: fc.integer({ min: 64, max: 4096 }),
  answers: fc.array(
    fc.record({ ratio: fc.double({ min: 0.2, max: 4, noNaN: true }), fate: fc.integer({ min: 0, max: 9 }) }),
    { minLength: MOST_TRIALS + 5, maxLength: MOST_TRIALS + 5 },
  ),
})

/** Playing takes long: all properties look at the same experiments. */
const played = fc.sample(services, { seed: 23, numRuns: runs(8) }).map(({ seed, cpuCores, memoryMib, answers }) => {
  const experiment = twoWorkloads(seed, cpuCores, memoryMib * MIB)
  const trials: Trial[] = []
  for (const { ratio, fate } of answers) {
    const next = nextTrial(experiment, trials)
    if ('done' in next) break
    trials.push(answer(trials.length + 1, next.trial, ratio, fate, cpuCores))
  }
  return { experiment, trials }
})

function twoWorkloads(seed: number, cpuCores: number, memoryBytes: number): Experiment {
  const workload = (name: string) => ({ name, replicas: 2, containers: [{ name: 'app', cpuCores, memoryBytes }] })
  const app = (workload: string) => ({ workload, container: 'app' })
  return madeExperiment({
    seed,
    mostTrials: MOST_TRIALS,
    workloads: [workload('web'), workload('api')],
    parameters: [
      { kind: 'cpu', ...app('web'), min: cpuCores / 8, max: cpuCores * 2 },
      { kind: 'memory', ...app('web'), min: memoryBytes / 4, max: memoryBytes * 2 },
      { kind: 'cpu', ...app('api'), min: cpuCores / 8, max: cpuCores * 2 },
      { kind: 'replicas', workload: 'web', min: 1, max: 4 },
      { kind: 'setting', name: 'POOL', baseline: 10, min: 5, max: 50, step: 5 },
    ],
  })
}

function answer(number: number, configuration: Configuration, ratio: number, fate: number, cpuCores: number): Trial {
  const usage = ['web/app', 'api/app'].map((container) => ({
    container,
    cpuCores: cpuCores / 2,
    peakMemoryBytes: (configuration['web/app memory'] ?? MIB) / 2,
  }))
  const outcome = (['oomKilled', 'unschedulable', 'failed', 'aborted', 'void'] as const)[fate] ?? 'completed'
  const p95 = ratio * 100 * (cpuCores / configuration['web/app cpu']!) ** 0.5
  return {
    number,
    configuration,
    outcome,
    usage: outcome === 'unschedulable' ? [] : usage,
    measured: outcome === 'completed' ? { p95 } : {},
    oomKilled: outcome === 'oomKilled' ? ['web/app'] : [],
  }
}

test('every trial but the baseline is within the bounds, in whole steps', () => {
  for (const { experiment, trials } of played) {
    const baseline = configurationKey(experiment, baselineOf(experiment))
    for (const { configuration } of trials) {
      if (configurationKey(experiment, configuration) === baseline) continue
      for (const parameter of experiment.parameters) {
        const value = configuration[nameOf(parameter)]!
        assert.ok(value >= parameter.min - 1e-9 && value <= parameter.max + 1e-9, `${nameOf(parameter)} ${value}`)
        assert.equal(value, snap(parameter, value))
      }
    }
  }
})

test('nothing that failed is run again, and what was OOM-killed gets more memory', () => {
  for (const { experiment, trials } of played) {
    for (const [i, failed] of trials.entries()) {
      if (failed.outcome === 'completed' || failed.outcome === 'void') continue
      const failedKey = configurationKey(experiment, failed.configuration)
      for (const { configuration } of trials.slice(i + 1)) {
        assert.notEqual(configurationKey(experiment, configuration), failedKey)
        const isLess = ['web/app memory', 'web replicas'].every(
          (name) => configuration[name]! <= failed.configuration[name]!,
        )
        const isSamePool = configuration.POOL === failed.configuration.POOL
        assert.ok(!(failed.outcome === 'oomKilled' && isLess && isSamePool))
      }
    }
  }
})

test('the next trial does not depend on the order in which trials are stored', () => {
  for (const { experiment, trials } of played) {
    const shuffled = trials.toSorted((a, b) => ((a.number * 7) % 11) - ((b.number * 7) % 11))
    assert.deepEqual(nextTrial(experiment, shuffled), nextTrial(experiment, trials))
    assert.deepEqual(summarize(experiment, shuffled), summarize(experiment, trials))
  }
})

test('no point of the front is cheaper and faster than another, and every point was run', () => {
  for (const { experiment, trials } of played) {
    const { front } = summarize(experiment, trials)
    const run = new Set(trials.map(({ configuration }) => configurationKey(experiment, configuration)))
    for (const point of front) {
      assert.ok(run.has(configurationKey(experiment, point.configuration)))
      for (const other of front) {
        const isBetter =
          other.costPerHour <= point.costPerHour &&
          other.latencyMilliseconds.expected <= point.latencyMilliseconds.expected
        assert.ok(other === point || !isBetter)
      }
    }
  }
})
