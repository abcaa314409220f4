import 'reflect-metadata'
import assert from 'node:assert/strict'
import { createPrivateKey, KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { Agent } from 'node:https'
import { test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { ExtendedKeyUsage, ExtendedKeyUsageExtension, X509Certificate, X509CertificateGenerator } from '@peculiar/x509'
import { PLAIN } from '../../src/api/index.ts'
import { issueAuthority, type PemPair } from '../../src/certificates/issue.ts'
import { createLogger, createMetrics } from '../../src/telemetry/index.ts'
import { Strangers } from '../../src/webhook/callers.ts'
import { patched } from '../../src/webhook/review.ts'
import { type Harness, post, review, startHarness } from './harness.ts'

const [KEY, OTHER] = ['0123456789abcdef'.repeat(2), 'fedcba9876543210'.repeat(2)] as const
const admit = (request: { readonly uid: string }) =>
  patched(request, [{ op: 'add', path: '/spec/priority', value: 7 }], { reasons: ['Applied'] })
const answerOf = ({ json }: { readonly json: { readonly response: { readonly patch?: string } } }) => json.response
const isPatched = (reply: Parameters<typeof answerOf>[0]) => answerOf(reply).patch !== undefined
const lacking = (reasons: string) => ({
  uid: JSON.parse(review()).request.uid,
  allowed: true,
  auditAnnotations: { reasons },
})
const WITHOUT_KEY = lacking('CallerWithoutKey')
const WITHOUT_CERTIFICATE = lacking('CallerWithoutCertificate')

test('on a path without the right key, a review is allowed, and the answer does not depend on its content', async (t) => {
  const { post, metric } = await startHarness(t, { callers: { pathKeys: () => [KEY, OTHER] }, admit })
  for (const mode of ['auto', 'approve']) {
    for (const key of [KEY, OTHER]) assert.ok(isPatched(await post(`/mutate/${mode}/${key}?timeout=2s`, review())))
    const strangers = [
      '',
      `/${PLAIN}`,
      `/${KEY.slice(1)}`,
      `/${KEY}0`,
      `/${KEY.toUpperCase()}`,
      `/${'x'.repeat(9_000)}`,
    ]
    for (const end of strangers) {
      const reply = await post(`/mutate/${mode}${end}`, review())
      assert.equal(reply.status, 200)
      assert.deepEqual(answerOf(reply), WITHOUT_KEY)
    }
    const update = await post(`/mutate/${mode}`, review({ operation: 'UPDATE' }))
    assert.deepEqual(answerOf(update), WITHOUT_KEY)
  }
  assert.equal(await metric('plimsoll_admission_strangers_total{lacks="key"}'), 14)
  assert.equal(await metric('plimsoll_admission_reasons_total{code="CallerWithoutKey"}'), 14)
  assert.equal(await metric('plimsoll_admission_strangers_total{lacks="certificate"}'), 0)
})

test('the path without a key is accepted if the list contains it, and any path while there is no list', async (t) => {
  let keys: readonly string[] | undefined
  const { post } = await startHarness(t, { callers: { pathKeys: () => keys }, admit })
  const sized = async (end: string) => isPatched(await post(`/mutate/auto${end}`, review()))
  for (const end of ['', `/${KEY}`, '/anything']) assert.ok(await sized(end), end)
  keys = [KEY, PLAIN]
  assert.deepEqual([await sized(''), await sized(`/${KEY}`), await sized(`/${OTHER}`)], [true, true, false])
  keys = [KEY]
  assert.deepEqual([await sized(''), await sized(`/${KEY}`), await sized(`/${PLAIN}`)], [false, true, false])
})

test('a stranger with a malformed request learns nothing more', async (t) => {
  const { post } = await startHarness(t, {
    callers: { pathKeys: () => [KEY] },
    admit: () => assert.fail('not to be asked'),
  })
  const broken = await post('/mutate/auto', 'nonsense')
  assert.deepEqual([broken.status, broken.json.reason], [400, 'NotJson'])
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
  const { json } = await post('/mutate/auto', review({ object: 0 }).replace('"object":0', `"object":${deep}`))
  assert.deepEqual(json.response.auditAnnotations, { error: 'TooDeep' })
})

test('one log line a minute counts strangers, and no line ever contains a path', async (t) => {
  const lines: string[] = []
  let now = 0
  const strangers = new Strangers(
    createMetrics(),
    createLogger('debug', { write: (line) => void lines.push(line) }),
    () => now,
  )
  for (now = 0; now < 120_000; now += 10) strangers.count('CallerWithoutKey')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)).map(({ level, lacks, reviews }) => [level, lacks, reviews]),
    [
      ['warn', 'key', 1],
      ['warn', 'key', 6_000],
    ],
  )
  const { post, logs } = await startHarness(t, { callers: { pathKeys: () => [KEY] }, admit })
  for (const path of [`/mutate/auto/${KEY}`, `/mutate/auto/${OTHER}`, `/elsewhere/${KEY}`]) await post(path, review())
  await post(`/mutate/auto/${KEY}`, 'nonsense')
  assert.ok(logs.some(({ lacks }) => lacks === 'key'))
  assert.doesNotMatch(JSON.stringify(logs), new RegExp(`${KEY}|${OTHER}|/mutate|/elsewhere`))
})

