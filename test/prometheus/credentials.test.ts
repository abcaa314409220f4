import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { HistoryError } from '../../src/history/index.ts'
import { type PrometheusOptions, prometheusHistory } from '../../src/prometheus/index.ts'
import { collect, temporaryDirectory } from '../history/support.ts'
import { type Answer, DAY, healthy, LAST_DAY, options, readDay, refuse, startStore } from './store.ts'

const SECRET = 's3cret-t0ken'

/** The message of the error; neither it nor its cause may contain the secret. */
async function messageOf(reading: () => Promise<unknown> | unknown): Promise<string> {
  try {
    await reading()
  } catch (error) {
    assert.ok(error instanceof HistoryError, String(error))
    for (let at: unknown = error; at instanceof Error; at = at.cause) {
      assert.ok(!at.message.includes(SECRET), `${at.message} shows the secret`)
      assert.ok(!at.message.includes(Buffer.from(`me:${SECRET}`).toString('base64')), 'shows the secret in base64')
    }
    return error.message
  }
  return assert.fail('nothing went wrong')
}

for (const [what, credentials, expected] of [
  ['nothing', {}, undefined],
  ['a bearer token', { bearerToken: SECRET }, `Bearer ${SECRET}`],
  [
    'basic auth',
    { basicAuth: { username: 'me', password: SECRET } },
    `Basic ${Buffer.from(`me:${SECRET}`).toString('base64')}`,
  ],
] as const) {
  test(`${what} goes with every request, and is not shown by the source's name`, async (t) => {
    const store = await startStore(t, healthy)
    await readDay(store.url, credentials)
    assert.ok(store.requests.length > 3)
    for (const { headers } of store.requests) assert.equal(headers.authorization, expected)
    assert.equal(prometheusHistory(options(store.url, credentials)).name, `Prometheus ${store.url}`)
  })
}

test('other headers are sent with every request too', async (t) => {
  const store = await startStore(t, healthy)
  await readDay(store.url, { headers: { 'X-Scope-OrgID': 'tenant-1' }, bearerToken: SECRET })
  for (const { headers } of store.requests) {
    assert.equal(headers['x-scope-orgid'], 'tenant-1')
    assert.equal(headers.authorization, `Bearer ${SECRET}`)
  }
})

test('a token file is read again for each request, because its token changes', async (t) => {
  const path = join(temporaryDirectory(t), 'token')
  let served = 0
  writeFileSync(path, 'token-0\n')
  const store = await startStore(t, (...request) => {
    writeFileSync(path, `token-${++served}\n`)
    healthy(...request)
  })
  await readDay(store.url, { bearerTokenFile: path })
  assert.deepEqual(
    store.requests.map(({ headers }) => headers.authorization),
    store.requests.map((_, i) => `Bearer token-${i}`),
  )
})

test('a token file that is missing, is empty or contains no token gets a clear error', async (t) => {
  const path = join(temporaryDirectory(t), 'token')
  const store = await startStore(t, healthy)
  const read = () => readDay(store.url, { bearerTokenFile: path })
  assert.match(await messageOf(read), /the bearer token file .*token cannot be read: ENOENT/)
  writeFileSync(path, '\n')
  assert.match(await messageOf(read), /the bearer token in .*token is empty/)
  writeFileSync(path, `${SECRET}\nand more`)
  assert.match(await messageOf(read), /the bearer token in .*token contains spaces or other characters/)
  assert.equal(store.requests.length, 0)
})

