import type { Beliefs } from './beliefs.ts'
import { candidates, neighbours } from './candidates.ts'
import type { Configuration, Experiment } from './experiment.ts'
import { nameOf } from './parameter.ts'
import { hourlyCost } from './shapes.ts'

/** A configuration that is worth a trial. */
export interface Proposed {
  readonly configuration: Configuration
  /** Share of the cost of the best configuration so far; if none meets the limits yet, of `LARGER` times the cost of the largest. */
  readonly expectedSaving: number
}

/** If no configuration meets the limits yet, even the largest one is worth a trial. */
const LARGER = 1.5
const CHANGES = [0.2, 0.07, 0.02]
const CLIMBS = 3
const MOST_STEPS = 40

/**
 * The configuration with the highest constrained expected improvement. Its cost is known, so this is its saving times a
 * probability. Gardner et al. use the probability that it meets the limits. This uses the probability that its trial would prove that,
 * because a cheap and probably slow configuration wastes a trial, and one that stays uncertain never wins.
 *
 * Source: Gardner et al., Bayesian Optimization with Inequality Constraints, ICML 2014, equation 5; Frazier et al., The
 * Knowledge-Gradient Policy for Correlated Normal Beliefs, 2009, for how a trial moves beliefs.
 *
 * @param best the cheapest configuration that meets the limits, if any
 * @param good configurations to look around
 */
export function propose(
  experiment: Experiment,
  beliefs: Beliefs,
  best: Configuration | undefined,
  good: readonly Configuration[],
  seed: number,
): Proposed | undefined {
  const reference = best ? hourlyCost(experiment, best) : LARGER * hourlyCost(experiment, largest(experiment))
  const score = (configuration: Configuration): Proposed | undefined => {
    const saving = 1 - hourlyCost(experiment, configuration) / reference
    if (saving <= 0 || beliefs.isRuledOut(configuration)) return undefined
    return { configuration, expectedSaving: saving * beliefs.probabilityOfProof(configuration, experiment.goal) }
  }
  const tops = candidates(experiment, beliefs.demands, good, seed)
    .flatMap((configuration) => score(configuration) ?? [])
    .toSorted((a, b) => b.expectedSaving - a.expectedSaving)
    .slice(0, CLIMBS)
  return tops.map((top) => climb(experiment, top, score)).toSorted((a, b) => b.expectedSaving - a.expectedSaving)[0]
}

function climb(
  experiment: Experiment,
  start: Proposed,
  score: (configuration: Configuration) => Proposed | undefined,
): Proposed {
  let top = start
  for (const change of CHANGES) {
    for (let step = 0; step < MOST_STEPS; step++) {
      const better = neighbours(experiment, top.configuration, change)
        .flatMap((neighbour) => score(neighbour) ?? [])
        .reduce((a, b) => (b.expectedSaving > a.expectedSaving ? b : a), top)
      if (better === top) break
      top = better
    }
  }
  return top
}

function largest({ parameters }: Experiment): Configuration {
  return Object.fromEntries(parameters.map((parameter) => [nameOf(parameter), parameter.max]))
}
