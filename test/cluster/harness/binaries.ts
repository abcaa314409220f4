import { accessSync, constants, mkdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { tryLock } from './lock.ts'
import { SYSTEM_PATH } from './processes.ts'
import { PROGRAMS, type ProgramName } from './programs.ts'
import { type Progress, stderrProgress } from './progress.ts'
import { run } from './run.ts'
import { until } from './until.ts'

/** Time limit of a Go build without caches on two busy cores. */
const BUILD_MILLISECONDS = 45 * 60_000

export class Binaries {
  readonly #paths: ReadonlyMap<ProgramName, string>

  constructor(paths: ReadonlyMap<ProgramName, string>) {
    this.#paths = paths
  }

  path(name: ProgramName): string {
    const path = this.#paths.get(name)
    if (!path) throw new Error(`${name} was not asked for when the binaries were found`)
    return path
  }
}

/**
 * Where a program is: in PLIMSOLL_CLUSTER_BIN, in KUBEBUILDER_ASSETS (as envtest's users have etcd, kube-apiserver and
 * kubectl), or in the cache of earlier builds; undefined where it is in none.
 */
export function locate(name: ProgramName): string | undefined {
  const { PLIMSOLL_CLUSTER_BIN, KUBEBUILDER_ASSETS } = process.env
  return [PLIMSOLL_CLUSTER_BIN, KUBEBUILDER_ASSETS, PROGRAMS[name].cache]
    .filter((directory): directory is string => Boolean(directory))
    .map((directory) => join(directory, name))
    .find(isExecutable)
}

/** Finds every program, and builds missing ones with Go. The first build takes a quarter of an hour or more. */
export async function findOrBuild(names: readonly ProgramName[], progress: Progress): Promise<Binaries> {
  const missing = names.filter((name) => !locate(name))
  if (missing.length > 0) {
    progress(`building ${missing.join(', ')} with Go (the first time ever takes 15 to 35 minutes on two cores)`)
    const release = await until('the build of another test run', () => tryLock('build'), {
      timeoutMilliseconds: BUILD_MILLISECONDS,
      everyMilliseconds: 1_000,
    })
    try {
      for (const name of missing) await build(name, progress)
    } finally {
      await release()
    }
  }
  return new Binaries(new Map(names.map((name) => [name, locate(name)!])))
}

/** Path of a program that a test starts or puts into an image. Builds it if it is missing. */
export async function programPath(name: ProgramName, progress: Progress = stderrProgress): Promise<string> {
  return (await findOrBuild([name], progress)).path(name)
}

async function build(name: ProgramName, progress: Progress): Promise<void> {
  if (locate(name)) return // another run has built it meanwhile
  const { module, package: source, variables = {}, cache } = PROGRAMS[name]
  mkdirSync(cache, { recursive: true })
  const temporary = join(cache, `.${name}.${process.pid}`)
  const flags = ['-s', '-w', ...Object.entries(variables).map(([variable, value]) => `-X ${variable}=${value}`)]
  // Static, so that programs that run in Pods need no base image.
  const args = ['build', '-trimpath', '-ldflags', flags.join(' '), '-o', temporary, source]
  const env = { ...(process.env as Record<string, string>), CGO_ENABLED: '0' }
  await run('go', args, { cwd: module, env, timeoutMilliseconds: BUILD_MILLISECONDS })
  renameSync(temporary, join(cache, name))
  progress(`built ${name} from ${source}`)
}

/** Whether a program is installed: on the PATH of this process, or in Debian's directories of system tools. */
export function hasSystemProgram(name: string): boolean {
  return `${process.env.PATH ?? ''}:${SYSTEM_PATH}`
    .split(':')
    .some((directory) => isExecutable(join(directory, basename(name))))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
