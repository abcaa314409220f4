import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Installs the pinned packages of a directory when they are missing or when its lock file changed; ends the process if that fails. Runs on
 * whichever Node.js the machine has.
 *
 * @param {string} directory
 * @param {{ what: string, lockFile: string, needing: string, flags?: readonly string[] }} texts what is installed and what needs it, as
 * people read it; more flags of `npm ci`
 */
export function installPackages(directory, { what, lockFile, needing, flags = [] }) {
  const stamp = join(directory, 'node_modules', '.plimsoll-lock')
  const lock = readFileSync(join(directory, 'package-lock.json'), 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.error(`Installing ${what} (first run, or ${lockFile} changed) …`)
  const npm = process.env.npm_execpath
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund', ...flags]
  const [program, given] = npm ? [process.execPath, [npm, ...args]] : ['npm', args]
  const result = spawnSync(program, given, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] })
  if (result.status !== 0) {
    console.error(`npm ci failed: see the message above. ${needing} needs the npm registry for this one step.`)
    process.exit(result.status ?? 1)
  }
  writeFileSync(stamp, lock)
}
