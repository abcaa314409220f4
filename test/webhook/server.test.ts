import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import supertest from 'supertest'
import { createMetrics } from '../../src/telemetry/index.ts'
import { type AdmissionRequest, allowed, patched } from '../../src/webhook/review.ts'
import { capturedNames, capturedReview, connectRaw, eventually, review, startHarness } from './harness.ts'

const operations = [{ op: 'add', path: '/spec/containers/0/resources', value: {} }] as const

test('a Pod is decided on by the mode of its path, and the answer is what was decided', async (t) => {
  const seen: [AdmissionRequest, string][] = []
  const { post } = await startHarness(t, {
    admit: (request, mode) => {
      seen.push([request, mode])
      return patched(request, operations, { reasons: ['Applied'] })
    },
  })
  for (const mode of ['auto', 'approve']) {
    const { status, headers, json } = await post(`/mutate/${mode}?timeout=10s`, review({ uid: `for-${mode}` }))
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(json.kind, 'AdmissionReview')
    assert.equal(json.apiVersion, 'admission.k8s.io/v1')
    assert.equal(json.response.uid, `for-${mode}`)
    assert.equal(json.response.allowed, true)
    assert.equal(json.response.patchType, 'JSONPatch')
    assert.deepEqual(JSON.parse(Buffer.from(json.response.patch, 'base64').toString()), operations)
    assert.deepEqual(json.response.auditAnnotations, { reasons: 'Applied' })
  }
  assert.deepEqual(
    seen.map(([request, mode]) => [request.uid, request.namespace, mode]),
    [
      ['for-auto', 'shop', 'auto'],
      ['for-approve', 'shop', 'approve'],
    ],
  )
  assert.deepEqual(seen[0]![0].object, JSON.parse(review()).request.object)
})

test('what a real kube-apiserver sent is allowed, and only creations of Pods are decided on', async (t) => {
  const decided: string[] = []
  const { post } = await startHarness(t, {
    admit: (request) => {
      decided.push(request.uid)
      return allowed(request, { reasons: ['NoRecommendation'] })
    },
  })
  const expected: string[] = []
  for (const name of capturedNames()) {
    const text = capturedReview(name)
    const { uid } = JSON.parse(text).request
    if (!['not-a-pod', 'pod-update'].includes(name)) expected.push(uid)
    const { status, json } = await post('/mutate/auto', text)
    assert.deepEqual([status, json.response.uid, json.response.allowed], [200, uid, true], name)
  }
  assert.deepEqual(decided, expected)
})

test('a review of anything else is allowed untouched, with the reason', async (t) => {
  const { post, metric } = await startHarness(t, {
    admit: () => assert.fail('there is no Pod to decide on'),
  })
  const cases = {
    NotAPod: review({ kind: { group: 'apps', version: 'v1', kind: 'Deployment' } }),
    NotACreation: review({ operation: 'UPDATE' }),
    ObjectMissing: review({ object: null }),
  }
  for (const [reasons, body] of Object.entries(cases)) {
    const { status, json } = await post('/mutate/auto', body)
    assert.equal(status, 200)
    assert.deepEqual(json.response, { uid: JSON.parse(body).request.uid, allowed: true, auditAnnotations: { reasons } })
    assert.equal(await metric(`plimsoll_admission_reasons_total{code="${reasons}"}`), 1)
  }
  assert.equal(await metric('plimsoll_admission_requests_total{mode="auto",outcome="skipped"}'), 3)
})

test('when deciding throws, the Pod is allowed untouched: with an audit annotation, a metric and a log line', async (t) => {
  const { post, metric, logs } = await startHarness(t, {
    admit: () => {
      throw new TypeError('a bug')
    },
  })
  const { status, json } = await post('/mutate/approve', review())
  assert.equal(status, 200)
  assert.deepEqual(json.response, {
    uid: JSON.parse(review()).request.uid,
    allowed: true,
    auditAnnotations: { error: 'InternalError' },
  })
  assert.equal(await metric('plimsoll_admission_fail_open_total{reason="InternalError"}'), 1)
  assert.equal(await metric('plimsoll_admission_requests_total{mode="approve",outcome="failed_open"}'), 1)
  const line = logs.find(({ level }) => level === 'error')
  assert.equal((line?.error as { message?: string } | undefined)?.message, 'a bug')
  assert.deepEqual(
    [line?.msg, line?.mode, line?.uid, line?.namespace],
    ['a Pod was allowed untouched', 'approve', JSON.parse(review()).request.uid, 'shop'],
  )
})

