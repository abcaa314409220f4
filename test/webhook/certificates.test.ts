import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { selfIssuedCertificate } from '../../src/certificates/index.ts'
import { createLogger, createMetrics } from '../../src/telemetry/index.ts'
import { Certificates, type KeyPair, pemFiles } from '../../src/webhook/certificates.ts'
import {
  activeTimers,
  connectRaw,
  eventually,
  type Harness,
  post,
  review,
  startHarness,
  temporaryDirectory,
} from './harness.ts'

const DAY = 24 * 60 * 60 * 1000

interface Issued extends KeyPair {
  readonly ca: Buffer
}

/** A pair issued at `at`, valid for 90 days. */
async function issue(t: TestContext, at = Date.now()): Promise<Issued> {
  const { certFile, keyFile, caFile } = await selfIssuedCertificate(temporaryDirectory(t), ['127.0.0.1'], at)
  return { cert: readFileSync(certFile), key: readFileSync(keyFile), ca: readFileSync(caFile) }
}

const expiryOf = ({ cert }: KeyPair) => new X509Certificate(cert).validToDate.getTime()

/** `Certificates` for a pair that the test may replace. */
function watched(first?: KeyPair) {
  const used: KeyPair[] = []
  const logs: Record<string, unknown>[] = []
  const metrics = createMetrics()
  const state = { pair: first, now: Date.now() }
  const certificates = new Certificates({
    source: async () => state.pair ?? Promise.reject(new Error('ENOENT: no such file')),
    use: (pair) => used.push(pair),
    now: () => state.now,
    metrics,
    logger: createLogger('debug', { write: (line) => void logs.push(JSON.parse(line)) }),
  })
  const reloads = async (outcome: string) => {
    const { values } = await metrics.certificateReloads.get()
    return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0
  }
  const expiry = async () => (await metrics.certificateExpiry.get()).values[0]?.value
  return { certificates, state, used, logs, reloads, expiry }
}

test('there is no certificate until a pair has been read, and the reason is reported', async (t) => {
  const { certificates, state, used, expiry, logs } = watched()
  assert.equal(certificates.missing, 'not read yet')
  assert.equal(await expiry(), 0)
  await certificates.check()
  assert.equal(certificates.missing, 'ENOENT: no such file')
  state.pair = await issue(t)
  await certificates.check()
  assert.equal(certificates.missing, undefined)
  assert.deepEqual(used, [state.pair])
  assert.equal(await expiry(), expiryOf(state.pair) / 1000)
  const { msg, names, serialNumber, expires } = logs.at(-1)!
  const certificate = new X509Certificate(state.pair.cert)
  assert.deepEqual(
    [msg, names, serialNumber, expires],
    [
      'serving certificate loaded',
      certificate.subjectAltName,
      certificate.serialNumber,
      certificate.validToDate.toISOString(),
    ],
  )
})

test('the same bytes are not loaded twice; a new pair is loaded at the next check', async (t) => {
  const { certificates, state, used, reloads, expiry } = watched(await issue(t))
  for (let i = 0; i < 3; i++) await certificates.check()
  assert.equal(used.length, 1)
  state.pair = await issue(t, Date.now() - 10 * DAY)
  for (let i = 0; i < 3; i++) await certificates.check()
  assert.equal(used.length, 2)
  assert.equal(used[1], state.pair)
  assert.equal(await reloads('loaded'), 2)
  assert.equal(await expiry(), expiryOf(state.pair) / 1000)
})

test('a new pair that cannot serve leaves the old one in use, and is logged and counted once', async (t) => {
  const good = await issue(t)
  const other = await issue(t)
  const broken: Record<string, KeyPair> = {
    'tls.key does not belong to tls.crt': { cert: good.cert, key: other.key },
    'tls.crt contains no certificate in PEM': { cert: Buffer.from('garbage'), key: good.key },
    'tls.key contains no unencrypted private key in PEM': { cert: good.cert, key: Buffer.from('garbage') },
    'tls.crt expired on': await issue(t, Date.now() - 91 * DAY),
    'tls.crt is not valid before': await issue(t, Date.now() + DAY),
    'tls.crt and tls.key cannot serve TLS': {
      cert: Buffer.concat([good.cert, Buffer.from('-----BEGIN CERTIFICATE-----\nx')]),
      key: good.key,
    },
  }
  for (const [problem, pair] of Object.entries(broken)) {
    const { certificates, state, used, logs, reloads, expiry } = watched(good)
    await certificates.check()
    state.pair = pair
    for (let i = 0; i < 3; i++) await certificates.check()
    assert.deepEqual(used, [good], problem)
    assert.equal(certificates.missing, undefined)
    assert.equal(await reloads('refused'), 1, problem)
    assert.equal(await expiry(), expiryOf(good) / 1000)
    const warnings = logs.filter(({ level }) => level === 'warn')
    assert.equal(warnings.length, 1)
    assert.ok(String(warnings[0]!.problem).startsWith(problem), String(warnings[0]!.problem))
    assert.doesNotMatch(JSON.stringify(logs), /PRIVATE KEY|BEGIN/)

    state.pair = other
    await certificates.check()
    assert.equal(used[1], other, `recovers from: ${problem}`)
  }
})

