import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from '../harness/index.ts'
import { tryLock } from '../harness/lock.ts'

const ROOT = join(import.meta.dirname, '../../..')
const CACHE = join(ROOT, 'node_modules/.cache/image-root')
/** Inputs of scripts/image-root.ts. */
const SOURCES = ['src/**/*', 'bin/*', 'scripts/{image-root.ts,build-page.js}', '*.json', '.npmrc', 'LICENSE']
const BUILD_MILLISECONDS = 600_000

/**
 * The root file system of the image, as a release makes it. It is made once for the same sources, which takes half a minute of
 * computing, and kept in `node_modules/.cache` until they change.
 *
 * @returns its directory, which nobody may change
 */
export async function imageRoot(): Promise<string> {
  const directory = join(CACHE, digestOfSources())
  const release = await until('the image that another test makes', () => tryLock(`image-root-${hash(ROOT)}`), {
    timeoutMilliseconds: BUILD_MILLISECONDS,
    everyMilliseconds: 500,
  })
  try {
    if (!existsSync(directory)) await make(directory)
    return directory
  } finally {
    await release()
  }
}

/** Plimsoll compiled, as the image has it: without what strips types, a process is smaller. @returns its bin/plimsoll */
export async function compiledPlimsoll(): Promise<string> {
  return join(await imageRoot(), 'app/bin/plimsoll')
}

async function make(directory: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true })
  for (const name of readdirSync(CACHE)) rmSync(join(CACHE, name), { recursive: true })
  const unfinished = `${directory}.unfinished`
  await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/image-root.ts'), unfinished])
  renameSync(unfinished, directory)
}

function digestOfSources(): string {
  const files = globSync(SOURCES, { cwd: ROOT, exclude: ['src/dashboard/built/**'] }).filter((file) =>
    statSync(join(ROOT, file)).isFile(),
  )
  return hash(...files.sort().flatMap((file) => [file, readFileSync(join(ROOT, file))]))
}

function hash(...parts: readonly (string | Buffer)[]): string {
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part).update('\0')
  return digest.digest('hex').slice(0, 16)
}
