import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

const MODULE = join(import.meta.dirname, 'go')
export const VPA = 'k8s.io/autoscaler/vertical-pod-autoscaler'
export const VPA_VERSION = new RegExp(`${VPA} (v\\S+)`).exec(readFileSync(join(MODULE, 'go.mod'), 'utf8'))![1]!
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'plimsoll', `vpa-${VPA_VERSION}`)

export function go(...args: string[]): string {
  return execFileSync('go', args, { cwd: MODULE, encoding: 'utf8', env: { ...process.env, CGO_ENABLED: '0' } }).trim()
}

/** Why nothing can be built here; undefined where Go is installed. */
export function goObstacle(): string | undefined {
  try {
    go('version')
  } catch {
    return 'Go is not installed'
  }
}

/**
 * A program of bench/go, built with Go where it is not there yet.
 *
 * @param name of the file, another one for another source
 * @returns its path
 */
export function goProgram(name: string, source: string, tell: (text: string) => void): string {
  const program = join(CACHE, name)
  if (existsSync(program)) return program
  tell(`building ${source} with Go: minutes, the first time`)
  mkdirSync(dirname(program), { recursive: true })
  const temporary = `${program}.${process.pid}`
  go('build', '-trimpath', '-ldflags', '-s -w', '-o', temporary, source)
  renameSync(temporary, program)
  return program
}