test('a pair that breaks, is repaired and breaks again in the same way is logged again', async (t) => {
  const good = await issue(t)
  const { certificates, state, reloads } = watched(good)
  for (const pair of [good, undefined, good, undefined]) {
    state.pair = pair
    await certificates.check()
  }
  assert.equal(await reloads('refused'), 2)
})

test('certificate and key that were read on either side of a swap are read again before they count as broken', async (t) => {
  const [older, newer] = [await issue(t), await issue(t)]
  const reads: KeyPair[] = [{ cert: older.cert, key: newer.key }, newer]
  const metrics = createMetrics()
  const used: KeyPair[] = []
  const certificates = new Certificates({
    source: async () => reads.shift()!,
    use: (pair) => used.push(pair),
    now: Date.now,
    metrics,
    logger: createLogger('silent'),
  })
  await certificates.check()
  assert.deepEqual(used, [newer])
  assert.equal(
    (await metrics.certificateReloads.get()).values.find(({ labels }) => labels.outcome === 'refused')?.value ?? 0,
    0,
  )
})

test('a certificate that expires while in use counts as missing from then on', async (t) => {
  const pair = await issue(t)
  const { certificates, state } = watched(pair)
  await certificates.check()
  state.now = expiryOf(pair) - 1
  assert.equal(certificates.missing, undefined)
  state.now = expiryOf(pair)
  assert.equal(certificates.missing, 'expired')
})

test('a certificate that is not valid yet is loaded when it becomes valid, without another change', async (t) => {
  const pair = await issue(t, Date.now() + DAY)
  const { certificates, state, used } = watched(pair)
  await certificates.check()
  assert.match(certificates.missing!, /not valid before/)
  state.now += 2 * DAY
  await certificates.check()
  assert.deepEqual(used, [pair])
})

test('a certificate is valid from the first second of its validity until just before the last', async (t) => {
  const pair = await issue(t)
  const { validFromDate, validToDate } = new X509Certificate(pair.cert)
  const cases: [now: number, expected: string | undefined][] = [
    [validFromDate.getTime() - 1, `tls.crt is not valid before ${validFromDate.toISOString()}`],
    [validFromDate.getTime(), undefined],
    [validToDate.getTime() - 1, undefined],
    [validToDate.getTime(), `tls.crt expired on ${validToDate.toISOString()}`],
  ]
  for (const [now, expected] of cases) {
    const { certificates, state } = watched(pair)
    state.now = now
    await certificates.check()
    assert.equal(certificates.missing, expected)
  }
})

test('any failure of the source is logged, whether it is an error or not', async () => {
  for (const [failure, expected] of [
    [new Error('no such Secret'), 'no such Secret'],
    ['no such Secret', 'no such Secret'],
  ]) {
    const certificates = new Certificates({
      source: () => Promise.reject(failure),
      use: () => assert.fail('there is nothing to use'),
      now: Date.now,
      metrics: createMetrics(),
      logger: createLogger('silent'),
    })
    await certificates.check()
    assert.equal(certificates.missing, expected)
  }
})

test('the reason of a refusal quotes the parser, and the log shows whether another certificate is in use', async (t) => {
  const good = await issue(t)
  const garbage = { ...good, cert: Buffer.from('garbage') }
  const { certificates, state, logs } = watched(garbage)
  await certificates.check()
  assert.match(certificates.missing!, /^tls\.crt contains no certificate in PEM \(.*PEM routines.*\)$/)
  for (const pair of [good, garbage]) {
    state.pair = pair
    await certificates.check()
  }
  const warnings = logs.flatMap(({ level, msg }) => (level === 'warn' ? [msg] : []))
  assert.deepEqual(warnings, [
    'serving certificate refused: there is none to serve with',
    'serving certificate refused: the one in use stays',
  ])
})

