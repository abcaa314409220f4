// The sources of the previous version, from the history of this repository.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Its last commit: webhook and learner are two containers of one Pod, and share one service account. */
export const COMMIT = 'ff11072892530ba12a72010cf5d40d9a5eea0db2'
const SOURCES = join(import.meta.dirname, '..', '..', '..')

/** Why its sources cannot be had here, as the reason of a skipped test; undefined when they can. */
export function previousObstacle(): string | undefined {
  if (git('cat-file', '-e', `${COMMIT}^{commit}`).status === 0) return undefined
  return `the history does not reach back to ${COMMIT.slice(0, 7)}, the previous version: git fetch --unshallow`
}

export interface Previous {
  readonly directory: string
  readonly chart: string
  remove(): void
}

/** Extracts the sources, with the packages that they need. */
export function extractPrevious(): Previous {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-previous-'))
  const archive = join(directory, 'sources.tar')
  demand(git('archive', '--format=tar', `--output=${archive}`, COMMIT))
  demand(spawnSync('tar', ['--extract', `--file=${archive}`, `--directory=${directory}`]))
  rmSync(archive)
  const lock = (of: string) => readFileSync(join(of, 'package-lock.json'), 'utf8')
  if (lock(directory) === lock(SOURCES)) symlinkSync(join(SOURCES, 'node_modules'), join(directory, 'node_modules'))
  else demand(spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: directory }))
  return {
    directory,
    chart: join(directory, 'charts', 'plimsoll'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

function git(...args: readonly string[]) {
  return spawnSync('git', args, { cwd: SOURCES })
}

function demand({ status, stderr, error }: ReturnType<typeof spawnSync>): void {
  if (status !== 0) throw error ?? new Error(String(stderr))
}
