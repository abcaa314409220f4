import type { Goal } from '../api/index.ts'
import { baselineOf, configurationKey } from './baseline.ts'
import { type Demand, demands } from './demand.ts'
import type { Configuration, Experiment, Limit, Trial } from './experiment.ts'
import { isRuledOut } from './failures.ts'
import { fit } from './fit.ts'
import type { GaussianProcess, Posterior } from './gaussian-process.ts'
import type { Point } from './kernel.ts'
import { excessOf, meetsLimits } from './measures.ts'
import { type MemoryNeed, memoryNeeds, probabilityOfEnough } from './memory-need.ts'
import { noiseOf } from './noise.ts'
import { normalCdf } from './normal.ts'
import { nameOf, toCoordinate } from './parameter.ts'
import { sizedContainers } from './shapes.ts'
import { SURE } from './sure.ts'
import { queueingTrend, trendsOfContainers } from './trend.ts'

/** Model of one limit. */
interface LimitBelief {
  readonly limit: Limit
  readonly process: GaussianProcess
  /** Standard deviation of the logarithm of the measure between runs of one configuration. */
  readonly noise: number
}

/** Predictions for any configuration, from the trials so far. */
export class Beliefs {
  readonly demands: readonly Demand[]
  readonly limits: readonly LimitBelief[]
  readonly #experiment: Experiment
  readonly #memory: readonly MemoryNeed[]
  readonly #failed: readonly Trial[]
  readonly #baselineTrend: number
  readonly #baselineTrends: readonly number[]

  /** @param trials those that count, in the order in which they ran */
  constructor(experiment: Experiment, trials: readonly Trial[]) {
    this.#experiment = experiment
    this.demands = demands(experiment, trials)
    this.#memory = memoryNeeds(experiment, trials, this.demands)
    this.#failed = trials.filter((trial) => !meetsLimits(experiment, trial))
    const baseline = sizedContainers(experiment, baselineOf(experiment))
    this.#baselineTrend = queueingTrend(this.demands, baseline)
    this.#baselineTrends = trendsOfContainers(this.demands, baseline)
    this.limits = experiment.limits.flatMap((limit) => {
      const runs = trials.flatMap((trial) => {
        const value = excessOf(limit, trial)
        return value === undefined
          ? []
          : [
              {
                key: configurationKey(experiment, trial.configuration),
                point: this.#pointOf(trial.configuration),
                value,
              },
            ]
      })
      if (runs.length === 0) return []
      const noise = noiseOf(runs)
      return [{ limit, noise, process: fit(runs, experiment.parameters.length, noise) }]
    })
  }

  /** Logarithm of the ratio of a measure to its limit, for many runs of a configuration. */
  excess({ process }: LimitBelief, configuration: Configuration): Posterior {
    return process.at(this.#pointOf(configuration))
  }

  /** Probability that a configuration meets every limit, and that no container is OOM-killed. */
  probabilityOfMeeting(configuration: Configuration): number {
    return this.#probability(configuration, ({ mean, deviation }) => -mean / deviation)
  }

  /**
   * Probability that one run of a configuration would make it sure enough for a goal that the configuration meets every limit. The run
   * shrinks the deviation to a known width, and moves the mean by a normal amount whose variance is what the deviation loses.
   */
  probabilityOfProof(configuration: Configuration, goal: Goal): number {
    return this.#probability(configuration, ({ mean, deviation }, noise) => {
      const afterwards = (deviation * noise) / Math.hypot(deviation, noise)
      const movement = (deviation * deviation) / Math.hypot(deviation, noise)
      return (-mean - SURE[goal].deviations * afterwards) / movement
    })
  }

  /** @param deviationsOf within a limit, in standard deviations of the normal distribution */
  #probability(configuration: Configuration, deviationsOf: (posterior: Posterior, noise: number) => number): number {
    const containers = sizedContainers(this.#experiment, configuration)
    const point = this.#pointOf(configuration)
    let probability = 1
    for (const need of this.#memory) {
      probability *= probabilityOfEnough(need, containers.find(({ key }) => key === need.container)!.memoryBytes)
    }
    for (const { process, noise } of this.limits) {
      if (probability === 0) return 0
      probability *= normalCdf(deviationsOf(process.at(point), noise))
    }
    return probability
  }

  /** Whether trying a configuration is useless, because it is the same as a failed one or would fail for the same reason. */
  isRuledOut(configuration: Configuration): boolean {
    return isRuledOut(this.#experiment, configuration, this.#failed)
  }

  #pointOf(configuration: Configuration): Point {
    const containers = sizedContainers(this.#experiment, configuration)
    const trends = trendsOfContainers(this.demands, containers)
    return {
      coordinates: Float64Array.from(this.#experiment.parameters, (parameter) => {
        const coordinate = toCoordinate(parameter, configuration[nameOf(parameter)]!)
        // The cores of all Pods together, so that how they are split is a separate direction.
        return parameter.kind === 'cpu'
          ? coordinate + Math.log(configuration[`${parameter.workload} replicas`] ?? 1)
          : coordinate
      }),
      trend: queueingTrend(this.demands, containers) - this.#baselineTrend,
      trends: trends.map((trend, i) => trend - this.#baselineTrends[i]!),
    }
  }
}
