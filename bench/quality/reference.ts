import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Goal } from '../../src/api/index.ts'
import type { Cadence } from '../../src/learner/index.ts'
import type { Scores } from './figures.ts'

const PYTHON = process.env.PYTHON ?? 'python3'
/** Both sum in their own order, over millions of samples. */
const ALIKE = 1e-6

/** Why the reference scorer cannot be asked; undefined where it can. */
export function whyNoReference(): string | undefined {
  const numpy = spawnSync(PYTHON, ['-c', 'import numpy'])
  return numpy.status === 0 ? undefined : `${PYTHON} has no numpy (set PYTHON to one that has)`
}

/**
 * Asks the reference scorer about the same decisions.
 *
 * @param script the scorer @param files decisions by goal @param scores what ours says of them
 * @throws Error if the two differ
 */
export async function checkByReference(
  script: string,
  history: string,
  files: Readonly<Record<Goal, string>>,
  cadence: Cadence,
  scores: Scores,
  folder: string,
): Promise<void> {
  const out = join(folder, `${cadence}.json`)
  const args = [
    '-B',
    script,
    history,
    ...Object.values(files),
    '--cadence',
    cadence,
    '--oracle',
    '24h',
    '--no-vpa',
    '--json',
    out,
  ]
  await promisify(execFile)(PYTHON, args, { maxBuffer: 2 ** 24 })
  const { results } = JSON.parse(readFileSync(out, 'utf8'))
  for (const [goal, score] of Object.entries(scores)) {
    const theirs = results[goal]
    const pairs: readonly [what: string, ours: number, theirs: number][] = [
      ['CPU regret', score.regret[goal as Goal].cpu.composite, theirs.cpu.regret[goal].composite],
      ['memory regret', score.regret[goal as Goal].memory.composite, theirs.mem.regret[goal].composite],
      ['OOM-days', score.memory.oomDays, theirs.mem.oom_days],
      ['changes a day', score.changesPerDay, theirs.changes_per_day.mean],
    ]
    for (const [what, ours, theirs] of pairs) {
      if (Math.abs(ours - theirs) > ALIKE * Math.max(1, Math.abs(theirs)))
        throw new Error(`${cadence}, ${goal}: our scorer says ${what} ${ours}, the reference ${theirs}`)
    }
  }
}