const TWO_DAYS = { notBefore: new Date(Date.now() - 86_400_000), notAfter: new Date(Date.now() + 86_400_000) }
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A certificate that is signed by `by`, or self-signed, for clients or servers. */
async function issue(
  subject: string,
  by?: PemPair,
  usage: 'clientAuth' | 'serverAuth' = 'clientAuth',
): Promise<PemPair> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const der = by && createPrivateKey(by.key).export({ format: 'der', type: 'pkcs8' })
  const certificate = await X509CertificateGenerator.create({
    ...TWO_DAYS,
    subject,
    issuer: by ? new X509Certificate(by.cert).subject : subject,
    publicKey: keys.publicKey,
    signingKey: der ? await crypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']) : keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage[usage]])],
  })
  const key = KeyObject.from(keys.privateKey).export({ format: 'pem', type: 'pkcs8' })
  return { cert: certificate.toString('pem'), key: String(key) }
}

const authority = await issueAuthority('front', TWO_DAYS)
const namesake = await issueAuthority('front', TWO_DAYS)
const client = await issue('O=plimsoll, CN=kube-apiserver', authority)

/** Posts a review over a new connection with this certificate. */
async function ask({ url, ca }: Harness, pair: { cert?: string; key?: string } = {}, path = '/mutate/auto') {
  const agent = new Agent({ ca, ...pair })
  try {
    return answerOf(await post(url + path, review(), { agent }))
  } finally {
    agent.destroy()
  }
}

test('with --client-ca, only a client with a certificate of that authority gets a patch; every other review is allowed', async (t) => {
  const harness = await startHarness(t, { callers: { clientCertificate: { ca: authority.cert } }, admit })
  assert.ok((await ask(harness, client)).patch)
  const strangers = {
    'no certificate': {},
    'signed by an authority of the same name': await issue('O=plimsoll, CN=kube-apiserver', namesake),
    'self-signed': await issue('CN=kube-apiserver'),
    'for servers': await issue('CN=kube-apiserver', authority, 'serverAuth'),
  }
  for (const [what, pair] of Object.entries(strangers)) {
    assert.deepEqual(await ask(harness, pair), WITHOUT_CERTIFICATE, what)
  }
  assert.equal(await harness.metric('plimsoll_admission_strangers_total{lacks="certificate"}'), 4)
})

test('with --client-name, the certificate must also have that common name', async (t) => {
  const clientCertificate = { ca: authority.cert, name: 'kube-apiserver' }
  const harness = await startHarness(t, { callers: { clientCertificate }, admit })
  assert.ok((await ask(harness, client)).patch)
  for (const subject of ['CN=kubelet', 'O=kube-apiserver', 'CN=kube-apiserver.evil', 'CN=a, CN=kube-apiserver']) {
    assert.deepEqual(await ask(harness, await issue(subject, authority)), WITHOUT_CERTIFICATE, subject)
  }
})

test('certificate and key are both needed if both are configured', async (t) => {
  const callers = { clientCertificate: { ca: authority.cert }, pathKeys: () => [KEY] }
  const harness = await startHarness(t, { callers, admit })
  assert.ok((await ask(harness, client, `/mutate/auto/${KEY}`)).patch)
  assert.deepEqual(await ask(harness, client), WITHOUT_KEY)
  assert.deepEqual(await ask(harness, {}, `/mutate/auto/${KEY}`), WITHOUT_CERTIFICATE)
})

test('a session that began without a certificate has none when it is resumed', async (t) => {
  const harness = await startHarness(t, { callers: { clientCertificate: { ca: authority.cert } }, admit })
  const request = `POST /mutate/auto HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${review().length}\r\n\r\n${review()}`
  const talk = async (pair: object, session?: Buffer) => {
    const socket: TLSSocket = connect({ port: harness.port, host: '127.0.0.1', ca: harness.ca, session, ...pair })
    let ticket: Buffer | undefined
    let text = ''
    socket.on('session', (one) => {
      ticket = one
    })
    socket.on('data', (chunk) => {
      text += chunk
    })
    await once(socket, 'secureConnect')
    const isReused = socket.isSessionReused()
    socket.write(request)
    await once(socket, 'close')
    return { ticket: ticket!, isReused, isPatched: text.includes('"patch"') }
  }
  const first = await talk({})
  const resumed = await talk({}, first.ticket)
  assert.deepEqual([resumed.isReused, resumed.isPatched], [true, false])
  const honest = await talk(client)
  assert.ok(honest.isPatched)
})
