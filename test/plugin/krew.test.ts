// The archives as they are released, checked and installed by Krew itself.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { locate } from '../cluster/harness/binaries.ts'

const ROOT = join(import.meta.dirname, '../..')
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
const NAMES = ['krew', 'validate-krew-manifest', 'kubectl'] as const
const missing = NAMES.filter((name) => !locate(name))
const run = promisify(execFile)

describe('the kubectl plugin for Krew', {
  skip:
    missing.length > 0 && `there is no ${missing.join(', no ')}: npm run build:cluster -- krew validate-krew-manifest`,
}, () => {
  let work: string
  let made: string
  before(async () => {
    work = mkdtempSync(join(tmpdir(), 'plimsoll-krew-'))
    made = join(work, 'made')
    await build(made)
  })
  after(() => work && rmSync(work, { recursive: true, force: true }))

  const build = (directory: string) =>
    run(process.execPath, [
      join(ROOT, 'scripts/plugin.ts'),
      directory,
      'https://github.com/example/plimsoll/releases/download/v0.0.0',
    ])
  const manifest = () => join(made, 'plimsoll.yaml')

  /** Installs from the archive of a platform into a separate Krew. @returns that Krew's directory */
  async function install(architecture: string): Promise<string> {
    const root = join(work, `krew-${architecture}`)
    mkdirSync(root, { recursive: true })
    const archive = join(made, `kubectl-plimsoll-linux-${architecture}.tar.gz`)
    const env = { PATH: '/usr/bin:/bin', HOME: work, KREW_ROOT: root, KREW_OS: 'linux', KREW_ARCH: architecture }
    await run(locate('krew')!, ['install', `--manifest=${manifest()}`, `--archive=${archive}`], { env })
    return root
  }

  test('has a manifest that krew-index takes', async () => {
    await run(locate('validate-krew-manifest')!, ['-manifest', manifest(), '-skip-install'])
  })

  test('runs where there is no Node.js, as kubectl finds it', async () => {
    const root = await install('amd64')
    const PATH = [join(root, 'bin'), dirname(locate('kubectl')!), '/usr/bin', '/bin'].join(':')
    const env = { PATH, HOME: work, KUBECONFIG: '/dev/null' }
    const { stdout } = await run(locate('kubectl')!, ['plimsoll', '--version'], { env })
    assert.equal(stdout, `${version}\n`)
    const history = join(ROOT, 'examples/history.csv.gz')
    const report = await run(locate('kubectl')!, ['plimsoll', 'report', '--history', history], { env })
    assert.match(report.stdout, /checkout|frontend|cart/i)
  })

  test('installs for arm64, with a Node.js for it', async () => {
    const root = await install('arm64')
    const node = join(root, 'store/plimsoll', `v${version}`, 'node/bin/node')
    assert.ok(existsSync(node))
    // e_machine of the ELF header: 183 is AArch64.
    assert.equal(readFileSync(node).readUInt16LE(18), 183)
  })
})
