// Signing the chart, as the release workflow does, with a key that exists for this test alone.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { CHART } from '../../scripts/chart/files.ts'
import { hasSystemProgram } from '../cluster/harness/binaries.ts'
import { helm, helmObstacle } from './helm.ts'

const run = promisify(execFile)
const obstacle = helmObstacle() ?? (hasSystemProgram('gpg') ? undefined : 'there is no gpg')
const NAME = 'Plimsoll test'

describe('a signed chart', { skip: obstacle ?? false }, () => {
  let work: string
  let archive: string
  const gpg = (...args: string[]) =>
    run('gpg', [`--homedir=${work}`, '--batch', '--quiet', '--pinentry-mode=loopback', '--passphrase=', ...args])
  const keyring = (name: string) => join(work, name)

  before(async () => {
    work = mkdtempSync(join(tmpdir(), 'plimsoll-gpg-'))
    for (const name of [NAME, 'Somebody else']) await gpg('--quick-generate-key', name, 'rsa3072', 'sign', '1d')
    await gpg(`--output=${keyring('secret.gpg')}`, '--export-secret-keys', NAME)
    await gpg(`--output=${keyring('public.gpg')}`, '--export', NAME)
    await gpg(`--output=${keyring('other.gpg')}`, '--export', 'Somebody else')
    const key = [`--key=${NAME}`, `--keyring=${keyring('secret.gpg')}`]
    await helm(['package', CHART, `--destination=${work}`, '--sign', ...key])
    archive = join(work, readdirSync(work).find((name) => name.endsWith('.tgz'))!)
  })
  after(async () => {
    if (!work) return
    await run('gpgconf', [`--homedir=${work}`, '--kill', 'all'])
    rmSync(work, { recursive: true, force: true })
  })

  test('is verified with the public key', async () => {
    const printed = await helm(['verify', archive, `--keyring=${keyring('public.gpg')}`])
    assert.match(printed, /Signed by: ?.*Plimsoll test/)
  })

  test('is refused with the key of somebody else', async () => {
    await assert.rejects(helm(['verify', archive, `--keyring=${keyring('other.gpg')}`]), /signature|unknown entity/i)
  })

  test('is refused where a byte was changed', async () => {
    const bytes = readFileSync(archive)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(archive, bytes)
    await assert.rejects(helm(['verify', archive, `--keyring=${keyring('public.gpg')}`]), /sha256 sum does not match/)
  })
})
