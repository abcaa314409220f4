// The reference implementations in Python, if ../shared is beside the repository.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const SHARED = join(import.meta.dirname, '../../../shared')
const EVAL = join(SHARED, 'eval')
const TRACE = join(SHARED, 'traces/bitbrains-2013-07-08.csv.gz')
const PYTHON = process.env.PYTHON ?? 'python3'
const TIMEOUT_MILLISECONDS = 300_000

/** Why they cannot run here; undefined if they can. */
export function whyNoReference(): string | undefined {
  if (!existsSync(EVAL) || !existsSync(TRACE)) return 'no ../shared/eval and ../shared/traces beside the repository'
  const numpy = spawnSync(PYTHON, ['-c', 'import numpy'], { timeout: TIMEOUT_MILLISECONDS })
  return numpy.status === 0 ? undefined : `${PYTHON} has no numpy (set PYTHON to one that has it)`
}

/** Runs one of the reference programs. */
export function reference(program: 'baselines.py' | 'score.py', ...args: readonly string[]): void {
  execFileSync(PYTHON, ['-B', join(EVAL, program), ...args], { timeout: TIMEOUT_MILLISECONDS, stdio: 'pipe' })
}

/** Every eighth workload of the public trace, as CSV. */
export function partOfTrace(): string {
  const [header, ...rows] = gunzipSync(readFileSync(TRACE)).toString().trimEnd().split('\n')
  const names = [...new Set(rows.map((row) => row.slice(0, row.indexOf(','))))].sort()
  const chosen = new Set(names.filter((_, i) => i % 8 === 0))
  return `${[header, ...rows.filter((row) => chosen.has(row.slice(0, row.indexOf(','))))].join('\n')}\n`
}
