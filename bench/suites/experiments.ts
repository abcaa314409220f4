import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Compared, compare, quantile } from '../experiments/compare.ts'
import type { Player } from '../experiments/play.ts'
import type { Problem } from '../experiments/problem.ts'
import { randomSearch } from '../experiments/random-search.ts'
import { Reference, whyNoReference } from '../experiments/reference.ts'
import { readRecordedTrials, replayProblem } from '../experiments/replay.ts'
import { type Shape, syntheticProblem } from '../experiments/synthetic.ts'
import type { Figure, Suite } from '../suite.ts'

const RECORDED = join(import.meta.dirname, '../../../shared/trials/petclinic.csv')
/** Of each number of parameters and each noise. */
const PROBLEMS = 20
/** Seeds below were used to develop the optimiser. */
const FIRST_SEED = 10_000
const NOISES = [0.05, 0.1]
/** By the number of parameters. Seeds take turns. */
const SHAPES: Readonly<Record<number, readonly Shape[]>> = {
  2: [{ services: 1, extra: 'nothing' }],
  4: [
    { services: 2, extra: 'nothing' },
    { services: 1, extra: 'replicas and workers' },
  ],
  6: [
    { services: 3, extra: 'nothing' },
    { services: 2, extra: 'replicas' },
  ],
}
/** Milliseconds: met from about 3.4, 3 and 2.7 cores on. */
const RECORDED_LIMITS = [900, 980, 1100]
/** Trials that use far more than any of the limits needs: where an experiment starts. */
const BASELINES = [3, 7, 10, 16, 18, 28, 35]

export const suite: Suite = {
  about: 'trials until an experiment is within 10 % of the cheapest configuration that meets its limit',
  async run(tell) {
    const why = whyNoReference()
    const reference = why === undefined ? new Reference() : undefined
    const players: Record<string, (seed: number) => Player> = { random: randomSearch }
    if (reference) players.optuna = (seed) => reference.player(seed)
    else tell(`skipped: Optuna, as ${why}`)
    const kinds: { readonly name: string; readonly seeds: readonly number[]; problemOf(seed: number): Problem }[] = []
    const counting = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i)
    for (const [parameters, shapes] of Object.entries(SHAPES)) {
      for (const noise of NOISES) {
        kinds.push({
          name: `${parameters} parameters, ${noise * 100} % noise`,
          seeds: counting(PROBLEMS, FIRST_SEED),
          problemOf: (seed) => syntheticProblem(shapes[seed % shapes.length]!, noise, seed),
        })
      }
    }
    if (existsSync(RECORDED)) {
      const recorded = readRecordedTrials(RECORDED)
      const starts = RECORDED_LIMITS.flatMap((limit) => BASELINES.map((baseline) => ({ limit, baseline })))
      kinds.push({
        name: 'petclinic',
        seeds: counting(starts.length),
        problemOf: (seed) => replayProblem(recorded, starts[seed]!.limit, starts[seed]!.baseline, seed),
      })
    } else tell(`skipped: petclinic, as ${RECORDED} is absent`)

    const figures: Figure[] = []
    const notes = [
      'Within 10 %: the median and the 90th percentile of experiments; 31 is more than 30 trials, or an experiment that ended without.',
    ]
    for (const { name, seeds, problemOf } of kinds) {
      tell(name)
      const compared = await compare(seeds, problemOf, players)
      figures.push(...figuresOf(name, compared))
      notes.push(noteOf(name, compared))
    }
    reference?.close()
    return { figures, notes }
  },
}

function figuresOf(name: string, { trialsNeeded, trialsInAll, goodWinners }: Compared): Figure[] {
  const ours = trialsNeeded.plimsoll!
  return [
    { name: `${name}: trials to within 10 %, median`, value: quantile(ours, 0.5) },
    { name: `${name}: trials to within 10 %, p90`, value: quantile(ours, 0.9) },
    { name: `${name}: trials in all, median`, value: quantile(trialsInAll, 0.5) },
    { name: `${name}: winners within 10 % that meet the limit`, value: goodWinners },
  ]
}

function noteOf(name: string, { trialsNeeded, trialsInAll }: Compared): string {
  const of = (values: readonly number[]) => `${quantile(values, 0.5)} / ${quantile(values, 0.9)}`
  const players = Object.entries(trialsNeeded).map(([player, values]) => `${player} ${of(values)}`)
  return `${name}: ${players.join(', ')}; Plimsoll ends after ${of(trialsInAll)}`
}
