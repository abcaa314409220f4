import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { HistoryError } from '../../src/history/index.ts'
import { type PrometheusOptions, prometheusHistory } from '../../src/prometheus/index.ts'
import { collect } from '../history/support.ts'
import { type Answer, DAY, dataFor, healthy, json, LAST_DAY, options, readDay, refuse, startStore } from './store.ts'

const ONE_DAY_OF_SAMPLES = DAY / 300

async function refuses(reading: Promise<unknown>, ...parts: RegExp[]): Promise<void> {
  await assert.rejects(reading, (error) => {
    assert.ok(error instanceof HistoryError, String(error))
    for (const part of parts) assert.match(error.message, part)
    return true
  })
}

/** Answers in order, and then with the last one. */
function inTurn(...answers: readonly Answer[]): Answer {
  let next = 0
  return (...request) => answers[Math.min(next++, answers.length - 1)]!(...request)
}

for (const [what, trouble] of [
  ['500', (_, response) => refuse(response, 500, 'oh no')],
  ['502 with a page', (_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway')],
  ['503', (_, response) => response.writeHead(503).end()],
  ['408', (_, response) => refuse(response, 408, 'you took too long')],
  ['429', (_, response) => refuse(response, 429, 'too many outstanding requests')],
  ['429 with a wait', (_, response) => refuse(response, 429, 'slow down', { 'retry-after': '0' })],
  ['422 for now', (_, response) => refuse(response, 422, 'too many concurrent queries')],
  ['a connection that breaks', (_, response) => response.destroy()],
  [
    'an answer that breaks off',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"status":', () => response.destroy())
    },
  ],
] as const satisfies readonly (readonly [string, Answer])[]) {
  test(`after ${what} it asks again, and gets everything`, async (t) => {
    const store = await startStore(t, inTurn(trouble, trouble, trouble, healthy))
    assert.equal((await readDay(store.url)).length, ONE_DAY_OF_SAMPLES)
    const [first] = store.requests
    for (const request of store.requests.slice(1, 4)) {
      assert.deepEqual({ ...request, headers: {} }, { ...first, headers: {} }, 'the same request again')
    }
  })
}

test('a server that stays down gets the configured number of requests, and no more', async (t) => {
  const store = await startStore(t, (_, response) => refuse(response, 500, 'oh no'))
  await refuses(readDay(store.url), /^Prometheus http:\/\/127\.0\.0\.1:\d+ answered 500: "oh no", repeatedly/)
  assert.equal(store.requests.length, 4)
})

test('a wait that is longer than the longest is not waited for', async (t) => {
  const store = await startStore(t, (_, response) => refuse(response, 429, 'slow down', { 'retry-after': '3600' }))
  await refuses(readDay(store.url), /answered 429: "slow down"/)
  assert.equal(store.requests.length, 1)
})

test('an address without a server gets a clear error', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const { port } = server.address() as { port: number }
  await new Promise((closed) => server.close(closed))
  await refuses(readDay(`http://127.0.0.1:${port}`), /does not answer: connect ECONNREFUSED.*Check the address/)
})

for (const [status, body, ...parts] of [
  [
    400,
    '{"status":"error","error":"parse error: unexpected end of input"}',
    /answered 400: "parse error.*refuses the query/,
  ],
  [401, 'Unauthorized', /answered 401\. It does not accept the credentials: check the bearer token/],
  [403, '{"status":"error","error":"no org id"}', /answered 403: "no org id"\. It refuses access/],
  [
    404,
    '404 page not found',
    /answered 404\. There is no Prometheus API at this address: check the path before \/api\/v1/,
  ],
  [405, '', /answered 405\. It refuses the query/],
  [422, '{"status":"error","error":"vector cannot contain metrics with the same labelset"}', /answered 422.*refuses/],
] as const) {
  test(`${status} is reported clearly, and not retried`, async (t) => {
    const store = await startStore(t, (_, response) => response.writeHead(status).end(body))
    await refuses(readDay(store.url), ...parts)
    assert.equal(store.requests.length, 1)
  })
}