test('a Pod that nests deep enough to break the decision is allowed untouched', async (t) => {
  const clone = (value: unknown): unknown => (Array.isArray(value) ? value.map(clone) : value)
  const { post } = await startHarness(t, {
    admit: (request) => {
      clone((request.object as { deep: unknown }).deep)
      return allowed(request, { reasons: [] })
    },
  })
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const { status, json } = await post(
    '/mutate/auto',
    review({ object: { deep: 0 } }).replace('"deep":0', `"deep":${deep}`),
  )
  assert.equal(status, 200)
  assert.deepEqual(json.response.auditAnnotations, { error: 'InternalError' })
})

test('a review nested a hundred thousand levels deep is allowed untouched without being parsed', async (t) => {
  const { post, metric } = await startHarness(t, { admit: () => assert.fail('not to be decided on') })
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
  const { status, json } = await post('/mutate/auto', review({ object: 0 }).replace('"object":0', `"object":${deep}`))
  assert.equal(status, 200)
  assert.deepEqual(json.response, {
    uid: JSON.parse(review()).request.uid,
    allowed: true,
    auditAnnotations: { error: 'TooDeep' },
  })
  assert.equal(await metric('plimsoll_admission_fail_open_total{reason="TooDeep"}'), 1)
})

test('each thing that is not a review gets a status, a code and a sentence', async (t) => {
  const { post, metric } = await startHarness(t)
  const cases: [code: string, status: number, body: string | Buffer, headers?: Record<string, string>][] = [
    ['BodyEmpty', 400, ''],
    ['NotUtf8', 400, Buffer.from([0xc3, 0x28])],
    ['NotJson', 400, review().slice(0, -2)],
    ['NotAReview', 400, '[]'],
    ['NotAReview', 400, '{"kind":"Pod","apiVersion":"v1"}'],
    ['TooDeep', 400, '['.repeat(100_000)],
    ['UnsupportedVersion', 400, review().replace('k8s.io/v1', 'k8s.io/v1beta1')],
    ['RequestMissing', 400, '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":[]}'],
    ['UidMissing', 400, review({ uid: undefined })],
    ['RequestMalformed', 400, review({ kind: 'Pod' })],
    ['UnsupportedMediaType', 415, review(), { 'content-type': 'text/plain' }],
    ['UnsupportedMediaType', 415, review(), { 'content-type': 'application/json; charset=utf-16' }],
    ['UnsupportedMediaType', 415, review(), { 'content-type': 'application/yaml' }],
    ['UnsupportedMediaType', 415, review(), { 'content-type': 'application/jsonp' }],
    ['UnsupportedMediaType', 415, review(), { 'content-type': 'text/application/json' }],
    ['UnsupportedMediaType', 415, review(), { 'content-type': 'application/json charset=utf-8' }],
    ['UnsupportedMediaType', 415, review(), { 'content-type': 'application/json; charset=utf-8; version=1' }],
    ['UnsupportedMediaType', 415, review(), { 'content-type': 'application/json; charset=utf-8x' }],
    ['UnsupportedMediaType', 415, review(), { 'content-type': '' }],
    ['CompressedBody', 415, gzipSync(review()), { 'content-encoding': 'gzip' }],
    ['CompressedBody', 415, review(), { 'content-encoding': 'br' }],
  ]
  for (const [code, expected, body, headers] of cases) {
    const { status, json } = await post('/mutate/auto', body, headers)
    assert.deepEqual([status, json.reason, json.code, json.kind], [expected, code, expected, 'Status'], code)
    assert.match(json.message, /^Plimsoll: .+\. .+\.$/)
  }
  assert.equal(await metric('plimsoll_admission_requests_total{mode="auto",outcome="refused"}'), cases.length)
  assert.equal(await metric('plimsoll_admission_reasons_total{code="NotAReview"}'), 2)
  assert.equal((await post('/mutate/auto', review())).status, 200)
})

