import type { Experiment } from './experiment.ts'
import { nameOf, type Parameter } from './parameter.ts'

/** More parameters than this need more trials than an experiment has. */
const MOST_PARAMETERS = 12
const MOST_TRIALS = 30
const FEWEST_TRIALS = 4
/** A latency and a share of errors of each load. */
const MOST_LIMITS = 12

/** What is wrong with an experiment, a sentence each; nothing where `nextTrial` can work with it. */
export function experimentProblems({ workloads, parameters, limits, prices, mostTrials, seed }: Experiment): string[] {
  const problems: string[] = []
  const expect = (holds: boolean, sentence: string) => {
    if (!holds) problems.push(sentence)
  }
  const isCount = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most
  expect(
    isCount(parameters.length, 1, MOST_PARAMETERS),
    `parameters: expected 1 to ${MOST_PARAMETERS}, got ${parameters.length}`,
  )
  expect(
    new Set(parameters.map(nameOf)).size === parameters.length,
    'parameters: expected each to be named once; remove the duplicate',
  )
  expect(isCount(limits.length, 1, MOST_LIMITS), `limits: expected 1 to ${MOST_LIMITS}, got ${limits.length}`)
  expect(limits[0]?.kind === 'latency', 'limits: expected the first to be a latency')
  for (const { measure, atMost } of limits) expect(atMost > 0, `limit ${measure}: expected more than 0, got ${atMost}`)
  expect(
    isCount(mostTrials, FEWEST_TRIALS, MOST_TRIALS),
    `mostTrials: expected ${FEWEST_TRIALS} to ${MOST_TRIALS}, got ${mostTrials}`,
  )
  expect(Number.isSafeInteger(seed), `seed: expected a whole number, got ${seed}`)
  expect(
    prices.coreHour >= 0 && prices.gibHour >= 0 && prices.coreHour + prices.gibHour > 0,
    'prices: expected at least one of them above 0',
  )
  return [...problems, ...parameters.flatMap((parameter) => parameterProblems(parameter, workloads))]
}

function parameterProblems(parameter: Parameter, workloads: Experiment['workloads']): string[] {
  const { min, max } = parameter
  const name = nameOf(parameter)
  const problems: string[] = []
  const areFinite = Number.isFinite(max - min)
  if (!areFinite || min >= max) problems.push(`${name}: expected a minimum below the maximum, got ${min} and ${max}`)
  if (parameter.kind === 'setting') {
    if (!(parameter.step > 0)) problems.push(`${name}: expected a step above 0, got ${parameter.step}`)
    return problems
  }
  if (!(min > 0)) problems.push(`${name}: expected a minimum above 0, got ${min}`)
  const workload = workloads.find(({ name }) => name === parameter.workload)
  const isKnown =
    workload !== undefined &&
    (parameter.kind === 'replicas' || workload.containers.some(({ name }) => name === parameter.container))
  if (!isKnown) problems.push(`${name}: expected a container or workload of the experiment`)
  else if (parameter.kind === 'replicas' && !(workload.replicas > 0))
    problems.push(`${name}: expected at least one replica in the baseline, got ${workload.replicas}`)
  return problems
}
