import type { Configuration, Experiment, Trial } from './experiment.ts'
import { nameOf, type Parameter } from './parameter.ts'

/** Values closer than this are one configuration to a load test. */
const ALIKE = 0.015

/**
 * Whether a failed trial rules a configuration out:
 * - what could not be scheduled cannot be with the same or more of everything that is reserved;
 * - what was OOM-killed or failed would do so again with the same or less of everything. Where a setting differs, anything may follow.
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
