import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SAME_TAR } from '../same-tar.ts'

export interface PluginParts {
  /** Directory of the compiled program with its dependencies, as scripts/image-root.ts makes it. */
  readonly app: string
  /** Node.js for the platform of the archive. */
  readonly node: string
  readonly license: string
}

/** Makes the archive of the kubectl plugin for one platform. The same parts give the same bytes. @returns its SHA-256 in hex */
export function makeArchive({ app, node, license }: PluginParts, file: string): string {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-plugin-'))
  try {
    cpSync(app, join(root, 'app'), { recursive: true, verbatimSymlinks: true })
    mkdirSync(join(root, 'node', 'bin'), { recursive: true })
    copyFileSync(node, join(root, 'node', 'bin', 'node'))
    copyFileSync(license, join(root, 'LICENSE'))
    copyFileSync(join(import.meta.dirname, 'kubectl-plimsoll'), join(root, 'kubectl-plimsoll'))
    // Without -n, gzip writes the time.
    const packed = ['--use-compress-program=gzip -n -9', `--file=${file}`, `--directory=${root}`]
    execFileSync('tar', ['--create', ...SAME_TAR, ...packed, 'LICENSE', 'app', 'kubectl-plimsoll', 'node'])
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}
