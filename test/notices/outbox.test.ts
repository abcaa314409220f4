import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Letter, Outbox, type OutboxOptions } from '../../src/notices/index.ts'
import { until } from '../cluster/harness/until.ts'

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A real endpoint, and an outbox that sends to it. @param statuses what it answers, one after another; then 204 */
async function outbox(t: TestContext, statuses: number[] = [], changes: Partial<OutboxOptions> = {}) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      received.push({ headers: request.headers, body })
      response.writeHead(statuses.shift() ?? 204, { location: 'http://127.0.0.1:1/' }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const dropped: [Letter, string][] = []
  const waits: number[] = []
  const box = new Outbox({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    onDropped: (letter, why) => dropped.push([letter, why]),
    onRetry: (_, __, wait) => waits.push(wait),
    ...{ waitMilliseconds: 1, random: () => 1 },
    ...changes,
  })
  const ending = new AbortController()
  const running = box.run(ending.signal)
  t.after(async () => {
    ending.abort()
    await running
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { box, received, dropped, waits, letters: () => received.map(({ body }) => JSON.parse(body) as Letter) }
}

const PENDING = { type: 'PendingApproval', message: 'Revision 3 waits', revision: 3 } as const

test('a notice arrives as JSON, with an id and a time', async (t) => {
  const { box, received, letters } = await outbox(t)
  box.put({ ...PENDING, workload: { namespace: 'shop', kind: 'Deployment', name: 'web' } })
  await until('it to arrive', () => received.length === 1)
  const [{ id, time, ...rest }] = letters() as [Letter]
  assert.deepEqual(rest, {
    ...{ version: 'v1alpha1', ...PENDING },
    workload: { namespace: 'shop', kind: 'Deployment', name: 'web' },
  })
  assert.match(id, /^[0-9a-f-]{36}$/)
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000)
  assert.equal(received[0]!.headers['content-type'], 'application/json')
  assert.equal(received[0]!.headers['plimsoll-signature'], undefined)
})

test('is signed with the secret of a file, over time and body', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-notices-'))
  t.after(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'secret'), 'first\n')
  const { box, received } = await outbox(t, [], { secretFile: join(folder, 'secret') })
  for (const [i, secret] of ['first', 'second'].entries()) {
    await writeFile(join(folder, 'secret'), `${secret}\n`)
    box.put(PENDING)
    await until('it to arrive', () => received.length === i + 1)
    const { headers, body } = received[i]!
    const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['plimsoll-signature']))!
    assert.equal(mac, createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'))
    assert.ok(Math.abs(Number(seconds) - Date.now() / 1000) < 60)
  }
})

test('is never signed with nothing: while the file is empty, it waits', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-notices-'))
  t.after(() => rm(folder, { recursive: true }))
  const secretFile = join(folder, 'secret')
  await writeFile(secretFile, '\n')
  const { box, received, waits } = await outbox(t, [], { secretFile })
  box.put(PENDING)
  await until('an attempt', () => waits.length > 0)
  assert.deepEqual(received, [])
  await writeFile(secretFile, 'first\n')
  await until('it to arrive', () => received.length === 1)
})

test('an outage of half an hour loses nothing, however the waits fall', async (t) => {
  const { box, waits, dropped } = await outbox(
    t,
    Array.from({ length: 18 }, () => 503),
    { waitMilliseconds: 0.005, random: () => 0 },
  )
  box.put(PENDING)
  await until('it to be given up', () => dropped.length === 1)
  // A millionth of the time: 5 s are 5 µs here.
  assert.ok(waits.reduce((sum, wait) => sum + wait, 0) * 1e6 > 30 * 60_000)
})

test('is tried again with the same id and a wait that doubles, in order, until the endpoint takes it', async (t) => {
  const { box, received, letters, waits, dropped } = await outbox(t, [500, 503, 429, 408, 425])
  box.put(PENDING)
  box.put({ ...PENDING, revision: 4 })
  await until('both to arrive', () => received.length === 7)
  assert.deepEqual(
    letters().map(({ revision }) => revision),
    [3, 3, 3, 3, 3, 3, 4],
  )
  assert.equal(new Set(letters().map(({ id }) => id)).size, 2)
  assert.deepEqual(waits, [1, 2, 4, 8, 16])
  assert.deepEqual(dropped, [])
})

test('what the endpoint will never take is dropped, and what comes after it is sent', async (t) => {
  const { box, received, dropped } = await outbox(t, [404])
  box.put(PENDING)
  box.put({ ...PENDING, revision: 4 })
  await until('the second to arrive', () => received.length === 2)
  assert.deepEqual(
    dropped.map(([{ revision }, why]) => [revision, why]),
    [[3, 'the endpoint answered 404']],
  )
})

test('is given up after eighteen attempts, and follows no redirection', async (t) => {
  const { box, received, dropped, waits } = await outbox(
    t,
    Array.from({ length: 18 }, () => 307),
    { waitMilliseconds: 0.01 },
  )
  box.put(PENDING)
  await until('it to be given up', () => dropped.length === 1)
  assert.equal(received.length, 18)
  assert.equal(Math.max(...waits), 0.64)
})

test('an endpoint that is not there loses nothing that it comes back for, and holds up nobody', async (t) => {
  const { box, waits } = await outbox(t, [], { url: 'http://127.0.0.1:9/' })
  box.put(PENDING)
  await until('attempts', () => waits.length >= 3)
})

test('no more than a thousand wait', async (t) => {
  const { box, dropped } = await outbox(t, [], { url: 'http://127.0.0.1:9/', waitMilliseconds: 60_000 })
  for (let i = 0; i < 1_001; i++) box.put(PENDING)
  assert.deepEqual(
    dropped.map(([, why]) => why),
    ['too many are waiting'],
  )
})
