import type { Goal } from '../api/index.ts'
import { configurationKey } from './baseline.ts'
import type { Beliefs } from './beliefs.ts'
import type { Configuration, Experiment, Trial } from './experiment.ts'
import { isMeasured, meetsLimits } from './measures.ts'
import { hourlyCost } from './shapes.ts'
import { SURE } from './sure.ts'

/** A configuration that was tried, and what is believed about it after all trials. */
export interface Tried {
  readonly configuration: Configuration
  readonly trials: readonly Trial[]
  readonly costPerHour: number
  readonly probabilityOfMeeting: number
}

/** The configurations that were tried, each once, cheapest first. Those that were not measured to their end are left out. */
export function triedConfigurations(experiment: Experiment, trials: readonly Trial[], beliefs: Beliefs): Tried[] {
  const groups = Map.groupBy(trials, ({ configuration }) => configurationKey(experiment, configuration))
  return [...groups.values()]
    .filter((group) => group.every((trial) => isMeasured(experiment, trial)))
    .map((group) => {
      const { configuration } = group[0]!
      return {
        configuration,
        trials: group,
        costPerHour: hourlyCost(experiment, configuration),
        probabilityOfMeeting: beliefs.probabilityOfMeeting(configuration),
      }
    })
    .toSorted((a, b) => a.costPerHour - b.costPerHour)
}

/** The cheapest configuration that meets the limits with enough certainty, and of which one run was within the limits. */
export function cheapestFor(goal: Goal, experiment: Experiment, tried: readonly Tried[]): Tried | undefined {
  return tried.find(
    ({ probabilityOfMeeting, trials }) =>
      probabilityOfMeeting >= SURE[goal].probability && trials.some((trial) => meetsLimits(experiment, trial)),
  )
}
