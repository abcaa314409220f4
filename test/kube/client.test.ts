import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { KubeClient, KubeError, type ResourceType, TokenBucket } from '../../src/kube/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { type Call, failure, startServer, table, unlimited } from './fake-server.ts'

const PODS: ResourceType = { apiVersion: 'v1', kind: 'Pod', plural: 'pods' }
const LEASES: ResourceType = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' }
const POD = { namespace: 'shop', name: 'web-0' }
const object = { metadata: POD, spec: { replicas: 1 } }

const caught = async (promise: Promise<unknown>): Promise<KubeError> => {
  const error = await promise.then(
    () => assert.fail('it should have failed'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof KubeError, String(error))
  assert.doesNotMatch(`${error.message} ${JSON.stringify(error)}`, /the-secret/)
  return error
}

test('each request uses the path of the API, JSON, and a User-Agent', async (context) => {
  const { client, calls } = await startServer(context, (call) => call.reply(200, object))
  await client.get(PODS, POD)
  await client.get({ apiVersion: 'v1', kind: 'Node', plural: 'nodes' }, { name: 'node 1' })
  await client.create(LEASES, object, { dryRun: true })
  await client.update(LEASES, object)
  await client.apply(LEASES, object, { force: true, subresource: 'status', dryRun: true })
  await client.apply(LEASES, object)
  await client.delete(LEASES, { ...POD, uid: 'u1' }, { dryRun: true })
  const lease = '/apis/coordination.k8s.io/v1/namespaces/shop/leases'
  assert.deepEqual(
    calls.map(({ method, path, query, headers }) => [method, path, query.toString(), headers['content-type']]),
    [
      ['GET', '/api/v1/namespaces/shop/pods/web-0', '', undefined],
      ['GET', '/api/v1/nodes/node%201', '', undefined],
      ['POST', lease, 'fieldManager=plimsoll&dryRun=All', 'application/json'],
      ['PUT', `${lease}/web-0`, 'fieldManager=plimsoll', 'application/json'],
      ['PATCH', `${lease}/web-0/status`, 'fieldManager=plimsoll&force=true&dryRun=All', 'application/apply-patch+yaml'],
      ['PATCH', `${lease}/web-0`, 'fieldManager=plimsoll', 'application/apply-patch+yaml'],
      ['DELETE', `${lease}/web-0`, 'dryRun=All', 'application/json'],
    ],
  )
  for (const { headers } of calls) {
    assert.equal(headers['user-agent'], 'plimsoll/1.2.3')
    assert.equal(headers.authorization, 'Bearer the-secret')
    assert.equal(headers.accept, 'application/json')
  }
  assert.deepEqual(JSON.parse(calls[2]!.body), { ...object, apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' })
  assert.deepEqual(JSON.parse(calls[6]!.body), { preconditions: { uid: 'u1' } })
})

test('a merge patch has its content type; a deletion without a uid has no preconditions; text is returned unchanged', async (context) => {
  const { client, calls } = await startServer(context, (call) =>
    call.path === '/metrics' ? call.response.end('up 1\n') : call.reply(200, object),
  )
  const patch = { metadata: { annotations: { a: null } } }
  await client.mergePatch(PODS, POD, patch)
  await client.mergePatch(PODS, POD, patch, { fieldManager: 'somebody', dryRun: true })
  await client.delete(PODS, POD)
  assert.equal(await client.text('/metrics'), 'up 1\n')
  const pod = '/api/v1/namespaces/shop/pods/web-0'
  assert.deepEqual(
    calls.map(({ method, path, query, headers, body }) => [
      `${method} ${path} ${query}`.trim(),
      headers['content-type'],
      body && JSON.parse(body),
    ]),
    [
      [`PATCH ${pod} fieldManager=plimsoll`, 'application/merge-patch+json', patch],
      [`PATCH ${pod} fieldManager=somebody&dryRun=All`, 'application/merge-patch+json', patch],
      [`DELETE ${pod}`, 'application/json', {}],
      ['GET /metrics', undefined, ''],
    ],
  )
})

test('a list requests 500 objects a page by default, and passes on selectors', async (context) => {
  const { client, calls } = await startServer(context, (call) =>
    call.reply(200, { metadata: { resourceVersion: '1' }, items: [] }),
  )
  await client.list(PODS).next()
  await client.list(PODS, { namespace: 'shop', labelSelector: 'a=b', fieldSelector: 'c=d', pageSize: 7 }).next()
  assert.deepEqual(
    calls.map(({ path, query }) => [path, Object.fromEntries(query)]),
    [
      ['/api/v1/pods', { limit: '500' }],
      ['/api/v1/namespaces/shop/pods', { limit: '7', labelSelector: 'a=b', fieldSelector: 'c=d' }],
    ],
  )
})

test('an object without a name is not written', async (context) => {
  const { client, calls } = await startServer(context, (call) => call.reply(200, object))
  for (const write of [client.update(PODS, { metadata: {} }), client.apply(PODS, { metadata: { name: '' } })])
    await assert.rejects(write, /metadata\.name is missing: an object can be written only under a name/)
  assert.equal(calls.length, 0)
})

test('an error contains the requested wait of the server, and its causes', async (context) => {
  const causes = [{ reason: 'ResourceVersionTooLarge' }, {}]
  const cases: [details: object | undefined, header: string | undefined, milliseconds: number | undefined][] = [
    [undefined, '3', 3_000],
    [{ retryAfterSeconds: 2 }, undefined, 2_000],
    [{ retryAfterSeconds: 2 }, '3', 3_000],
    [{ retryAfterSeconds: 0 }, undefined, undefined],
    [undefined, 'Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    [undefined, undefined, undefined],
  ]
  for (const [details, header, expected] of cases) {
    const { client } = await startServer(context, (call) =>
      call.reply(429, failure(429, 'TooManyRequests', 'slow down.', { ...details, causes }), {
        ...(header && { 'retry-after': header }),
      }),
    )
    const error = await caught(client.get(PODS, POD))
    assert.deepEqual([error.name, error.status, error.reason], ['KubeError', 429, 'TooManyRequests'])
    assert.equal(error.retryAfterMilliseconds, expected, JSON.stringify([details, header]))
    assert.deepEqual(error.causes, ['ResourceVersionTooLarge', 'undefined'])
    assert.match(error.message, /: 429 TooManyRequests: slow down\. The API server is shedding load: see/)
  }
})

test('an error of the API server without reason or message contains its status', async (context) => {
  for (const [body, expected] of [
    [{ kind: 'Status' }, /: 418 HTTP418: \{"kind":"Status"\}$/],
    [{ kind: 'Pod', reason: 'NotTheirs' }, /: 418 HTTP418: \{"kind":"Pod","reason":"NotTheirs"\}$/],
    // Fields of other types than in the API.
    [{ kind: 'Status', reason: { toString: 1 }, message: [], details: { causes: {} } }, /: 418 HTTP418: \{"kind":/],
    [{ kind: 'Status', details: { name: {}, causes: [null, { reason: {} }] } }, /: 418 HTTP418: \{"kind":/],
  ] as const) {
    const { client } = await startServer(context, (call) => call.reply(418, body))
    assert.match((await caught(client.get(PODS, POD))).message, expected)
  }
  const { client } = await startServer(context, ({ response }) => response.writeHead(418).end())
  const error = await caught(client.get(PODS, POD))
  assert.match(error.message, /: 418 HTTP418: \(no message\)$/)
  assert.deepEqual([error.causes, error.retryAfterMilliseconds], [[], undefined])
})

test('a name that would lead elsewhere is refused before a request', async (context) => {
  const { client, calls } = await startServer(context, (call) => call.reply(200, {}))
  for (const name of ['..', '.', '', '../../nodes', 'a/b', '%2e%2e']) {
    await assert.rejects(client.get(PODS, { namespace: 'shop', name }), /cannot be part of an API path/)
    await assert.rejects(client.get(PODS, { namespace: name, name: 'web-0' }), /cannot be part of an API path/)
  }
  assert.equal(calls.length, 0)
})

test('an error contains the request, the answer and what to do', async (context) => {
  const { client, port } = await startServer(context, (call) =>
    call.reply(403, failure(403, 'Forbidden', 'leases "web-0" is forbidden: User "u" cannot patch')),
  )
  const error = await caught(client.apply(LEASES, object))
  assert.equal(
    error.message,
    `PATCH /apis/coordination.k8s.io/v1/namespaces/shop/leases/web-0?fieldManager=plimsoll at http://127.0.0.1:${port}: ` +
      '403 Forbidden: leases "web-0" is forbidden: User "u" cannot patch. ' +
      'Grant this right to the account: the chart has the rules that Plimsoll needs.',
  )
  assert.deepEqual([error.status, error.reason], [403, 'Forbidden'])
})

test('an answer that is not a Status, such as one from a proxy, is quoted, but not completely', async (context) => {
  const { client } = await startServer(context, ({ response }) =>
    response.writeHead(502).end(`<html>${'x'.repeat(50_000)}`),
  )
  const error = await caught(client.get(PODS, POD))
  assert.match(error.message, /502 HTTP502: <html>xxx/)
  assert.ok(error.message.length < 1_100)
})

test('an address without a server is Unreachable', async () => {
  const credentials = { server: 'http://127.0.0.1:1', namespace: 'x', access: async () => ({}), forget: () => {} }
  const error = await caught(new KubeClient({ credentials, version: '1' }).get(PODS, POD))
  assert.equal(error.reason, 'Unreachable')
  assert.match(error.message, /ECONNREFUSED.*Check that the API server runs/)
})

test('missing credentials are a separate error', async (context) => {
  const { credentials } = await startServer(context, (call) => call.reply(200, {}))
  const access = () => Promise.reject(new Error('aws: command not found'))
  const error = await caught(new KubeClient({ credentials: { ...credentials, access }, version: '1' }).get(PODS, POD))
  assert.equal(error.reason, 'NoCredentials')
  assert.match(error.message, /no credentials: aws: command not found.*kubectl auth whoami/)
})

test('a request ends at its time limit, at each point where it can hang', async (context) => {
  const places: ((call: Call) => void)[] = [
    () => {},
    ({ response }) => response.writeHead(200).flushHeaders(),
    ({ response }) => void response.writeHead(200).write('{"metadata":'),
    ({ response }) => response.writeHead(500).flushHeaders(),
  ]
  for (const hang of places) {
    const { client } = await startServer(context, hang)
    const error = await caught(client.get(PODS, POD, { timeoutMilliseconds: 50 }))
    assert.equal(error.reason, 'TimedOut')
    assert.match(error.message, /no answer within 0.05 s/)
  }
  const { credentials } = await startServer(context, () => {})
  const access = () => new Promise<never>(() => {})
  const waiting = new KubeClient({ credentials: { ...credentials, access }, version: '1' })
  assert.equal((await caught(waiting.get(PODS, POD, { timeoutMilliseconds: 50 }))).reason, 'TimedOut')
})

test('a request ends when its signal aborts, with the reason of the signal', async (context) => {
  const stop = new AbortController()
  const { client } = await startServer(context, () => stop.abort(new Error('we are leaving')))
  await assert.rejects(client.get(PODS, POD, { signal: stop.signal }), /^Error: we are leaving$/)
  await assert.rejects(client.apply(PODS, object, { signal: stop.signal }), /^Error: we are leaving$/)
  await assert.rejects(
    client.watch(PODS, { resourceVersion: '1', lifeSeconds: 1, signal: stop.signal }).next(),
    /^Error: we are leaving$/,
  )
})

test('an answer larger than 64 MiB is not kept, nor an event larger than 16 MiB', async (context) => {
  const megabyte = Buffer.alloc(1024 * 1024, 'x')
  let sent = 0
  const { client } = await startServer(context, ({ response }) => {
    response.writeHead(200)
    const more = () => {
      while (!response.destroyed && sent++ < 500) if (!response.write(megabyte)) return response.once('drain', more)
    }
    more()
  })
  const answer = await caught(client.get(PODS, POD))
  assert.equal(answer.reason, 'TooLarge')
  assert.ok(sent < 100)
  sent = 0
  const event = await caught(client.watch(PODS, { resourceVersion: '1', lifeSeconds: 1 }).next())
  assert.equal(event.reason, 'TooLarge')
  assert.ok(sent < 50)
})

test('an answer may be compressed, but a watch may not', async (context) => {
  const { client, calls } = await startServer(context, (call) => {
    if (call.query.has('watch')) call.sendRaw('')
    else call.response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(object)))
    if (call.query.has('watch')) call.response.end()
  })
  assert.deepEqual(await client.get(PODS, POD), object)
  await client.watch(PODS, { resourceVersion: '1', lifeSeconds: 1 }).next()
  assert.deepEqual(
    calls.map(({ headers }) => headers['accept-encoding']),
    ['gzip', undefined],
  )
})

test('a compressed answer is bounded by its unpacked size, and a broken or incomplete one is an error', async (context) => {
  const answerWith = async (body: Buffer) => {
    const { client } = await startServer(context, ({ response }) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body),
    )
    return await caught(client.get(PODS, POD))
  }
  const whole = gzipSync(JSON.stringify(object))
  assert.equal((await answerWith(gzipSync(Buffer.alloc(65 * 1024 * 1024)))).reason, 'TooLarge')
  assert.match((await answerWith(whole.subarray(0, -10))).message, /GET \/api\/v1\/.*unexpected end of file/)
  assert.match((await answerWith(Buffer.from('{"kind":"Pod"}'))).message, /GET \/api\/v1\/.*incorrect header check/)
})

test('answers that are not objects are Malformed, and quoted only partially', async (context) => {
  for (const body of ['', 'null', '5', '"text"', '{"metadata":', `<html>${'y'.repeat(1000)}`]) {
    const { client } = await startServer(context, ({ response }) => response.end(body))
    const error = await caught(client.get(PODS, POD))
    assert.equal(error.reason, 'Malformed', body)
    assert.ok(error.message.length < 400)
  }
  for (const body of [{}, { metadata: { resourceVersion: '1' }, items: {} }]) {
    const { client } = await startServer(context, (call) => call.reply(200, body))
    assert.equal((await caught(client.list(PODS).next())).reason, 'Malformed')
  }
})

test('a list is read page by page, and no page after the last wanted one', async (context) => {
  const { client, calls } = await startServer(context, (call) => {
    const page = Number(call.query.get('continue') ?? 1)
    const more = page < 4 ? { continue: String(page + 1) } : {}
    call.reply(200, { metadata: { resourceVersion: '1', ...more }, items: [object] })
  })
  const pages = client.list(PODS)
  await pages.next()
  await pages.return(undefined)
  let read = 0
  for await (const { items } of client.list(PODS)) read += items.length
  assert.equal(read, 4)
  assert.deepEqual(
    calls.map(({ query }) => query.get('continue')),
    [null, null, '2', '3', '4'],
  )
})

const definitions = [{ name: 'Status' }, { name: 'Name', format: 'name' }, { name: 'Node' }, { name: 'Namespace' }]
const COLUMNS = ['Node', 'Status', 'Namespace']
const row = (name: string, Node: string | null, Status: string) => ({
  metadata: { namespace: 'shop', name },
  cells: { Node, Status, Namespace: 'shop' },
})

test('a list of columns requests a Table without objects, and returns rows by column', async (context) => {
  const rows = [
    ['Running', 'web-0', 'node-1', 'shop'],
    ['Pending', 'web-1', null, 'shop'],
  ]
  const { client, calls } = await startServer(context, (call) => call.reply(200, table('7', definitions, ...rows)))
  assert.deepEqual((await client.list(PODS, { columns: COLUMNS }).next()).value, {
    items: [row('web-0', 'node-1', 'Running'), row('web-1', null, 'Pending')],
    resourceVersion: '7',
  })
  await client.list(PODS).next()
  const [asTable, whole] = calls as [Call, Call]
  assert.equal(asTable.query.get('includeObject'), 'None')
  assert.equal(asTable.headers.accept, 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json')
  assert.equal(whole.query.get('includeObject'), null)
  assert.equal(whole.headers.accept, 'application/json')
})

test('a watch of columns also returns rows, of which only the first event names the columns, even a bookmark', async (context) => {
  const { client } = await startServer(context, (call) => {
    call.send(
      { type: 'BOOKMARK', object: table('7', definitions, [null, '', null, null]) },
      { type: 'MODIFIED', object: table('7', null, ['Running', 'web-0', 'node-1', 'shop']) },
      { type: 'DELETED', object: table('7', null, ['Pending', 'web-1', null, 'shop']) },
    )
    call.response.end()
  })
  const seen = []
  for await (const event of client.watch(PODS, { resourceVersion: '6', lifeSeconds: 9, columns: COLUMNS })) {
    if (event.type !== 'BOOKMARK') seen.push(event)
  }
  assert.deepEqual(seen, [
    { type: 'MODIFIED', object: row('web-0', 'node-1', 'Running'), resourceVersion: '7' },
    { type: 'DELETED', object: row('web-1', null, 'Pending'), resourceVersion: '7' },
  ])
})

test('a server without Tables returns whole objects', async (context) => {
  const { client } = await startServer(context, (call) => {
    if (!call.query.has('watch')) return call.reply(200, { metadata: { resourceVersion: '7' }, items: [object] })
    call.send({ type: 'ADDED', object: { ...object, metadata: { ...POD, resourceVersion: '8' } } })
    call.response.end()
  })
  assert.deepEqual((await client.list(PODS, { columns: COLUMNS }).next()).value!.items, [object])
  const watch = client.watch(PODS, { resourceVersion: '7', lifeSeconds: 9, columns: COLUMNS })
  assert.deepEqual((await watch.next()).value!.object, { ...object, metadata: { ...POD, resourceVersion: '8' } })
})

test('a column that the server does not know is named; an invalid Table is Malformed', async (context) => {
  const answers: [Record<string, unknown>, reason: string, message: RegExp][] = [
    [
      table('7', definitions.slice(0, 2)),
      'NoSuchColumn',
      /knows no column Node, Namespace\. The CustomResourceDefinition is older/,
    ],
    [table('7', null, ['Running', 'web-0', 'node-1', 'shop']), 'Malformed', /does not name its columns/],
    [{ ...table('7', definitions), rows: [{}] }, 'Malformed', /a row of the Table has no cells/],
    [{ ...table('7', definitions), rows: {} }, 'Malformed', /no Table/],
    [{ ...table('7', definitions), columnDefinitions: 'Name' }, 'Malformed', /no Table/],
    [{ ...table('7', definitions), metadata: undefined }, 'Malformed', /not a list/],
  ]
  for (const [answer, reason, message] of answers) {
    const { client } = await startServer(context, (call) => call.reply(200, answer))
    const error = await caught(client.list(PODS, { columns: COLUMNS }).next())
    assert.equal(error.reason, reason, JSON.stringify(answer))
    assert.match(error.message, message)
  }
  const { client } = await startServer(context, (call) => {
    call.send({ type: 'ADDED', object: table('7', definitions) })
    call.response.end()
  })
  const watch = client.watch(PODS, { resourceVersion: '6', lifeSeconds: 9, columns: COLUMNS })
  assert.equal((await caught(watch.next())).reason, 'Malformed')
})

test('a page that fails throws when its turn comes', async (context) => {
  const { client } = await startServer(context, (call) =>
    call.query.has('continue')
      ? call.reply(410, { kind: 'Status', reason: 'Expired', code: 410 })
      : call.reply(200, { metadata: { resourceVersion: '1', continue: 'more' }, items: [object] }),
  )
  const pages = client.list(PODS)
  assert.equal((await pages.next()).value!.items.length, 1)
  assert.equal((await caught(pages.next())).reason, 'Expired')
})

test('a list of objects that are not stored, such as metrics, has no version', async (context) => {
  const { client } = await startServer(context, (call) => call.reply(200, { metadata: {}, items: [object] }))
  assert.deepEqual((await client.list(PODS).next()).value, { items: [object], resourceVersion: '' })
})

test('a list without items, as Go writes an empty one, is empty', async (context) => {
  const { client } = await startServer(context, (call) =>
    call.reply(200, { metadata: { resourceVersion: '1' }, items: null }),
  )
  assert.deepEqual((await client.list(PODS).next()).value, { items: [], resourceVersion: '1' })
})

test('a connection that was closed while it was idle fails no read; a write is not sent twice', async (context) => {
  const stale = new Set<unknown>()
  const { client, calls } = await startServer(context, (call) => {
    const { socket } = call.response
    // As if the server closes a connection at the time when it is used again.
    if (stale.has(socket)) return socket!.resetAndDestroy()
    stale.add(socket)
    call.reply(200, object)
  })
  await client.get(PODS, POD)
  assert.deepEqual(await client.get(PODS, POD), object)
  assert.equal(calls.length, 3)
  assert.equal((await caught(client.create(PODS, object))).reason, 'Unreachable')
  assert.equal(calls.length, 4)
})

test('writes wait for their turn, urgent ones do not', async (context) => {
  const time = new FakeTime()
  const { credentials, calls } = await startServer(context, (call) => call.reply(200, object))
  const writes = new TokenBucket({ perSecond: 5, burst: 1 }, time)
  const client = new KubeClient({ credentials, version: '1', writes })
  context.after(() => client.close())
  await client.apply(LEASES, object)
  const second = client.apply(LEASES, object)
  await client.update(LEASES, object, { urgent: true })
  await client.get(LEASES, POD)
  assert.deepEqual(
    calls.map(({ method }) => method),
    ['PATCH', 'PUT', 'GET'],
  )
  time.advance(200)
  await second
  assert.equal(calls.length, 4)
})

test('a server without HTTP is Unreachable', async (context) => {
  const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  context.after(() => server.close())
  const { port } = server.address() as { port: number }
  const credentials = { server: `http://127.0.0.1:${port}`, namespace: 'x', access: async () => ({}), forget: () => {} }
  const client = new KubeClient({ credentials, version: '1', writes: unlimited() })
  assert.equal((await caught(client.get(PODS, POD))).reason, 'Unreachable')
})

test('a request leaves nothing on the signal of the process', async (context) => {
  const { client } = await startServer(context, (call) => call.reply(200, { metadata: { resourceVersion: '1' } }))
  const { signal } = new AbortController()
  await client.get(PODS, POD, { signal })
  await client.list(PODS, { signal }).next()
  await client.watch(PODS, { resourceVersion: '1', lifeSeconds: 1, signal }).next()
  assert.equal(getEventListeners(signal, 'abort').length, 0)
})
