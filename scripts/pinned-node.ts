import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

/** Processor architectures as Kubernetes and OCI call them, and as npm does. */
export const ARCHITECTURES = { amd64: 'x64', arm64: 'arm64' } as const
export type Architecture = keyof typeof ARCHITECTURES

/**
 * Writes the Node.js for Linux that package-lock.json pins to a file, for any architecture: npm installs only that of the machine.
 *
 * @throws Error if the package is not the one that the lock file pins
 */
export function writePinnedNode(architecture: Architecture, file: string): void {
  const name = `node-linux-${ARCHITECTURES[architecture]}`
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
  const { version, integrity } = lock.packages[`node_modules/${name}`] as { version: string; integrity: string }
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-node-'))
  try {
    const command = ['pack', `${name}@${version}`, `--pack-destination=${directory}`, '--json', '--loglevel=error']
    const [{ filename }] = JSON.parse(execFileSync('npm', command, { encoding: 'utf8' })) as [{ filename: string }]
    const archive = join(directory, filename)
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
    if (found !== integrity) throw new Error(`${name}@${version} is ${found}: package-lock.json pins ${integrity}`)
    execFileSync('tar', ['--extract', `--file=${archive}`, `--directory=${directory}`, 'package/bin/node'])
    copyFileSync(join(directory, 'package/bin/node'), file)
    chmodSync(file, 0o755)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