for (const [what, wrong, message] of [
  [
    'two ways at once',
    { bearerToken: SECRET, basicAuth: { username: 'me', password: SECRET } },
    /give one of a bearer/,
  ],
  ['a token with a line end', { bearerToken: `${SECRET}\n` }, /the bearer token contains spaces or other characters/],
  ['an empty token', { bearerToken: '' }, /the bearer token is empty/],
  ['a user name with a colon', { basicAuth: { username: 'a:b', password: SECRET } }, /cannot contain a colon/],
  ['a header name with a space', { headers: { 'X Scope': 'x' } }, /"X Scope" is not a valid name of an HTTP header/],
  ['a header value with a line end', { headers: { 'X-Key': `${SECRET}\r\nX: y` } }, /header X-Key contains characters/],
] as const satisfies readonly (readonly [string, Partial<PrometheusOptions>, RegExp])[]) {
  test(`${what} is refused at once, without showing it`, async () => {
    assert.match(await messageOf(() => prometheusHistory(options('http://127.0.0.1:1', wrong))), message)
  })
}

test('a secret that the server quotes is not shown', async (t) => {
  const echo: Answer = ({ headers }, response) =>
    refuse(response, 403, `no: ${headers.authorization} and ${Buffer.from(headers.authorization!.slice(6), 'base64')}`)
  const store = await startStore(t, echo)
  assert.match(await messageOf(() => readDay(store.url, { bearerToken: SECRET })), /answered 403: "no: Bearer …/)
  const basicAuth = { username: 'me', password: SECRET }
  assert.match(await messageOf(() => readDay(store.url, { basicAuth })), /"no: Basic … and me:…"/)
})

test('a user and password in the address are refused, without showing them', async () => {
  const wrong = `https://me:${SECRET}@prometheus.example`
  assert.match(
    await messageOf(() => prometheusHistory(options(wrong))),
    /prometheus.example contains a user or password/,
  )
})

/** An authority, and a certificate for 127.0.0.1 that it signed. */
async function certificates() {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const [caKeys, serverKeys] = [await keys(), await keys()]
  const notBefore = new Date(Date.now() - DAY * 1000)
  const notAfter = new Date(Date.now() + DAY * 1000)
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=test authority',
    keys: caKeys,
    signingAlgorithm: algorithm,
    notBefore,
    notAfter,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  })
  const server = await x509.X509CertificateGenerator.create({
    subject: 'CN=store',
    issuer: ca.subject,
    publicKey: serverKeys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: algorithm,
    notBefore,
    notAfter,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  })
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey)
  const key = x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')
  return { ca: ca.toString('pem'), cert: server.toString('pem'), key }
}

test('a certificate is trusted by its authority, and by no other', async (t) => {
  const [ours, other] = [await certificates(), await certificates()]
  const store = await startStore(t, healthy, ours)
  const directory = temporaryDirectory(t)
  const pem = (name: string, text: string) => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }
  assert.equal((await readDay(store.url, { caFile: pem('ca.pem', ours.ca) })).length, DAY / 300)
  const asked = store.requests.length

  const untrusted = /does not answer: .*Its certificate is not trusted: give the file of the authority/
  assert.match(await messageOf(() => readDay(store.url, { caFile: pem('other.pem', other.ca) })), untrusted)
  assert.match(await messageOf(() => readDay(store.url)), untrusted)
  const elsewhere = store.url.replace('127.0.0.1', 'localhost')
  assert.match(
    await messageOf(() => readDay(elsewhere, { caFile: join(directory, 'ca.pem') })),
    /not trusted.*host name/,
  )
  assert.match(await messageOf(() => readDay(store.url, { caFile: pem('empty.pem', '') })), /is not a PEM file with/)
  assert.match(await messageOf(() => readDay(store.url, { caFile: join(directory, 'none') })), /none is not a PEM file/)
  assert.equal(store.requests.length, asked)
})

test('an authority that is replaced on disk is used for the next reading', async (t) => {
  const [ours, other] = [await certificates(), await certificates()]
  const store = await startStore(t, healthy, ours)
  const caFile = join(temporaryDirectory(t), 'ca.pem')
  const source = prometheusHistory(options(store.url, { caFile }))
  writeFileSync(caFile, other.ca)
  await assert.rejects(collect(source, LAST_DAY), /not trusted/)
  writeFileSync(caFile, ours.ca)
  assert.ok((await collect(source, LAST_DAY)).length > 0)
})
