// npm run site: builds docs/ into site/dist, without a network, and checks every link of what it built.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { deadLinks } from './site/dead-links.ts'

const SITE = join(import.meta.dirname, '..', 'site')
const DIST = join(SITE, 'dist')
/** The path under which the site is served. */
const BASE = process.env.SITE_BASE ?? '/'

rmSync(DIST, { recursive: true, force: true })
const astro = join(SITE, 'node_modules', 'astro', 'bin', 'astro.mjs')
const { status } = spawnSync(process.execPath, [astro, 'build', '--silent'], {
  cwd: SITE,
  stdio: 'inherit',
  env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' },
})
if (status !== 0) process.exit(status ?? 1)

const { pages, dead } = deadLinks(DIST, BASE)
for (const line of dead) console.error(line)
console.log(`site/dist has ${pages} pages and ${dead.length} dead links`)
process.exitCode = dead.length > 0 ? 1 : 0
