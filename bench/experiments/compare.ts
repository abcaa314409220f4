import { summarize } from '../../src/experiments/index.ts'
import { OPTIMISER } from './optimiser.ts'
import { type Played, type Player, play } from './play.ts'
import { isWithinTenth, type Problem } from './problem.ts'

const MOST_TRIALS = 30

/** Results of the players on problems of one kind, a number for each problem. */
export interface Compared {
  readonly trialsNeeded: Readonly<Record<string, readonly number[]>>
  /** Of Plimsoll's experiments, to their end. */
  readonly trialsInAll: readonly number[]
  /** Share of Plimsoll's experiments whose winner truly meets the limits, and costs at most 10 % more than the cheapest. */
  readonly goodWinners: number
}

/**
 * Lets every player start from the same problems. Plimsoll plays to its end; the others until a trial is within 10 % of the cheapest.
 *
 * @param problemOf makes the problem of a seed for each player, so that all players meet the same noise
 * @param players by name, made for a seed
 */
export async function compare(
  seeds: readonly number[],
  problemOf: (seed: number) => Problem,
  players: Readonly<Record<string, (seed: number) => Player>>,
): Promise<Compared> {
  const played: Played[] = []
  let goodWinners = 0
  const trialsNeeded: Record<string, number[]> = { plimsoll: [] }
  for (const seed of seeds) {
    const problem = problemOf(seed)
    const ours = await play(problem, OPTIMISER, MOST_TRIALS, true)
    played.push(ours)
    trialsNeeded.plimsoll!.push(ours.trialsNeeded)
    const { winner } = summarize(problem.experiment, ours.trials)
    if (winner && isWithinTenth(problem, winner.configuration)) goodWinners++
    for (const [name, playerOf] of Object.entries(players)) {
      const theirs = await play(problemOf(seed), playerOf(seed), MOST_TRIALS)
      trialsNeeded[name] = [...(trialsNeeded[name] ?? []), theirs.trialsNeeded]
    }
  }
  return {
    trialsNeeded,
    trialsInAll: played.map(({ trials }) => trials.length),
    goodWinners: goodWinners / seeds.length,
  }
}

/** The value that a share of the values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
}
