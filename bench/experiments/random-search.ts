import { baselineOf, fromCoordinate, nameOf, snap, toCoordinate } from '../../src/experiments/index.ts'
import { type Seeded, seeded } from '../seeded.ts'
import type { Player } from './play.ts'

/** After the baseline, points anywhere within the bounds: uniform in the coordinates that the optimiser uses too. */
export function randomSearch(seed: number): Player {
  const random: Seeded = seeded(seed)
  return {
    next: (experiment, trials) => {
      if (trials.length === 0) return baselineOf(experiment)
      return Object.fromEntries(
        experiment.parameters.map((parameter) => {
          const [low, high] = [toCoordinate(parameter, parameter.min), toCoordinate(parameter, parameter.max)]
          return [nameOf(parameter), snap(parameter, fromCoordinate(parameter, random.between(low, high)))]
        }),
      )
    },
  }
}