test('JSON in UTF-8 is taken however that is spelt', async (t) => {
  const { post } = await startHarness(t)
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
    'application/json  ;  charset=utf-8 ',
  ]) {
    assert.equal((await post('/mutate/auto', review(), { 'content-type': type })).status, 200, type)
  }
  for (const encoding of ['identity', 'Identity']) {
    assert.equal((await post('/mutate/auto', review(), { 'content-encoding': encoding })).status, 200, encoding)
  }
})

test('a body of no declared type is refused', async (t) => {
  const connection = await connectRaw(await startHarness(t))
  connection.socket.end('POST /mutate/auto HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}')
  assert.match(await connection.closed, /^HTTP\/1\.1 415 .*"reason":"UnsupportedMediaType"/s)
})

test('every failure after which Pods are allowed is counted from 0, so that the first one shows as an increase', async (t) => {
  const { opsUrl, post } = await startHarness(t)
  await post('/mutate/auto', review())
  const text = await (await fetch(`${opsUrl}/metrics`)).text()
  assert.deepEqual(
    text.split('\n').filter((line) => line.startsWith('plimsoll_admission_fail_open_total')),
    ['InternalError', 'Overloaded', 'BodyTooLarge', 'TooDeep'].map(
      (reason) => `plimsoll_admission_fail_open_total{reason="${reason}"} 0`,
    ),
  )
})

test('a decision that cannot be sent is answered as an error of ours, and logged', async (t) => {
  const { post, logs, metric } = await startHarness(t, {
    admit: ({ uid }) => ({ uid, allowed: true, auditAnnotations: {}, patch: 1n as never }),
  })
  const { status, json } = await post('/mutate/approve', review())
  assert.deepEqual([status, json.reason], [500, 'InternalError'])
  const errors = logs.filter(({ level }) => level === 'error')
  assert.deepEqual(
    errors.map(({ msg, mode, error }) => [msg, mode, (error as Error).message]),
    [['an admission request failed', 'approve', 'Do not know how to serialize a BigInt']],
  )
  assert.equal(await metric('plimsoll_admission_requests_total{mode="approve",outcome="refused"}'), 1)
  assert.equal(await metric('plimsoll_admission_reasons_total{code="InternalError"}'), 1)
})

test('a refusal is no error of ours: nothing is logged', async (t) => {
  const { post, logs } = await startHarness(t)
  await post('/mutate/auto', 'nonsense')
  assert.ok(!logs.some(({ level }) => level === 'error'))
})

test('a failure after the answer costs the connection, is logged, and the server lives on', async (t) => {
  const metrics = createMetrics()
  const harness = await startHarness(t, { metrics })
  const { countRequest } = metrics
  metrics.countRequest = () => {
    throw new Error('a bug')
  }
  const connection = await connectRaw(harness)
  const head = 'POST /mutate/auto HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n'
  connection.socket.write(`${head}{}`)
  await connection.closed
  metrics.countRequest = countRequest
  const errors = harness.logs.filter(({ level }) => level === 'error')
  assert.deepEqual(
    errors.map(({ msg, error }) => [msg, (error as Error).message]),
    [['a request failed', 'a bug']],
  )
  assert.equal((await harness.post('/mutate/auto', review())).status, 200)
})

