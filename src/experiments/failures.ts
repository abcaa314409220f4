import type { Configuration, Experiment, Trial } from './experiment.ts'
import { nameOf, type Parameter } from './parameter.ts'

/** A load test cannot distinguish values that are closer than this. */
const ALIKE = 0.015

/**
 * Whether a failed trial rules a configuration out:
 * - if it could not be scheduled, the same or more of every reserved resource cannot be either;
 * - if it was OOM-killed or failed, the same or less of everything would be too. With another setting, it may run.
 */
export function isRuledOut(experiment: Experiment, configuration: Configuration, failed: readonly Trial[]): boolean {
  return failed.some((trial) => {
    if (isAlike(experiment, configuration, trial.configuration)) return true
    if (trial.outcome === 'aborted' || trial.outcome === 'completed') return false
    const asksForMore = trial.outcome === 'unschedulable'
    return experiment.parameters.every((parameter) => {
      const [value, tried] = [configuration[nameOf(parameter)]!, trial.configuration[nameOf(parameter)]!]
      if (parameter.kind === 'setting') return asksForMore || value === tried
      if (asksForMore) return value >= tried
      return !playsApart(parameter, trial) || value <= tried
    })
  })
}

/** Whether a parameter may be why a trial failed. Of an OOM kill, only the memory of the container and the number of Pods may. */
function playsApart(parameter: Parameter, { outcome, oomKilled }: Trial): boolean {
  if (outcome !== 'oomKilled' || parameter.kind === 'setting') return true
  if (parameter.kind === 'replicas') return oomKilled.some((key) => key.startsWith(`${parameter.workload}/`))
  return parameter.kind === 'memory' && oomKilled.includes(`${parameter.workload}/${parameter.container}`)
}

function isAlike({ parameters }: Experiment, a: Configuration, b: Configuration): boolean {
  return parameters.every((parameter) => {
    const [x, y] = [a[nameOf(parameter)]!, b[nameOf(parameter)]!]
    return parameter.kind === 'setting' || parameter.kind === 'replicas' ? x === y : Math.abs(Math.log(x / y)) < ALIKE
  })
}
