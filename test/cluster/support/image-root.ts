import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from '../harness/index.ts'
import { tryLock } from '../harness/lock.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** What scripts/image-root.ts reads. */
const SOURCES = ['src/**/*', 'bin/*', 'scripts/{image-root.ts,build-page.js}', '*.json', '.npmrc', 'LICENSE']
const BUILD_MILLISECONDS = 600_000

/**
 * The root file system of the image, as a release makes it. It is made once for the same sources, which takes half a minute of
 * computing, and kept in `node_modules/.cache` until they change.
 *
 * @param root of the sources, with their node_modules: by default these sources
 * @returns its directory, which nobody may change
 */
export async function imageRoot(root = ROOT): Promise<string> {
  const cache = join(root, 'node_modules/.cache/image-root')
  const directory = join(cache, digestOfSources(root))
  const release = await until('the image that another test makes', () => tryLock(`image-root-${hash(root)}`), {
    timeoutMilliseconds: BUILD_MILLISECONDS,
    everyMilliseconds: 500,
  })
  try {
    if (!existsSync(directory)) await make(root, cache, directory)
    return directory
  } finally {
    await release()
  }
}

/** Plimsoll compiled, as the image has it: without what strips types, a process is smaller. @returns its bin/plimsoll */
export async function compiledPlimsoll(): Promise<string> {
  return join(await imageRoot(), 'app/bin/plimsoll')
}

async function make(root: string, cache: string, directory: string): Promise<void> {
  mkdirSync(cache, { recursive: true })
  for (const name of readdirSync(cache)) rmSync(join(cache, name), { recursive: true })
  const unfinished = `${directory}.unfinished`
  await promisify(execFile)(process.execPath, [join(root, 'scripts/image-root.ts'), unfinished])
  renameSync(unfinished, directory)
}

function digestOfSources(root: string): string {
  const files = globSync(SOURCES, { cwd: root, exclude: ['src/dashboard/built/**'] }).filter((file) =>
    statSync(join(root, file)).isFile(),
  )
  return hash(...files.sort().flatMap((file) => [file, readFileSync(join(root, file))]))
}

function hash(...parts: readonly (string | Buffer)[]): string {
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part).update('\0')
  return digest.digest('hex').slice(0, 16)
}
