import { Goal } from '../../src/api/index.ts'
import { GROUPS, type Score } from '../../src/scoring/index.ts'
import type { Scores } from './figures.ts'

/** Decisions at one cadence and under one set of rules, for all goals. */
export interface League {
  readonly name: string
  readonly scores: Scores
}

/** The tables of docs/concepts/learning.md, a line each. */
export function qualityTables(leagues: readonly League[]): string[] {
  return [
    line('', Goal.options),
    ...leagues.flatMap(costs),
    '',
    line('CPU calibration error', GROUPS),
    ...leagues.flatMap(ages),
  ]
}

function costs({ name, scores }: League): string[] {
  const row = (what: string, of: (score: Score, goal: Goal) => string) =>
    line(
      `${what}, ${name}`,
      Goal.options.map((goal) => of(scores[goal], goal)),
    )
  return [
    row('CPU regret', ({ regret }, goal) => regret[goal].cpu.composite.toFixed(3)),
    row('memory regret', ({ regret }, goal) => regret[goal].memory.composite.toFixed(3)),
    row('OOM-days', ({ memory }) => `${(100 * memory.oomDays).toFixed(2)} %`),
    row('changes a day', ({ changesPerDay }) => changesPerDay.toFixed(2)),
    row('calibration error of CPU', ({ calibration }) => (calibration.cpu?.error ?? Number.NaN).toFixed(3)),
    row('calibration error of memory', ({ calibration }) => (calibration.memory?.error ?? Number.NaN).toFixed(3)),
  ]
}

function ages({ name, scores }: League): string[] {
  return Goal.options.map((goal) =>
    line(
      `${name}, ${goal}`,
      GROUPS.map((group) => (scores[goal].calibration.cpu?.groups[group]?.error ?? Number.NaN).toFixed(3)),
    ),
  )
}

function line(first: string, cells: readonly string[]): string {
  return [first.padEnd(56), ...cells.map((cell) => cell.padStart(13))].join(' ').trimEnd()
}
