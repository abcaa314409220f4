import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test as base, type TestContext } from 'node:test'
import { pemFiles } from '../../src/webhook/index.ts'
import { connectRaw, review, startHarness, temporaryDirectory } from '../webhook/harness.ts'

const SCRIPT = join(import.meta.dirname, '../../certs-scripts/make-certs.sh')
const HOST = 'plimsoll.plimsoll.svc'
const DAY = 24 * 60 * 60 * 1000

const missing = ['bash', 'openssl'].filter((tool) => spawnSync(tool, ['version']).error)
const test = (name: string, run: (t: TestContext) => void | Promise<void>) =>
  base(name, { skip: missing.length > 0 && `needs ${missing.join(' and ')}` }, run)

function run(...args: string[]) {
  return spawnSync('bash', [SCRIPT, ...args], { encoding: 'utf8' })
}

function make(out: string, ...args: string[]) {
  const { status, stdout, stderr } = run('--out', out, ...args)
  assert.equal(status, 0, stderr)
  const file = (name: string) => join(out, name)
  const read = (name: string) => readFileSync(file(name))
  return {
    stdout,
    stderr,
    file,
    read,
    cert: new X509Certificate(read('tls.crt')),
    ca: new X509Certificate(read('ca.crt')),
  }
}

/** In a directory whose name needs quoting. */
const outIn = (t: TestContext) => join(temporaryDirectory(t), 'my certs')

test('a client that trusts the CA reaches a webhook that serves the certificate, by its Service name', async (t) => {
  const { file, read } = make(outIn(t), '--ip', '127.0.0.1')
  const harness = await startHarness(t, { certificate: pemFiles(file('tls.crt'), file('tls.key')) })
  for (const servername of [HOST, `${HOST}.cluster.local`, '']) {
    const { socket, received } = await connectRaw({ ...harness, ca: read('ca.crt') }, { servername })
    assert.ok(socket.authorized, servername)
    const body = review()
    const head = `POST /mutate/auto HTTP/1.1\r\nhost: ${HOST}\r\ncontent-type: application/json\r\nconnection: close`
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    await closed
    assert.match(received(), /^HTTP\/1\.1 200 OK\r\n.*"allowed":true/s)
  }
  await assert.rejects(connectRaw({ ...harness, ca: read('ca.crt') }, { servername: 'other.example.com' }), /altnames/)
  await assert.rejects(connectRaw(harness), /certificate/)
})

