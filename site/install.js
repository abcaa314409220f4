// Installs the pinned packages that build the site when they are missing or when their lock file changed. They are separate from
// those of the product. Runs on whatever Node the machine has.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const site = dirname(fileURLToPath(import.meta.url))
const stamp = join(site, 'node_modules', '.plimsoll-lock')
const lock = readFileSync(join(site, 'package-lock.json'), 'utf8')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.error('Installing the packages of the site (first run, or site/package-lock.json changed) …')
  const npm = process.env.npm_execpath
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund', '--ignore-scripts']
  const result = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: site, stdio: ['ignore', 'ignore', 'inherit'] })
    : spawnSync('npm', args, { cwd: site, stdio: ['ignore', 'ignore', 'inherit'] })
  if (result.status !== 0) {
    console.error('npm ci failed: see the message above. The site needs the npm registry for this one step.')
    process.exit(result.status ?? 1)
  }
  writeFileSync(stamp, lock)
}
