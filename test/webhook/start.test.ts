import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createLogger, createMetrics } from '../../src/telemetry/index.ts'
import { startWebhook, WebhookError, type WebhookOptions } from '../../src/webhook/index.ts'
import { allowed } from '../../src/webhook/review.ts'
import { eventually, review, startHarness } from './harness.ts'

const options: WebhookOptions = {
  host: '127.0.0.1',
  port: 0,
  opsPort: 0,
  admit: (request) => allowed(request, { reasons: [] }),
  certificate: () => Promise.reject(new Error('none')),
  snapshot: { isSynced: true, size: 0 },
  metrics: createMetrics(),
  logger: createLogger('silent'),
}

/** A port on which somebody else listens. */
async function takenPort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

test('a port in use is refused with a code, the address and an action', async (t) => {
  const port = await takenPort(t)
  await assert.rejects(startWebhook({ ...options, port }), (error: unknown) => {
    assert.ok(error instanceof WebhookError)
    assert.equal(error.code, 'PortInUse')
    assert.equal(
      error.message,
      `127.0.0.1:${port}: the port is in use by another process. Stop that process or choose another port.`,
    )
    return true
  })
})

test('if the second port is in use, the first is released', async (t) => {
  const opsPort = await takenPort(t)
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as AddressInfo
  await new Promise((resolve) => free.close(resolve))
  await assert.rejects(startWebhook({ ...options, port, opsPort }), { code: 'PortInUse' })
  const [error] = await once(connect(port, '127.0.0.1'), 'error')
  assert.equal(error.code, 'ECONNREFUSED')
})

test('an address of another machine is refused with a code', async () => {
  for (const host of ['192.0.2.1', 'no-such-host.invalid']) {
    await assert.rejects(startWebhook({ ...options, host }), { code: 'AddressUnavailable' }, host)
  }
})

test('without an address it listens on all, because a node without IPv6 has no ::', async (t) => {
  const webhook = await startWebhook({ ...options, host: undefined })
  t.after(webhook.close)
  const { port } = new URL(webhook.opsUrl)
  assert.equal((await fetch(`http://127.0.0.1:${port}/livez`)).status, 200)
})

test('it returns its addresses, IPv6 in brackets, and listens only there', async (t) => {
  const { url, opsUrl } = await startHarness(t)
  assert.match(url, /^https:\/\/127\.0\.0\.1:\d+$/)
  assert.match(opsUrl, /^http:\/\/127\.0\.0\.1:\d+$/)
  const webhook = await startWebhook({ ...options, host: '::1' }).catch((error) => error)
  if (webhook instanceof WebhookError) return t.diagnostic('this machine has no IPv6')
  assert.match(webhook.url, /^https:\/\/\[::1\]:\d+$/)
  await webhook.close()
})

test('it is not ready until the snapshot is in sync, but earlier Pods are answered', async (t) => {
  const snapshot = { isSynced: false, size: 0 }
  const { opsUrl, post, metric } = await startHarness(t, { snapshot })
  const ready = await fetch(`${opsUrl}/readyz`)
  assert.equal(ready.status, 503)
  assert.deepEqual(await ready.json(), {
    ready: false,
    missing: { snapshot: 'the recommendations are still being read' },
  })
  assert.equal(await metric('plimsoll_snapshot_synced'), 0)
  assert.equal(await metric('plimsoll_webhook_ready'), 0)
  assert.equal((await post('/mutate/auto', review())).json.response.allowed, true)
  Object.assign(snapshot, { isSynced: true, size: 42 })
  assert.equal((await fetch(`${opsUrl}/readyz`)).status, 200)
  assert.equal(await metric('plimsoll_snapshot_synced'), 1)
  assert.equal(await metric('plimsoll_webhook_ready'), 1)
  assert.equal(await metric('plimsoll_snapshot_recommendations'), 42)
})

test('after closing, the certificate is not read any more', async (t) => {
  let reads = 0
  const certificate = () => {
    reads++
    return Promise.reject(new Error('none'))
  }
  const webhook = await startHarness(t, { certificate, certificateCheckMilliseconds: 1 })
  await eventually(() => assert.ok(reads > 4))
  await webhook.close()
  const before = reads
  // Timers of the same length end in order: a remaining check would run before the second of these.
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 1))
  assert.equal(reads, before)
})

test('it does not wait for clients that keep connections to the second port', async (t) => {
  const webhook = await startHarness(t)
  const client = connect(Number(new URL(webhook.opsUrl).port), '127.0.0.1')
  // Cut off or reset: both end the connection.
  client.on('error', () => {})
  const closed = new Promise((resolve) => client.on('close', resolve))
  client.write('GET /livez HTTP/1.1\r\nhost: x\r\n')
  await once(client, 'connect')
  await webhook.close()
  await closed
})

test('reports its addresses', async (t) => {
  const { logs, url, opsUrl } = await startHarness(t)
  const { msg, ...line } = logs.find((one) => 'opsUrl' in one)!
  assert.deepEqual([msg, line.url, line.opsUrl], ['webhook listening', url, opsUrl])
})

test('after closing, both ports are free', async (t) => {
  const webhook = await startHarness(t)
  await webhook.post('/mutate/auto', review())
  await webhook.close()
  for (const url of [webhook.url, webhook.opsUrl]) {
    const [error] = await once(connect(Number(new URL(url).port), '127.0.0.1'), 'error')
    assert.equal(error.code, 'ECONNREFUSED')
  }
})
