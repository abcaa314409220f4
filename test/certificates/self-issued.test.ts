import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type SelfIssued, selfIssuedCertificate } from '../../src/certificates/index.ts'
import { connectRaw, startHarness, temporaryDirectory } from '../webhook/harness.ts'

const HOSTS = ['127.0.0.1', '::1', 'localhost', 'plimsoll.plimsoll-system.svc']
const NOW = Date.UTC(2026, 0, 15)
const DAY = 24 * 60 * 60 * 1000

const read = (file: string) => new X509Certificate(readFileSync(file))

async function issued(t: TestContext) {
  const directory = join(temporaryDirectory(t), 'certs')
  const files = await selfIssuedCertificate(directory, HOSTS, NOW)
  return { directory, files, cert: read(files.certFile), ca: read(files.caFile) }
}

test('issues an ECDSA P-256 leaf of 90 days for every name, signed by its own CA', async (t) => {
  const { cert, ca } = await issued(t)
  assert.equal(cert.publicKey.asymmetricKeyType, 'ec')
  assert.equal(cert.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  assert.equal(cert.validToDate.getTime(), NOW + 90 * DAY)
  assert.ok(cert.validFromDate.getTime() < NOW, 'clocks differ')
  assert.deepEqual([cert.ca, ca.ca], [false, true])
  assert.ok(cert.verify(ca.publicKey) && cert.checkIssued(ca))
  assert.ok(cert.checkIP('127.0.0.1') && cert.checkIP('::1'))
  assert.ok(cert.checkHost('localhost') && cert.checkHost('plimsoll.plimsoll-system.svc'))
  assert.equal(cert.checkHost('example.com'), undefined)
  assert.deepEqual(cert.keyUsage, ['1.3.6.1.5.5.7.3.1'])
})

const noOpenssl = spawnSync('openssl', ['version']).error !== undefined && 'needs openssl'

test('openssl, as strict as it can be, accepts the chain', { skip: noOpenssl }, async (t) => {
  const { files } = await issued(t)
  const at = String(NOW / 1000)
  const args = [
    'verify',
    '-x509_strict',
    '-attime',
    at,
    '-purpose',
    'sslserver',
    '-CAfile',
    files.caFile,
    files.certFile,
  ]
  const { status, stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' })
  assert.equal(status, 0, stdout + stderr)
})

test('the files are for their owner alone, and no CA key is left behind', async (t) => {
  const { directory, files } = await issued(t)
  assert.equal(statSync(directory).mode & 0o777, 0o700)
  for (const file of Object.values(files)) assert.equal(statSync(file).mode & 0o777, 0o600, file)
  assert.deepEqual(readdirSync(directory).sort(), ['ca.crt', 'tls.crt', 'tls.key'])
})

test('one that is good for another 30 days is used again', async (t) => {
  const { directory, files } = await issued(t)
  const bytes = readFileSync(files.certFile)
  await selfIssuedCertificate(directory, ['localhost', '127.0.0.1'], NOW + 59 * DAY)
  assert.deepEqual(readFileSync(files.certFile), bytes)
})

test('a new one is issued when the old one is damaged, ends soon, is not valid yet or lacks a name', async (t) => {
  const cases: Record<string, [hosts: string[], now: number, damage?: (files: SelfIssued) => void]> = {
    'ends in less than 30 days': [HOSTS, NOW + 61 * DAY],
    'not valid yet': [HOSTS, NOW - DAY],
    'lacks a DNS name': [[...HOSTS, 'webhook.example.com'], NOW],
    'lacks an address': [[...HOSTS, '10.0.0.7'], NOW],
    'key cut off': [HOSTS, NOW, ({ keyFile }) => writeFileSync(keyFile, readFileSync(keyFile).subarray(0, 40))],
    'certificate is garbage': [HOSTS, NOW, ({ certFile }) => writeFileSync(certFile, 'garbage')],
    'CA is empty': [HOSTS, NOW, ({ caFile }) => writeFileSync(caFile, '')],
  }
  const other = await issued(t)
  cases['CA is another one'] = [HOSTS, NOW, ({ caFile }) => writeFileSync(caFile, readFileSync(other.files.caFile))]
  cases['key is another one'] = [HOSTS, NOW, ({ keyFile }) => writeFileSync(keyFile, readFileSync(other.files.keyFile))]
  for (const [name, [hosts, now, damage]] of Object.entries(cases)) {
    const { directory, files, cert } = await issued(t)
    damage?.(files)
    await selfIssuedCertificate(directory, hosts, now)
    const renewed = read(files.certFile)
    assert.notEqual(renewed.serialNumber, cert.serialNumber, name)
    assert.ok(renewed.verify(read(files.caFile).publicKey), name)
  }
})

test('a client that trusts its CA, and only that one, reaches the server by address and by name', async (t) => {
  const harness = await startHarness(t)
  for (const host of ['127.0.0.1', 'localhost']) {
    const { socket } = await connectRaw(harness, { host, servername: host === 'localhost' ? host : '' })
    assert.ok(socket.authorized)
    socket.destroy()
  }
  const { files } = await issued(t)
  await assert.rejects(connectRaw({ ...harness, ca: readFileSync(files.caFile) }), /certificate/)
})
