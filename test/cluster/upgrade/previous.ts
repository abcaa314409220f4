// The previous version, from the history of this repository.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Last commit of the previous version, in which webhook and learner are containers of one Pod with one service account. */
const COMMIT = 'ff11072892530ba12a72010cf5d40d9a5eea0db2'
const SOURCES = join(import.meta.dirname, '..', '..', '..')
const CACHE = join(SOURCES, 'node_modules', '.cache', 'previous')

/** Why it is not available, as the reason of a skipped test; undefined if it is. */
export function previousObstacle(): string | undefined {
  if (spawnSync('git', ['cat-file', '-e', `${COMMIT}^{commit}`], { cwd: SOURCES }).status === 0) return undefined
  return `the history does not reach back to ${COMMIT.slice(0, 7)}, the previous version: git fetch --unshallow`
}

export interface Previous {
  readonly chart: string
  /** Root file system of its image. */
  readonly root: string
}

/** Chart and image of the previous version. They are made once and cached, because a commit does not change. */
export function previousVersion(): Previous {
  const kept = join(CACHE, COMMIT)
  if (!existsSync(kept)) make(kept)
  return { chart: join(kept, 'charts', 'plimsoll'), root: join(kept, 'image-root') }
}

/** The chart alone, which is made quickly. */
export function previousChart(): string {
  const kept = join(CACHE, `${COMMIT}-chart`)
  if (!existsSync(kept)) {
    const unfinished = `${kept}.${process.pid}`
    mkdirSync(unfinished, { recursive: true })
    const archive = join(unfinished, 'chart.tar')
    run(SOURCES, 'git', 'archive', '--format=tar', `--output=${archive}`, COMMIT, 'charts')
    run(unfinished, 'tar', '--extract', `--file=${archive}`)
    renameSync(unfinished, kept)
  }
  return join(kept, 'charts', 'plimsoll')
}

function make(kept: string): void {
  // Not below node_modules, where Node.js does not run TypeScript.
  const sources = mkdtempSync(join(tmpdir(), 'plimsoll-previous-'))
  const unfinished = `${kept}.${process.pid}`
  try {
    const archive = join(sources, 'sources.tar')
    run(SOURCES, 'git', 'archive', '--format=tar', `--output=${archive}`, COMMIT)
    run(sources, 'tar', '--extract', `--file=${archive}`)
    const lock = (of: string) => readFileSync(join(of, 'package-lock.json'), 'utf8')
    if (lock(sources) === lock(SOURCES)) symlinkSync(join(SOURCES, 'node_modules'), join(sources, 'node_modules'))
    else run(sources, 'npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error')
    run(sources, process.execPath, join('scripts', 'image-root.ts'), join(unfinished, 'image-root'))
    cpSync(join(sources, 'charts'), join(unfinished, 'charts'), { recursive: true })
    renameSync(unfinished, kept)
  } finally {
    for (const directory of [sources, unfinished]) rmSync(directory, { recursive: true, force: true })
  }
}

function run(cwd: string, command: string, ...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { cwd })
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(' ')}: ${stderr}`)
}