test('a redirect is reported with its host, without the rest of the URL', async (t) => {
  const location = 'https://login.example/oauth?state=s3cret'
  const store = await startStore(t, (_, response) => response.writeHead(302, { location }).end())
  await refuses(
    readDay(store.url),
    /answered 302\. It redirects the request to https:\/\/login\.example: this may be a login page/,
  )
  await assert.rejects(readDay(store.url), (error: Error) => !error.message.includes('s3cret'))
  assert.equal(store.requests.length, 2)
})

for (const [what, type, body, ...parts] of [
  ['a web page', 'text/html', '<!doctype html><title>Log in</title>', /200\. That is a web page, not data/],
  ['text', 'text/plain', 'hello', /That is not an answer of the Prometheus API \(text\/plain\)/],
  ['broken JSON', 'application/json', '{"status":"success","data":', /That is not an answer of the Prometheus API/],
  ['other JSON', 'application/json', '{"ok":true}', /That is not an answer of the Prometheus API/],
  ['JSON that is no object', 'application/json', 'null', /That is not an answer/],
  ['nothing', 'application/json', '', /That is not an answer/],
  [
    'an error with 200',
    'application/json',
    '{"status":"error","error":"no such tenant"}',
    /200: "no such tenant"\. It could not/,
  ],
  ['no data', 'application/json', '{"status":"success"}', /another kind of data/],
  [
    'another kind of data',
    'application/json',
    '{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}',
    /another kind/,
  ],
  [
    'series without labels',
    'application/json',
    '{"status":"success","data":{"resultType":"matrix","result":[1]}}',
    /another kind/,
  ],
  ['deep nesting', 'application/json', `{"status":"success","data":${'['.repeat(200_000)}`, /That is not an answer/],
] as const) {
  test(`an answer that is ${what} gets a clear error, and is not asked for again`, async (t) => {
    const store = await startStore(t, (_, response) => response.writeHead(200, { 'content-type': type }).end(body))
    await refuses(readDay(store.url), ...parts)
    assert.equal(store.requests.length, 1)
  })
}

test('points that are not numbers are left out', async (t) => {
  const store = await startStore(t, (request, response) => {
    const data = dataFor(request) as { resultType: string; result: { values: unknown[] }[] }
    const [a, b, c] = [0, 300, 600].map((later) => request.start + later)
    const odd = [
      [a, 'NaN'],
      [a, '+Inf'],
      [a, ''],
      [a, 5],
      ['x', '1'],
      null,
      [],
      {},
      [a, '7'],
      [a, '8'],
      [b, '-1'],
      [c, '2'],
    ]
    for (const series of data.result) series.values = odd
    if (request.query.startsWith('count')) return healthy(request, response, undefined as never)
    json(response, { status: 'success', data })
  })
  const samples = await readDay(store.url)
  assert.deepEqual(
    samples.map(({ cpuCores, memoryBytes }) => [cpuCores, memoryBytes]),
    [
      [7, 7],
      [2, 2],
    ],
  )
})

/** Whether a query is too much depends on its time range, as in a real store. */
const atMost =
  (seconds: number, tooMuch: Answer): Answer =>
  (request, response, incoming) => {
    const tooLong = request.path.endsWith('query_range') && request.end - request.start > seconds
    ;(tooLong && request.step === 300 ? tooMuch : healthy)(request, response, incoming)
  }

