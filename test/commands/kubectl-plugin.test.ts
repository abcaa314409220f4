// `kubectl plimsoll` from a clone, as the README says: `bin/` on the PATH is enough.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { locate } from '../cluster/harness/binaries.ts'

const ROOT = join(import.meta.dirname, '../..')
const BIN = join(ROOT, 'bin')
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
const kubectl = locate('kubectl')

async function run(program: string, args: readonly string[], directories: readonly string[]): Promise<string> {
  const PATH = [...directories, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter)
  return (await promisify(execFile)(program, args, { env: { HOME: tmpdir(), KUBECONFIG: '/dev/null', PATH } })).stdout
}

test('bin/kubectl-plimsoll runs from the clone, and through a link in another directory', async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-plugin-'))
  context.after(() => rmSync(directory, { recursive: true, force: true }))
  symlinkSync(join(BIN, 'kubectl-plimsoll'), join(directory, 'kubectl-plimsoll'))
  for (const path of [BIN, directory])
    assert.equal(await run(join(path, 'kubectl-plimsoll'), ['--version'], []), `${version}\n`)
})

describe('kubectl, with bin/ on the PATH', {
  skip: kubectl ? false : 'there is no kubectl: npm run build:cluster',
}, () => {
  test('runs `kubectl plimsoll` with the arguments that follow', async () => {
    assert.equal(await run(kubectl!, ['plimsoll', '--version'], [BIN]), `${version}\n`)
    assert.match(await run(kubectl!, ['plimsoll', 'doctor', '--help'], [BIN]), /^Usage: plimsoll doctor /)
  })

  test('completes its commands', async () => {
    assert.match(await run(kubectl!, ['__complete', 'plimsoll', 'doc'], [BIN]), /^doctor\t/)
  })
})