test('watching ends with its signal, without another check', async (t) => {
  const pair = await issue(t)
  let reads = 0
  const stop = new AbortController()
  const certificates = new Certificates({
    source: async () => {
      reads++
      if (reads === 3) stop.abort()
      return pair
    },
    use: () => {},
    now: Date.now,
    metrics: createMetrics(),
    logger: createLogger('silent'),
  })
  await certificates.watch(1, stop.signal)
  assert.equal(reads, 3)
  const later = new AbortController()
  const before = activeTimers()
  const watching = certificates.watch(3_600_000, later.signal)
  assert.equal(activeTimers(), before, 'it keeps no process alive')
  later.abort()
  await watching
  assert.equal(reads, 3)
})

test('a file of 1 MiB is read; a larger one is refused by its size, before it is read', async (t) => {
  const file = join(temporaryDirectory(t), 'tls.crt')
  const bytes = Buffer.alloc(1024 * 1024)
  writeFileSync(file, bytes)
  assert.deepEqual(await pemFiles(file, file)(), { cert: bytes, key: bytes })
  writeFileSync(file, Buffer.alloc(1024 * 1024 + 1))
  await assert.rejects(pemFiles(file, file)(), { message: `${file} is larger than 1 MiB: expected a PEM file` })
})

/** The certificate that a new connection gets. */
async function served(harness: Harness, ca: Buffer): Promise<Buffer> {
  const { socket } = await connectRaw({ ...harness, ca })
  const { raw } = socket.getPeerCertificate()
  socket.destroy()
  return raw
}

const rawOf = ({ cert }: KeyPair) => new X509Certificate(cert).raw

test('a Secret mounted by Kubernetes is swapped by symlink: new connections get the new certificate, old ones continue', async (t) => {
  const directory = temporaryDirectory(t)
  const mount = (name: string, { cert, key }: KeyPair) => {
    mkdirSync(join(directory, name))
    writeFileSync(join(directory, name, 'tls.crt'), cert)
    writeFileSync(join(directory, name, 'tls.key'), key)
    symlinkSync(name, join(directory, '..data_tmp'))
    renameSync(join(directory, '..data_tmp'), join(directory, '..data'))
  }
  const [older, newer] = [await issue(t), await issue(t)]
  mount('..2026_01_01', older)
  for (const file of ['tls.crt', 'tls.key']) symlinkSync(`..data/${file}`, join(directory, file))
  const harness = await startHarness(t, {
    certificate: pemFiles(join(directory, 'tls.crt'), join(directory, 'tls.key')),
    certificateCheckMilliseconds: 20,
  })
  assert.deepEqual(await served(harness, older.ca), rawOf(older))

  const agent = new Agent({ ca: older.ca, keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const sockets = new Set<TLSSocket>()
  agent.on('free', (socket) => sockets.add(socket))
  const askOnOldConnection = () => post(`${harness.url}/mutate/auto`, review(), { agent })
  await askOnOldConnection()

  mount('..2026_02_02', newer)
  await eventually(async () => assert.deepEqual(await served(harness, newer.ca), rawOf(newer)))
  assert.equal((await askOnOldConnection()).status, 200)
  assert.equal(sockets.size, 1)
  await assert.rejects(served(harness, older.ca), /certificate/)
  assert.equal(await harness.metric('plimsoll_certificate_expiry_timestamp_seconds'), expiryOf(newer) / 1000)

  rmSync(join(directory, '..data'))
  await eventually(async () =>
    assert.equal(await harness.metric('plimsoll_certificate_reloads_total{outcome="refused"}'), 1),
  )
  assert.deepEqual(await served(harness, newer.ca), rawOf(newer))
})

test('it listens before there is a certificate, is not ready, and becomes ready when there is one', async (t) => {
  const pair = await issue(t)
  const state: { pair?: KeyPair } = {}
  const harness = await startHarness(t, {
    certificate: async () => state.pair ?? Promise.reject(new Error('the Secret is not there yet')),
    certificateCheckMilliseconds: 20,
  })
  const ready = await fetch(`${harness.opsUrl}/readyz`)
  assert.equal(ready.status, 503)
  assert.deepEqual(await ready.json(), { ready: false, missing: { certificate: 'the Secret is not there yet' } })
  await assert.rejects(served(harness, pair.ca))
  state.pair = pair
  await eventually(async () => assert.equal((await fetch(`${harness.opsUrl}/readyz`)).status, 200))
  assert.deepEqual(await served(harness, pair.ca), rawOf(pair))
})

test('a rotated certificate keeps the same TLS versions', async (t) => {
  const state = { pair: await issue(t) }
  const harness = await startHarness(t, { certificate: async () => state.pair, certificateCheckMilliseconds: 20 })
  state.pair = await issue(t)
  await eventually(async () => assert.deepEqual(await served(harness, state.pair.ca), rawOf(state.pair)))
  const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  await assert.rejects(connectRaw({ ...harness, ca: state.pair.ca }, old))
})
