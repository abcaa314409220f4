import { baselineOf, configurationKey } from './baseline.ts'
import { Beliefs } from './beliefs.ts'
import { type Configuration, countedTrials, type Experiment, type Trial } from './experiment.ts'
import { propose } from './propose.ts'
import { cheapestFor, triedConfigurations } from './tried.ts'

/** What to run next and why, or why the experiment ends. */
export type NextTrial =
  | { readonly trial: Configuration; readonly why: 'baseline' | 'search' | 'repeatedWinner' }
  | { readonly done: 'littleLeftToGain' | 'nothingLeftToTry' | 'mostTrials' | 'voidTrials' }

const BASELINE_RUNS = 2
const WINNER_RUNS = 2
/** Lowest expected saving that is worth the minutes of a trial, as a share of the cost of the best configuration. */
const WORTH_A_TRIAL = 0.006
/** Number of void trials after which the experiment ends, because a person has to look at the load generator. */
const MOST_VOID = 5

/**
 * Decides which configuration runs next. It depends only on the experiment and the stored trials, in any order, so a controller that
 * restarts continues from them.
 */
export function nextTrial(experiment: Experiment, stored: readonly Trial[]): NextTrial {
  const trials = countedTrials(stored)
  if (stored.length - trials.length >= MOST_VOID) return { done: 'voidTrials' }
  const runsOf = (configuration: Configuration) => {
    const key = configurationKey(experiment, configuration)
    return trials.filter((trial) => configurationKey(experiment, trial.configuration) === key)
  }
  const left = experiment.mostTrials - trials.length
  if (left <= 0) return { done: 'mostTrials' }
  const baseline = baselineOf(experiment)
  const baselineRuns = runsOf(baseline)
  const isBroken = baselineRuns.some(({ outcome }) => outcome !== 'completed')
  if (baselineRuns.length < BASELINE_RUNS && !isBroken) return { trial: baseline, why: 'baseline' }

  const beliefs = new Beliefs(experiment, trials)
  const tried = triedConfigurations(experiment, trials, beliefs)
  const winner = cheapestFor(experiment.goal, experiment, tried)
  const mustRepeat = winner !== undefined && winner.trials.length < WINNER_RUNS
  if (mustRepeat && left === 1) return { trial: winner.configuration, why: 'repeatedWinner' }

  const good = [winner?.configuration ?? baseline]
  const proposed = propose(experiment, beliefs, winner?.configuration, good, experiment.seed + trials.length)
  if (proposed && proposed.expectedSaving >= WORTH_A_TRIAL) {
    return { trial: proposed.configuration, why: 'search' }
  }
  if (mustRepeat) return { trial: winner.configuration, why: 'repeatedWinner' }
  return { done: winner ? 'littleLeftToGain' : 'nothingLeftToTry' }
}
