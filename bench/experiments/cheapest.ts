import { baselineOf, type Configuration, type Experiment, hourlyCost, nameOf } from '../../src/experiments/index.ts'
import { type Seeded, seeded } from '../seeded.ts'

const STARTS = 4
const TRIES = 4000
/** Share of steps that split the same cores over another number of Pods, which small steps do not reach. */
const SPLITS = 0.2
const WIDEST = 0.5
const NARROWEST = 0.003

/**
 * Cost of the cheapest configuration within the bounds that is feasible, by random steps from the baseline (1+1 evolution strategy with
 * the 1/5 rule, from several starts): it asks tens of thousands of times, which no experiment could.
 */
export function cheapestFeasible(
  experiment: Experiment,
  isFeasible: (configuration: Configuration) => boolean,
  seed: number,
): number {
  const random = seeded(seed ^ 0x5eed)
  let least = Number.POSITIVE_INFINITY
  for (let start = 0; start < STARTS; start++) {
    let best = baselineOf(experiment)
    let cost = hourlyCost(experiment, best)
    let width = WIDEST
    for (let i = 0; i < TRIES; i++) {
      const next =
        random.uniform() < SPLITS ? splitOtherwise(experiment, best, random) : stepFrom(experiment, best, width, random)
      const nextCost = hourlyCost(experiment, next)
      const isBetter = nextCost < cost && isFeasible(next)
      if (isBetter) [best, cost] = [next, nextCost]
      width = Math.min(WIDEST, Math.max(NARROWEST, width * (isBetter ? 1.5 : 0.93)))
      if (width === NARROWEST && i % 50 === 0) width = WIDEST / 4
    }
    least = Math.min(least, cost)
  }
  return least
}

function stepFrom({ parameters }: Experiment, from: Configuration, width: number, random: Seeded): Configuration {
  return Object.fromEntries(
    parameters.map((parameter) => {
      const name = nameOf(parameter)
      const value = from[name]!
      if (random.uniform() < 0.3) return [name, value]
      const isWhole = parameter.kind === 'replicas' || parameter.kind === 'setting'
      const step = parameter.kind === 'setting' ? parameter.step : 1
      const moved = isWhole
        ? value + step * Math.round(1.2 * random.normal())
        : value * Math.exp(width * random.normal())
      return [name, Math.min(parameter.max, Math.max(parameter.min, moved))]
    }),
  )
}

function splitOtherwise({ parameters }: Experiment, from: Configuration, random: Seeded): Configuration {
  const next: Record<string, number> = { ...from }
  for (const parameter of parameters) {
    if (parameter.kind !== 'replicas' || random.uniform() < 0.4) continue
    const replicas = Math.floor(random.between(parameter.min, parameter.max + 1))
    const more = from[nameOf(parameter)]! / replicas
    next[nameOf(parameter)] = replicas
    for (const cpu of parameters) {
      if (cpu.kind !== 'cpu' || cpu.workload !== parameter.workload) continue
      const cores = from[nameOf(cpu)]! * more * random.between(0.8, 1.05)
      next[nameOf(cpu)] = Math.min(cpu.max, Math.max(cpu.min, cores))
    }
  }
  return next
}
