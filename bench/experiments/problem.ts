import { type Configuration, type Experiment, hourlyCost, type Trial } from '../../src/experiments/index.ts'

/** Result of running a configuration; the caller gives the number of the trial. */
export type Result = Omit<Trial, 'number'>

/** Something to optimise, of which the best is known. */
export interface Problem {
  readonly experiment: Experiment
  /** Runs a configuration, with noise. */
  run(configuration: Configuration): Result
  /** Whether a configuration truly meets the limits, without noise. */
  meets(configuration: Configuration): boolean
  /** Cost per hour of the cheapest configuration that truly meets the limits. */
  readonly cheapest: number
}

/** Whether a configuration truly meets the limits and costs at most 10 % more than the cheapest that does. */
export function isWithinTenth({ experiment, meets, cheapest }: Problem, configuration: Configuration): boolean {
  return hourlyCost(experiment, configuration) <= 1.1 * cheapest && meets(configuration)
}
