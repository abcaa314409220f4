import { type Configuration, type Experiment, experimentProblems, type Trial } from '../../src/experiments/index.ts'
import { isWithinTenth, type Problem } from './problem.ts'

/** Something that asks for trials, one after another. */
export interface Player {
  /** @returns the next configuration, or undefined where it wants no more */
  next(experiment: Experiment, trials: readonly Trial[]): Promise<Configuration | undefined> | Configuration | undefined
}

export interface Played {
  /** The first trial whose configuration truly is within 10 % of the cheapest; one more than the most where there was none. */
  readonly trialsNeeded: number
  readonly trials: readonly Trial[]
}

/** Plays until a trial is within 10 %, or with `toTheEnd` until the player wants no more. */
export async function play(problem: Problem, player: Player, mostTrials: number, toTheEnd = false): Promise<Played> {
  const problems = experimentProblems(problem.experiment)
  if (problems.length > 0) throw new Error(problems.join('; '))
  const trials: Trial[] = []
  let trialsNeeded = mostTrials + 1
  while (trials.length < mostTrials) {
    const configuration = await player.next(problem.experiment, trials)
    if (!configuration) break
    const number = trials.length + 1
    const result = problem.run(configuration)
    trials.push({ ...result, number })
    if (trialsNeeded <= mostTrials || !isWithinTenth(problem, result.configuration)) continue
    trialsNeeded = number
    if (!toTheEnd) break
  }
  return { trialsNeeded, trials }
}
