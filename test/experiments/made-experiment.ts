import type { Configuration, Experiment, Trial } from '../../src/experiments/experiment.ts'
import { nextTrial } from '../../src/experiments/next-trial.ts'

export const MIB = 2 ** 20

/** One service with room to spare: 2 cores and 1 GiB, of which the made load needs 0.5 cores and 300 MiB. */
export function madeExperiment(changes: Partial<Experiment> = {}): Experiment {
  const app = { workload: 'checkout', container: 'app' }
  return {
    workloads: [{ name: 'checkout', replicas: 1, containers: [{ name: 'app', cpuCores: 2, memoryBytes: 1024 * MIB }] }],
    parameters: [
      { kind: 'cpu', ...app, min: 0.2, max: 4 },
      { kind: 'memory', ...app, min: 128 * MIB, max: 2048 * MIB },
    ],
    limits: [{ measure: 'p95', kind: 'latency', atMost: 250 }],
    prices: { coreHour: 0.03, gibHour: 0.004 },
    goal: 'balanced',
    mostTrials: 20,
    seed: 7,
    ...changes,
  }
}

export function madeConfiguration(cpuCores: number, memoryMib: number): Configuration {
  return { 'checkout/app cpu': cpuCores, 'checkout/app memory': memoryMib * MIB }
}

export function madeTrial(number: number, configuration: Configuration, changes: Partial<Trial> = {}): Trial {
  return {
    number,
    configuration,
    outcome: 'completed',
    measured: { p95: 100 },
    usage: [{ container: 'checkout/app', cpuCores: 0.5, peakMemoryBytes: 300 * MIB }],
    oomKilled: [],
    ...changes,
  }
}

/** What the service does: latency as 60 ms behind a queue of 0.5 cores of work, OOM kills below 300 MiB. Noise is ± 3 %, in turns. */
export function runMade(number: number, configuration: Configuration): Trial {
  const utilization = 0.5 / configuration['checkout/app cpu']!
  const p95 = (60 / Math.max(0.01, 1 - utilization) ** 0.8) * (number % 2 === 0 ? 1.03 : 0.97)
  if (configuration['checkout/app memory']! < 300 * MIB)
    return madeTrial(number, configuration, { outcome: 'oomKilled', oomKilled: ['checkout/app'], measured: {} })
  if (p95 > 750) return madeTrial(number, configuration, { outcome: 'aborted', measured: {} })
  return madeTrial(number, configuration, { measured: { p95 } })
}

/** Runs an experiment to its end. */
export function runExperiment(
  experiment: Experiment,
  run: (number: number, configuration: Configuration) => Trial = runMade,
) {
  const trials: Trial[] = []
  const whys: string[] = []
  for (;;) {
    const next = nextTrial(experiment, trials)
    if ('done' in next) return { trials, whys, done: next.done }
    whys.push(next.why)
    trials.push(run(trials.length + 1, next.trial))
  }
}