test('the CA holds for ten years, the certificate for as long as was asked, and openssl at its strictest agrees', (t) => {
  const { cert, ca, file } = make(outIn(t), '--days', '90')
  const days = ({ validFromDate, validToDate }: X509Certificate) =>
    // openssl reads the clock once for each end.
    Math.round((validToDate.getTime() - validFromDate.getTime()) / DAY)
  assert.deepEqual([days(ca), days(cert)], [3650, 90])
  assert.deepEqual([ca.ca, cert.ca], [true, false])
  assert.equal(cert.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  assert.deepEqual(cert.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  const args = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', file('ca.crt'), file('tls.crt')]
  assert.equal(spawnSync('openssl', args).status, 0)
})

test('it covers the Service under each of its names, and the names and addresses given', (t) => {
  const names = ['--dns', 'hook.example.com', '--dns', '*.hooks.example.com', '--ip', '10.0.0.7', '--ip', 'fd00::7']
  const { cert } = make(outIn(t), '--service', 'sizer', '--namespace', 'tools', ...names)
  for (const host of [
    'sizer.tools.svc',
    'sizer.tools',
    'sizer.tools.svc.cluster.local',
    'hook.example.com',
    'a.hooks.example.com',
  ]) {
    assert.ok(cert.checkHost(host), host)
  }
  for (const address of ['10.0.0.7', 'fd00::7']) assert.ok(cert.checkIP(address), address)
  assert.equal(cert.checkHost('plimsoll.plimsoll.svc'), undefined)
})

test('the longest names that Kubernetes allows fit', (t) => {
  const [service, namespace] = ['s'.repeat(63), 'n'.repeat(63)]
  const { cert } = make(outIn(t), '--service', service, '--namespace', namespace)
  assert.ok(cert.checkHost(`${service}.${namespace}.svc`))
})

test('it prints the caBundle, and a command for the Secret that a shell reads as meant', (t) => {
  const { stdout, read, file } = make(outIn(t), '--service', 'sizer', '--namespace', 'tools')
  assert.equal(/^caBundle: (\S+)$/m.exec(stdout)![1], read('ca.crt').toString('base64'))
  const command = /kubectl create secret tls[^|]*/.exec(stdout)![0]
  const words = spawnSync('bash', ['-c', `kubectl() { printf '%s\\n' "$@"; }; ${command}`], { encoding: 'utf8' })
  const expected = [
    'create',
    'secret',
    'tls',
    'sizer-tls',
    '--namespace',
    'tools',
    '--cert',
    file('tls.crt'),
    '--key',
    file('tls.key'),
  ]
  assert.deepEqual(words.stdout.trim().split('\n').slice(0, expected.length), expected)
})

test('keys are for their owner alone, and nothing temporary is left', (t) => {
  const out = outIn(t)
  make(out)
  assert.deepEqual(readdirSync(out).sort(), ['.names', 'ca.crt', 'ca.key', 'tls.crt', 'tls.key'])
  for (const name of readdirSync(out)) assert.equal(statSync(join(out, name)).mode & 0o777, 0o600, name)
})

test('run again, it keeps the CA always, and the certificate while it is good and named alike', (t) => {
  const out = outIn(t)
  const first = make(out)
  const serialAfter = (...args: string[]) => {
    const again = make(out, ...args)
    assert.deepEqual(again.read('ca.crt'), first.read('ca.crt'))
    assert.deepEqual(again.read('ca.key'), first.read('ca.key'))
    assert.ok(again.cert.verify(first.ca.publicKey))
    return again.cert.serialNumber
  }
  assert.equal(serialAfter(), first.cert.serialNumber)
  const renewed = serialAfter('--renew')
  assert.notEqual(renewed, first.cert.serialNumber)
  const renamed = serialAfter('--dns', 'hook.example.com')
  assert.notEqual(renamed, renewed)
  const short = serialAfter('--dns', 'hook.example.com', '--renew', '--days', '29')
  assert.notEqual(serialAfter('--dns', 'hook.example.com', '--days', '29'), short, 'ends in less than 30 days')
})

test('a serving key that does not fit is replaced; a CA that is damaged is never replaced silently', (t) => {
  const out = outIn(t)
  const first = make(out)
  writeFileSync(first.file('tls.key'), 'garbage')
  assert.notEqual(make(out).cert.serialNumber, first.cert.serialNumber)

  const other = make(outIn(t))
  for (const name of ['tls.crt', 'tls.key']) writeFileSync(first.file(name), other.read(name))
  assert.ok(make(out).cert.verify(first.ca.publicKey), 'one that another CA issued is replaced')
  const key = first.read('ca.key')
  writeFileSync(first.file('ca.key'), other.read('ca.key'))
  assert.match(run('--out', out).stderr, /ca\.key does not belong to .*ca\.crt: restore the right one/)
  rmSync(first.file('ca.key'))
  assert.match(run('--out', out).stderr, /holds only one of ca\.crt and ca\.key/)
  writeFileSync(first.file('ca.key'), key)
  make(out)
})

test('what it does not understand is refused with what was expected, and nothing is written', (t) => {
  const out = outIn(t)
  const cases: [args: string[], message: RegExp][] = [
    [['--bad'], /unknown option --bad/],
    [['--days'], /--days needs a value/],
    [['--days', '0'], /--days 0: expected a number from 1 to 3650/],
    [['--days', '9999'], /expected a number from 1 to 3650/],
    [['--service', 'Bad_Name'], /--service Bad_Name: expected the name of a Kubernetes Service/],
    [['--namespace', 'a.b'], /expected the name of a Kubernetes namespace/],
    [['--dns', 'a b'], /expected a DNS name/],
    [['--dns', 'x,IP:1.2.3.4'], /expected a DNS name/],
    [['--dns', 'x\nkeyUsage = critical,keyCertSign'], /expected a DNS name/],
    [['--ip', 'localhost'], /expected an IPv4 or IPv6 address/],
  ]
  for (const [args, message] of cases) {
    const { status, stderr } = run('--out', out, ...args)
    assert.deepEqual([status, message.test(stderr)], [1, true], `${args}: ${stderr}`)
  }
  assert.ok(!existsSync(out))
  assert.equal(run('--help').status, 0)
})

test('an address that only openssl can tell to be wrong leaves the certificate that is there', (t) => {
  const out = outIn(t)
  const { cert } = make(out)
  assert.equal(run('--out', out, '--ip', '999.1.1.1').status, 1)
  assert.equal(make(out).cert.serialNumber, cert.serialNumber)
})