test('other paths and other methods are refused, and the answer says what is served', async (t) => {
  const { url, ca } = await startHarness(t)
  const client = supertest(url)
  for (const path of [
    '/',
    '/mutate',
    '/mutate/',
    '/mutate/auto/',
    '/mutate/AUTO',
    '/mutate/other',
    '/%E0',
    '/readyz',
  ]) {
    const { status, body } = await client.post(path).ca(ca).type('json').send(review())
    assert.deepEqual([status, body.reason], [404, 'NotFound'], path)
  }
  for (const method of ['get', 'put', 'patch', 'delete', 'options'] as const) {
    const { status, body, headers } = await client[method]('/mutate/auto').ca(ca)
    assert.deepEqual([status, body.reason, headers.allow], [405, 'MethodNotAllowed', 'POST'], method)
  }
  assert.equal((await client.head('/mutate/auto').ca(ca)).status, 405)
})

test('answers carry no header that tells about the server or invites caching', async (t) => {
  const { post } = await startHarness(t)
  for (const path of ['/mutate/auto', '/elsewhere']) {
    const { headers } = await post(path, review())
    assert.deepEqual(Object.keys(headers).sort(), [
      'connection',
      'content-length',
      'content-type',
      'date',
      'keep-alive',
    ])
    assert.equal(headers['keep-alive'], 'timeout=120')
  }
})

test('a Pod of almost 4 MiB is decided on; a larger one is allowed untouched', async (t) => {
  const { post, metric } = await startHarness(t)
  const limit = 4 * 1024 * 1024
  const ofSize = (bytes: number) => {
    const padding = bytes - review({ object: { padding: '' } }).length
    return review({ object: { padding: 'x'.repeat(padding) } })
  }
  const exact = await post('/mutate/auto', ofSize(limit))
  assert.deepEqual(exact.json.response.auditAnnotations, { reasons: 'NoRecommendation' })
  const over = await post('/mutate/auto', ofSize(limit + 1))
  assert.deepEqual([over.status, over.json.response.allowed], [200, true])
  assert.deepEqual(over.json.response.auditAnnotations, { error: 'BodyTooLarge' })
  assert.equal(await metric('plimsoll_admission_fail_open_total{reason="BodyTooLarge"}'), 1)
})

test('a body over 4 MiB that is not a review gets its answer, announced or in chunks, and the connection stays open', async (t) => {
  const { post } = await startHarness(t)
  const huge = Buffer.alloc(6 * 1024 * 1024, 'x')
  for (const headers of [{ 'content-length': String(huge.length) }, { 'transfer-encoding': 'chunked' }]) {
    const { status, json } = await post('/mutate/auto', huge, headers)
    assert.deepEqual([status, json.reason], [413, 'BodyTooLarge'])
  }
  assert.equal((await post('/mutate/auto', review())).status, 200)
})

test('the time that each request took is counted, refused ones included', async (t) => {
  const { post, metric } = await startHarness(t)
  const startedAt = performance.now()
  await post('/mutate/auto', review())
  await post('/mutate/auto', '{}')
  await eventually(async () => assert.equal(await metric('plimsoll_admission_duration_seconds_count'), 2))
  const seconds = await metric('plimsoll_admission_duration_seconds_sum')
  assert.ok(seconds > 0 && seconds < (performance.now() - startedAt) / 1_000, `${seconds} s`)
})

test('what came of a Pod is logged for those who look: which it was and why', async (t) => {
  const { post, logs } = await startHarness(t)
  await post('/mutate/approve', review({ uid: 'one' }))
  const { msg, level, mode, uid, namespace, reasons } = logs.find((line) => line.uid === 'one')!
  assert.deepEqual([msg, level, mode, uid], ['answered', 'debug', 'approve', 'one'])
  assert.deepEqual([namespace, reasons], ['shop', ['NoRecommendation']])
})

test('nothing of a Pod is logged: no values, no user', async (t) => {
  const { post, logs } = await startHarness(t)
  const env = [{ name: 'PASSWORD', value: 'hunter2' }]
  const object = { spec: { containers: [{ name: 'app', env }] } }
  await post('/mutate/auto', review({ object, userInfo: { username: 'jane@example.com' } }))
  await post('/mutate/auto', review({ object }).slice(0, -1))
  const text = JSON.stringify(logs)
  assert.match(text, /answered/)
  assert.doesNotMatch(text, /hunter2|PASSWORD|jane/)
})
