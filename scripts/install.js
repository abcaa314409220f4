// Installs the pinned dependencies when they are missing or when the lock file changed, so that `npm start` and
// `npm test` work on a fresh clone. Runs on whatever Node the machine has; everything else runs on the pinned one.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const stamp = join(root, 'node_modules', '.plimsoll-lock')
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.error('Installing the pinned dependencies (first run, or package-lock.json changed) …')
  const npm = process.env.npm_execpath
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund']
  const result = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  if (result.status !== 0) {
    console.error('npm ci failed: see the message above. Plimsoll needs the npm registry for this one step.')
    process.exit(result.status ?? 1)
  }
  writeFileSync(stamp, lock)
}
