import type { Goal } from '../api/index.ts'
import { baselineOf, configurationKey } from './baseline.ts'
import { Beliefs } from './beliefs.ts'
import { type Configuration, countedTrials, type Experiment, type Trial } from './experiment.ts'
import { hourlyCost } from './shapes.ts'
import { cheapestFor, type Tried, triedConfigurations } from './tried.ts'

/** A configuration that was tried, as people compare it with others. */
export interface TriedPoint {
  readonly configuration: Configuration
  readonly costPerHour: number
  /** Of the first limit, as all trials together show it, with its 95 % interval. */
  readonly latencyMilliseconds: { readonly expected: number; readonly low: number; readonly high: number }
  readonly probabilityOfMeeting: number
  readonly runs: number
}

/** The result of an experiment. */
export interface Summary {
  /** Configurations of which none is both cheaper and faster, cheapest first. */
  readonly front: readonly TriedPoint[]
  /** By goal, the cheapest configuration that meets the limits with enough certainty; absent if there is none. */
  readonly points: Readonly<Partial<Record<Goal, TriedPoint>>>
  /** The point of the experiment's goal. */
  readonly winner: TriedPoint | undefined
  /** Whether the winner is worth a change, beside the baseline. */
  readonly verdict: 'cheaper' | 'meetsLimits' | 'noDifference' | 'nothingMeetsLimits'
  /** Standard deviation between runs of one configuration, as a share, by measure. */
  readonly noise: Readonly<Record<string, number>>
}

/** A change that saves less is no difference. */
const A_DIFFERENCE = 0.03
const GOALS: readonly Goal[] = ['savings', 'balanced', 'reliability']

/** What the trials so far show. Their order does not matter. */
export function summarize(experiment: Experiment, stored: readonly Trial[]): Summary {
  const trials = countedTrials(stored)
  const beliefs = new Beliefs(experiment, trials)
  const tried = triedConfigurations(experiment, trials, beliefs)
  const pointOf = (point: Tried) => describe(experiment, beliefs, point)
  const winner = cheapestFor(experiment.goal, experiment, tried)
  return {
    front: nonDominated(tried.map(pointOf)),
    points: Object.fromEntries(
      GOALS.flatMap((goal) => {
        const point = cheapestFor(goal, experiment, tried)
        return point ? [[goal, pointOf(point)]] : []
      }),
    ),
    winner: winner && pointOf(winner),
    verdict: verdictOf(experiment, beliefs, winner, tried),
    noise: Object.fromEntries(beliefs.limits.map(({ limit, noise }) => [limit.measure, noise])),
  }
}

function nonDominated(cheapestFirst: readonly TriedPoint[]): TriedPoint[] {
  const front: TriedPoint[] = []
  for (const point of cheapestFirst) {
    const fastest = front.at(-1)?.latencyMilliseconds.expected ?? Number.POSITIVE_INFINITY
    if (point.latencyMilliseconds.expected < fastest) front.push(point)
  }
  return front
}

function describe(experiment: Experiment, beliefs: Beliefs, tried: Tried): TriedPoint {
  const belief = beliefs.limits.find(({ limit }) => limit === experiment.limits[0])!
  const { mean, deviation } = beliefs.excess(belief, tried.configuration)
  const milliseconds = (excess: number) => belief.limit.atMost * Math.exp(excess)
  return {
    configuration: tried.configuration,
    costPerHour: tried.costPerHour,
    latencyMilliseconds: {
      expected: milliseconds(mean),
      low: milliseconds(mean - 1.96 * deviation),
      high: milliseconds(mean + 1.96 * deviation),
    },
    probabilityOfMeeting: tried.probabilityOfMeeting,
    runs: tried.trials.length,
  }
}

function verdictOf(
  experiment: Experiment,
  beliefs: Beliefs,
  winner: Tried | undefined,
  tried: readonly Tried[],
): Summary['verdict'] {
  if (!winner) return 'nothingMeetsLimits'
  const baseline = baselineOf(experiment)
  const key = configurationKey(experiment, baseline)
  if (configurationKey(experiment, winner.configuration) === key) return 'noDifference'
  const hasRun = tried.some(({ configuration }) => configurationKey(experiment, configuration) === key)
  if (!hasRun || beliefs.probabilityOfMeeting(baseline) < 0.5) return 'meetsLimits'
  return winner.costPerHour <= (1 - A_DIFFERENCE) * hourlyCost(experiment, baseline) ? 'cheaper' : 'noDifference'
}