for (const [what, more, tooMuch] of [
  [
    'too many samples (Prometheus)',
    {},
    (_, response) =>
      refuse(response, 422, 'query processing would load too many samples into memory in query execution'),
  ],
  [
    'a query that timed out (Prometheus)',
    {},
    (_, response) => refuse(response, 503, 'query timed out in expression evaluation'),
  ],
  [
    'too many points (Prometheus)',
    {},
    (_, response) => refuse(response, 400, 'exceeded maximum resolution of 11,000 points per timeseries.'),
  ],
  [
    'a limit (Mimir)',
    {},
    (_, response) => refuse(response, 422, 'the query exceeded the maximum number of chunks (limit: 2000000 chunks)'),
  ],
  [
    'a limit (VictoriaMetrics)',
    {},
    (_, response) => refuse(response, 422, 'cannot select more than -search.maxSamplesPerQuery=1000000000 samples'),
  ],
  ['a gateway that waits no longer', {}, (_, response) => response.writeHead(504).end()],
  ['an answer too large for us', { maxAnswerBytes: 4_000 }, healthy],
  ['no answer in time', { timeoutMilliseconds: 500 }, () => {}],
  [
    'an answer that never ends',
    { maxAnswerBytes: 100_000 },
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = () => {
        while (response.write(' '.repeat(10_000)));
        response.once('drain', more)
      }
      more()
    },
  ],
  [
    'a small answer that unpacks to a huge one',
    { maxAnswerBytes: 100_000 },
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      response.end(gzipSync(Buffer.alloc(50_000_000, ' ')))
    },
  ],
] as const satisfies readonly (readonly [string, Partial<PrometheusOptions>, Answer])[]) {
  test(`after ${what} it asks for less, and gets each sample once`, async (t) => {
    const store = await startStore(t, atMost(3 * 3600, tooMuch))
    const samples = await readDay(store.url, more)
    const times = samples.map(({ timestampSeconds }) => timestampSeconds)
    assert.equal(times.length, ONE_DAY_OF_SAMPLES)
    assert.equal(new Set(times).size, ONE_DAY_OF_SAMPLES)
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
  })
}

test('a query that is too much even for the shortest range gets a clear error', async (t) => {
  const store = await startStore(
    t,
    atMost(0, (_, response) => refuse(response, 422, 'the limit on series is exceeded')),
  )
  await refuses(readDay(store.url), /"the limit on series is exceeded", and querying less than .* raise that limit/)
  assert.ok(store.requests.length < 40, `${store.requests.length} requests`)
})

test('a server that does not answer is given up', async (t) => {
  const store = await startStore(t, () => {})
  await refuses(readDay(store.url, { timeoutMilliseconds: 20 }), /does not answer completely within 0.02 s/)
  assert.ok(store.requests.length < 15, `${store.requests.length} requests`)
})

test('a store without containers gets an error that says what to check', async (t) => {
  const store = await startStore(t, (request, response) =>
    json(response, { status: 'success', data: { ...(dataFor(request) as object), result: null } }),
  )
  await refuses(readDay(store.url), /has no container_memory_working_set_bytes of containers.*check that it scrapes/)
})

test('it stops with its signal: while it waits for an answer, and between two attempts', async (t: TestContext) => {
  const waits = { attempts: 9, baseMilliseconds: 1e9, longestMilliseconds: 1e9 }
  for (const answer of [() => {}, (_, response) => refuse(response, 500, 'oh no')] as readonly Answer[]) {
    const stop = new AbortController()
    const store = await startStore(t, (...request) => {
      answer(...request)
      setImmediate(() => stop.abort(new Error('enough')))
    })
    const source = prometheusHistory(options(store.url, { retry: waits }))
    await assert.rejects(collect(source, { ...LAST_DAY, signal: stop.signal }), /^Error: enough$/)
    assert.equal(store.requests.length, 1)
  }
})

test('messages of a server are shown without terminal control characters', async (t) => {
  const store = await startStore(t, (_, response) => refuse(response, 400, `bad\u001b[2J\u202e ${'x'.repeat(5_000)}`))
  await assert.rejects(readDay(store.url), (error: Error) => {
    assert.match(error.message, /"bad\\u001b\[2J\? x+…"/)
    return error.message.length < 600
  })
})
