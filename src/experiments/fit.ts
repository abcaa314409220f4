import { GaussianProcess, type Observation } from './gaussian-process.ts'
import type { Hyperparameters } from './kernel.ts'

/** Medians and widths of log-normal priors: a dozen trials are too few to estimate the hyperparameters without them. */
const PRIOR = {
  length: { median: 1, width: 0.7 },
  deviation: { median: 0.2, width: 0.7 },
  noiseWidth: 0.35,
}
const FIRST_STEP = 0.8
const LAST_STEP = 0.1
const MOST_ROUNDS = 30

/**
 * The Gaussian process with the hyperparameters of highest posterior probability, found by compass search.
 *
 * @param noise standard deviation that the repeats show
 */
export function fit(observations: readonly Observation[], parameters: number, noise: number): GaussianProcess {
  const centre = [...Array<number>(parameters).fill(Math.log(PRIOR.length.median)), Math.log(PRIOR.deviation.median)]
  const widths = [...Array<number>(parameters).fill(PRIOR.length.width), PRIOR.deviation.width, PRIOR.noiseWidth]
  centre.push(Math.log(noise))
  const tryAt = (place: readonly number[]) => {
    const process = new GaussianProcess(observations, hyperparametersAt(place))
    const surprise = place.reduce((sum, value, i) => sum + ((value - centre[i]!) / widths[i]!) ** 2, 0)
    return { process, place, score: process.logLikelihood - surprise / 2 }
  }
  let best = tryAt(centre)
  let step = FIRST_STEP
  for (let round = 0; round < MOST_ROUNDS && step > LAST_STEP; round++) {
    const before = best
    for (let i = 0; i < centre.length; i++) {
      for (const change of [step, -step]) {
        const next = tryAt(best.place.with(i, best.place[i]! + change))
        if (next.score <= best.score) continue
        best = next
        break
      }
    }
    if (best === before) step /= 2
  }
  return best.process
}

function hyperparametersAt(place: readonly number[]): Hyperparameters {
  const values = place.map(Math.exp)
  return { lengths: values.slice(0, -2), deviation: values.at(-2)!, noise: values.at(-1)! }
}
