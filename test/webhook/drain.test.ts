import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { createServer, type Server } from 'node:https'
import { connect } from 'node:net'
import { test } from 'node:test'
import { DRAIN_TIMES, Drain } from '../../src/webhook/drain.ts'
import {
  activeTimers,
  connectRaw,
  eventually,
  type Harness,
  refusesConnections,
  review,
  startHarness,
} from './harness.ts'

/** A request whose last bytes are missing. */
async function underWay(harness: Harness) {
  const connection = await connectRaw(harness)
  const body = review()
  const head = `POST /mutate/auto HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`
  connection.socket.write(`${head}\r\n\r\n${body.slice(0, -1)}`)
  return { ...connection, finish: () => connection.socket.write(body.slice(-1)) }
}

test('a request in progress when the server closes is answered first', async (t) => {
  const harness = await startHarness(t, { drainTimes: { serveMilliseconds: 0, closeMilliseconds: 10_000 } })
  const request = await underWay(harness)
  const ended = harness.drain()
  await eventually(() => refusesConnections(harness.port))
  request.finish()
  assert.match(await request.closed, /^HTTP\/1\.1 200 OK\r\n.*connection: close.*"allowed":true/is)
  await ended
})

test('requests and handshakes that do not finish in time are cut off, and do not delay the end', async (t) => {
  const harness = await startHarness(t, {
    drainTimes: { serveMilliseconds: 0, closeMilliseconds: 100 },
    limits: { handshakeMilliseconds: 600_000, requestMilliseconds: 600_000 },
  })
  const request = await underWay(harness)
  const mute = connect(harness.port, '127.0.0.1')
  await once(mute, 'connect')
  await harness.drain()
  assert.equal(await request.closed, '')
  mute.destroy()
})

test('idle connections are closed at the end, without waiting', async (t) => {
  const harness = await startHarness(t, { drainTimes: { serveMilliseconds: 0, closeMilliseconds: 60_000 } })
  assert.equal((await harness.post('/mutate/auto', review())).status, 200)
  await harness.drain()
})

test('draining twice drains once', async (t) => {
  const harness = await startHarness(t, { drainTimes: { serveMilliseconds: 50, closeMilliseconds: 1000 } })
  await Promise.all([harness.drain(), harness.drain(), harness.close()])
  const times = { serveMilliseconds: 0, closeMilliseconds: 0 }
  const drain = new Drain(createServer().listen(0, '127.0.0.1'))
  const ended = drain.drain(times)
  assert.equal(drain.drain(times), ended)
  await ended
})

test('during the drain, probes fail and metrics are still served', async (t) => {
  const harness = await startHarness(t, { drainTimes: { serveMilliseconds: 0, closeMilliseconds: 60_000 } })
  const request = await underWay(harness)
  const ended = harness.drain()
  const ready = await fetch(`${harness.opsUrl}/readyz`)
  assert.equal(ready.status, 503)
  assert.deepEqual(await ready.json(), { ready: false, missing: { drain: 'this replica is shutting down' } })
  assert.equal((await fetch(`${harness.opsUrl}/livez`)).status, 200)
  assert.equal(await harness.metric('plimsoll_webhook_ready'), 0)
  request.finish()
  await ended
})

/** The part of a server that `Drain` uses. */
const fakeServer = (close: (closed: () => void) => void) =>
  Object.assign(new EventEmitter(), { close }) as unknown as Server

test('answers tell clients to use another replica from the start of the drain on', async () => {
  const server = fakeServer((closed) => closed())
  const drain = new Drain(server)
  const headers = () => {
    const set: string[][] = []
    server.emit('request', {}, { setHeader: (...header: string[]) => set.push(header) })
    return set
  }
  assert.equal(drain.draining, false)
  assert.deepEqual(headers(), [])
  const ended = drain.drain({ serveMilliseconds: 0, closeMilliseconds: 0 })
  assert.equal(drain.draining, true)
  assert.deepEqual(headers(), [['connection', 'close']])
  await ended
})

test('only open connections are cut off: a replica that runs for months forgets the others', async () => {
  let onClosed = () => {}
  const server = fakeServer((closed) => {
    onClosed = closed
  })
  const drain = new Drain(server)
  const destroyed: string[] = []
  const connection = (name: string) => {
    const destroy = () => {
      destroyed.push(name)
      onClosed()
    }
    const socket = Object.assign(new EventEmitter(), { destroy })
    server.emit('connection', socket)
    return socket
  }
  connection('gone').emit('close')
  connection('open')
  await drain.close(0)
  assert.deepEqual(destroyed, ['open'])
})

test('a server that closes in time leaves no timer that would keep the process alive', async () => {
  const before = activeTimers()
  await new Drain(fakeServer((closed) => closed())).close(3_600_000)
  assert.equal(activeTimers(), before)
})

test('by default a replica ends within the 30 s that Kubernetes gives a Pod', () => {
  assert.ok(DRAIN_TIMES.serveMilliseconds + DRAIN_TIMES.closeMilliseconds < 30_000)
})
