import type { Goal } from '../../src/api/index.ts'
import type { Cadence } from '../../src/learner/index.ts'
import type { Calibration, Score } from '../../src/scoring/index.ts'
import type { Figure } from '../suite.ts'
import { BEST_PEER } from './peers.ts'

export type Scores = Readonly<Record<Goal, Score>>

/** What a cadence came to, by the names that ranges.yaml has. */
export function figuresOf(cadence: Cadence, scores: Scores): Figure[] {
  const goals = Object.entries(scores) as [Goal, Score][]
  const regret = (['cpu', 'memory'] as const).flatMap((resource) =>
    goals.map(([goal, score]) => ({
      name: `${resource} regret, ${cadence}, ${goal}, of the best peer's`,
      value: score.regret[goal][resource].composite / BEST_PEER[cadence][resource][goal],
    })),
  )
  const said = (['cpu', 'memory'] as const).flatMap((resource) => {
    const of = (pick: (calibration: Calibration) => number) =>
      goals.flatMap(([, { calibration }]) => (calibration[resource] ? [pick(calibration[resource])] : []))
    const name = (what: string) => `${resource} confidence, ${cadence}, ${what}`
    return [
      { name: name('calibration error, worst goal'), value: Math.max(...of(({ error }) => error)) },
      { name: name('rows that say ≥ 0.9, least goal'), value: Math.min(...of(({ sureRows }) => sureRows)) },
      { name: name('of these held, least goal'), value: Math.min(...of(({ sureHeld }) => sureHeld)) },
      {
        name: name('Brier below the mean’s, least goal'),
        value: Math.min(...of(({ brier, brierOfMean }) => 1 - brier / brierOfMean)),
      },
    ]
  })
  return [
    ...regret,
    { name: `OOM-days, ${cadence}, balanced`, value: scores.balanced.memory.oomDays },
    {
      name: `changes a day, ${cadence}, most of any goal`,
      value: Math.max(...goals.map(([, { changesPerDay }]) => changesPerDay)),
    },
    ...said,
    ...(cadence === '24h'
      ? [{ name: 'OOM within a day, decided at 1 day, balanced', value: scores.balanced.coldStart['1d'].oom }]
      : []),
  ]
}
