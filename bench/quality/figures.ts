import type { Goal } from '../../src/api/index.ts'
import type { Cadence } from '../../src/learner/index.ts'
import { type Calibration, GROUPS, type Score, type Stated } from '../../src/scoring/index.ts'
import type { Figure } from '../suite.ts'
import { BEST_PEER } from './peers.ts'

export type Scores = Readonly<Record<Goal, Score>>

/** Figures of a cadence, under the names of ranges.yaml. Both are judged by the oracle that decides once a day. */
export function figuresOf(cadence: Cadence, scores: Scores): Figure[] {
  const goals = Object.entries(scores) as [Goal, Score][]
  const regret = (['cpu', 'memory'] as const).flatMap((resource) =>
    goals.map(([goal, score]) => ({
      name: `${resource} regret, ${cadence}, ${goal}, of the best peer's`,
      value: score.regret[goal][resource].composite / BEST_PEER[resource][goal],
    })),
  )
  const calibrations = (resource: 'cpu' | 'memory') =>
    goals.flatMap(([, { calibration }]) => calibration[resource] ?? [])
  const said = (['cpu', 'memory'] as const).map((resource) => ({
    name: `${resource} confidence, ${cadence}, calibration error, worst goal`,
    value: Math.max(...calibrations(resource).map(({ error }) => error)),
  }))
  const cpu = calibrations('cpu')
  return [
    ...regret,
    { name: `OOM-days, ${cadence}, balanced`, value: scores.balanced.memory.oomDays },
    {
      name: `changes a day, ${cadence}, most of any goal`,
      value: Math.max(...goals.map(([, { changesPerDay }]) => changesPerDay)),
    },
    ...said,
    ...GROUPS.map((group) => ({
      name: `cpu confidence, ${cadence}, calibration error, ${group}, all goals`,
      value: pooledError(cpu.flatMap(({ groups }) => groups[group] ?? [])),
    })),
    {
      name: `cpu confidence, ${cadence}, rows ≥ 0.8 from 14 days on, least goal`,
      value: Math.min(...cpu.map(passFromTwoWeeks)),
    },
    ...(cadence === '24h'
      ? [{ name: 'OOM within a day, decided at 1 day, balanced', value: scores.balanced.coldStart['1d'].oom }]
      : []),
  ]
}

/** Calibration error of several sets of decisions together. */
function pooledError(sets: readonly Pick<Stated, 'rows' | 'bins'>[]): number {
  const rows = sets.reduce((sum, one) => sum + one.rows, 0)
  const gaps = (sets[0]?.bins ?? []).map((_, i) =>
    Math.abs(
      sets.reduce(
        (sum, { bins }) => sum + (bins[i]!.rows > 0 ? bins[i]!.rows * (bins[i]!.said - bins[i]!.held) : 0),
        0,
      ),
    ),
  )
  return gaps.reduce((sum, gap) => sum + gap, 0) / rows
}

function passFromTwoWeeks({ groups }: Calibration): number {
  const old = [groups['14–29 d'], groups['30 d and more']].flatMap((group) => group ?? [])
  const rows = old.reduce((sum, group) => sum + group.rows, 0)
  return old.reduce((sum, group) => sum + group.rows * group.pass[1], 0) / rows
}
