import assert from 'node:assert/strict'
import { connect as connectPlain } from 'node:net'
import { test } from 'node:test'
import { createLogger, createMetrics } from '../../src/telemetry/index.ts'
import { createAdmissionServer } from '../../src/webhook/server.ts'
import { connectRaw, eventually, type Harness, review, startHarness } from './harness.ts'

function requestText(body = review(), extra = ''): string {
  const head = `POST /mutate/auto HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${extra}`
  return `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

async function assertAlive(harness: Harness) {
  assert.equal((await harness.post('/mutate/auto', review())).status, 200)
}

/** A plain TCP connection that writes these bytes, and what came back once it is closed. */
function sendPlain(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const socket = connectPlain(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
  })
}

test('whoever speaks no TLS is cut off, counted, and nobody else notices', async (t) => {
  const harness = await startHarness(t)
  for (const bytes of [requestText(), '\0'.repeat(1000), 'SSH-2.0-OpenSSH_9.7\r\n']) {
    assert.doesNotMatch(await sendPlain(harness.port, bytes), /HTTP/)
  }
  assert.equal(await harness.metric('plimsoll_connection_errors_total{layer="tls"}'), 3)
  const lines = harness.logs.filter(({ msg }) => msg === 'a TLS handshake failed')
  assert.deepEqual([lines.length, lines.every(({ level, error }) => level === 'debug' && error)], [3, true])
  assert.equal(await harness.metric('plimsoll_connection_errors_total{layer="http"}'), 0)
  await assertAlive(harness)
})

test('a TLS handshake that is never finished is cut off in time', async (t) => {
  const harness = await startHarness(t, { limits: { handshakeMilliseconds: 100 } })
  await Promise.all([sendPlain(harness.port, ''), sendPlain(harness.port, '\x16\x03\x01\x02\x00\x01')])
  assert.equal(await harness.metric('plimsoll_connection_errors_total{layer="tls"}'), 2)
  // Under the same limit, which a busy machine may not meet the first time.
  await eventually(() => assertAlive(harness))
})

test('TLS older than 1.2 and protocols other than HTTP/1.1 are refused in the handshake', async (t) => {
  const harness = await startHarness(t)
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  await assert.rejects(connectRaw(harness, old), /protocol|alert|version/i)
  await assert.rejects(connectRaw(harness, { ALPNProtocols: ['h2'] }), /alert|protocol/i)
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const { socket } = await connectRaw(harness, {
      minVersion: version,
      maxVersion: version,
      ALPNProtocols: ['h2', 'http/1.1'],
    })
    assert.deepEqual([socket.getProtocol(), socket.alpnProtocol], [version, 'http/1.1'])
    socket.destroy()
  }
})

test('bytes that are not HTTP get an answer with a code, and the connection is closed', async (t) => {
  const harness = await startHarness(t)
  const cases = {
    'hello\r\n\r\n': '400',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n': '400',
    'POST /mutate/auto HTTP/1.1\r\n\r\n': '400',
    'POST /mutate/auto HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n': '400',
    'POST /mutate/auto HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n': '400',
    [`POST /mutate/auto HTTP/1.1\r\nhost: x\r\nlong: ${'x'.repeat(20_000)}\r\n\r\n`]: '431',
  }
  for (const [bytes, status] of Object.entries(cases)) {
    const connection = await connectRaw(harness)
    connection.socket.write(bytes)
    assert.match(await connection.closed, new RegExp(`^HTTP/1.1 ${status} `), bytes.slice(0, 60))
  }
  const connection = await connectRaw(harness)
  connection.socket.write('hello\r\n\r\n')
  const [head, body] = (await connection.closed).split('\r\n\r\n')
  assert.match(head!, /^HTTP\/1\.1 400 BadRequest\r\nconnection: close\r\ncontent-type: application\/json\r\n/)
  assert.equal(JSON.parse(body!).reason, 'BadRequest')
  assert.equal(Number(/content-length: (\d+)/.exec(head!)![1]), body!.length)
  await assertAlive(harness)
})

test('headers that trickle in are cut off in time, with an answer', async (t) => {
  const harness = await startHarness(t, { limits: { headersMilliseconds: 150, checkMilliseconds: 20 } })
  const connection = await connectRaw(harness)
  connection.socket.write('POST /mutate/auto HTTP/1.1\r\nhost: x\r\n')
  const trickle = setInterval(() => connection.socket.write('a: b\r\n'), 20)
  const received = await connection.closed
  clearInterval(trickle)
  assert.match(received, /^HTTP\/1\.1 408 RequestTimeout\r\n/)
  await eventually(() => assertAlive(harness))
})

test('a body that trickles in is cut off in time, and its place is free again', async (t) => {
  const harness = await startHarness(t, {
    limits: { requestMilliseconds: 200, headersMilliseconds: 150, checkMilliseconds: 20, inFlight: 1 },
  })
  const connection = await connectRaw(harness)
  connection.socket.write(requestText().slice(0, -20))
  const trickle = setInterval(() => connection.socket.write(' '), 50)
  const received = await connection.closed
  clearInterval(trickle)
  assert.match(received, /^HTTP\/1\.1 408 /)
  await eventually(async () => {
    const { json } = await harness.post('/mutate/auto', review())
    assert.deepEqual(json.response.auditAnnotations, { reasons: 'NoRecommendation' })
  })
})

test('a connection that never sends anything is cut off in time', async (t) => {
  const harness = await startHarness(t, { limits: { headersMilliseconds: 100, checkMilliseconds: 20 } })
  const connection = await connectRaw(harness)
  assert.match(await connection.closed, /^(HTTP\/1\.1 408 |$)/)
})

test('a client that closes its side after the request still gets the answer', async (t) => {
  const harness = await startHarness(t)
  const connection = await connectRaw(harness)
  connection.socket.end(requestText())
  assert.match(await connection.closed, /^HTTP\/1\.1 200 OK\r\n.*"allowed":true/s)
})

test('a client that goes away in the middle of the body is counted, and that is all', async (t) => {
  const harness = await startHarness(t)
  for (const leave of ['end', 'destroy'] as const) {
    const connection = await connectRaw(harness)
    connection.socket.write(requestText().slice(0, -20), () => connection.socket[leave]())
    await connection.closed
  }
  await eventually(async () =>
    assert.equal(await harness.metric('plimsoll_admission_requests_total{mode="auto",outcome="aborted"}'), 2),
  )
  assert.ok(!harness.logs.some(({ level }) => level === 'error'))
  await assertAlive(harness)
})

test('pipelined requests are answered in their order, refusals among them', async (t) => {
  const harness = await startHarness(t)
  const connection = await connectRaw(harness)
  const bodies = [review({ uid: 'one' }), 'nonsense', review({ uid: 'two' })]
  connection.socket.write(bodies.map((body) => requestText(body)).join(''))
  await eventually(() => {
    const order = connection.received().match(/"uid":"\w+"|NotJson/g)
    assert.deepEqual(order, ['"uid":"one"', 'NotJson', '"uid":"two"'])
  })
  connection.socket.destroy()
})

test('a body in single-byte chunks is put together', async (t) => {
  const harness = await startHarness(t)
  const connection = await connectRaw(harness)
  const chunks = [...review()].map((character) => `1\r\n${character}\r\n`).join('')
  const head = 'POST /mutate/auto HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked'
  connection.socket.write(`${head}\r\n\r\n${chunks}0\r\n\r\n`)
  await eventually(() => assert.match(connection.received(), /"reasons":"NoRecommendation"/))
  connection.socket.destroy()
})

test('a client that asks before it sends is told to continue', async (t) => {
  const harness = await startHarness(t)
  const connection = await connectRaw(harness)
  const [head, body] = requestText(review(), 'expect: 100-continue\r\n').split('\r\n\r\n')
  connection.socket.write(`${head}\r\n\r\n`)
  await eventually(() => assert.match(connection.received(), /^HTTP\/1\.1 100 /))
  connection.socket.write(body!)
  await eventually(() => assert.match(connection.received(), /"allowed":true/))
  connection.socket.destroy()
})

test('silent connections up to the limit keep nobody else out: the longest silent makes room, and is counted', async (t) => {
  const harness = await startHarness(t, { limits: { connections: 3 } })
  const [first, ...others] = [await connectRaw(harness), await connectRaw(harness), await connectRaw(harness)]
  await assertAlive(harness)
  await first!.closed
  assert.equal(await harness.metric('plimsoll_connection_errors_total{layer="connection"}'), 1)
  for (const { socket } of others) socket.destroy()
})

test('where no request was understood, the connection is answered if it still can be, then closed, and counted once', async () => {
  const metrics = createMetrics()
  const admit = () => assert.fail('there is nothing to decide on')
  const server = createAdmissionServer({ admit, metrics, logger: createLogger('silent') })
  const cases: [state: { destroyed: boolean; writable: boolean }, code: string | undefined, seen: string[]][] = [
    [{ destroyed: true, writable: false }, 'ECONNRESET', []],
    [{ destroyed: false, writable: false }, 'EPIPE', ['destroyed']],
    [{ destroyed: false, writable: true }, 'HPE_INVALID_METHOD', ['HTTP/1.1 400 BadRequest', 'destroyed']],
    [{ destroyed: false, writable: true }, undefined, ['HTTP/1.1 400 BadRequest', 'destroyed']],
    [{ destroyed: false, writable: true }, 'HPE_HEADER_OVERFLOW', ['HTTP/1.1 431 HeadersTooLarge', 'destroyed']],
    [{ destroyed: false, writable: true }, 'ERR_HTTP_REQUEST_TIMEOUT', ['HTTP/1.1 408 RequestTimeout', 'destroyed']],
  ]
  for (const [state, code, expected] of cases) {
    const seen: string[] = []
    const socket = {
      ...state,
      end: (text: string, sent: () => void) => {
        seen.push(text.split('\r\n', 1)[0]!)
        sent()
      },
      destroy: () => seen.push('destroyed'),
    }
    server.emit('clientError', Object.assign(new Error('failed'), { code }), socket)
    assert.deepEqual(seen, expected, code)
  }
  assert.deepEqual((await metrics.connectionErrors.get()).values, [{ labels: { layer: 'http' }, value: 5 }])
})
