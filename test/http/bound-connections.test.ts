import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { boundConnections } from '../../src/http/index.ts'

const WHOLE = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'
const UNFINISHED = 'GET / HTTP/1.1\r\nhost:'
const MOST = 3

async function serving(t: TestContext, listener: RequestListener = (_request, response) => void response.end('ok')) {
  const server = createServer(listener)
  let closed = 0
  boundConnections(server, MOST, () => closed++)
  server.listen(0)
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { open: (from?: string) => open(port, from), closed: () => closed }
}

interface Client {
  readonly socket: Socket
  readonly ended: Promise<unknown>
  ask(): Promise<void>
  send(text: string): Promise<void>
}

async function open(port: number, localAddress = '127.0.0.1'): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {})
  const ended = new Promise((resolve) => socket.once('close', resolve))
  await once(socket, 'connect')
  const send = (text: string) => new Promise<void>((resolve) => socket.write(text, () => resolve()))
  const ask = async () => {
    await send(WHOLE)
    const [answer] = await once(socket, 'data')
    assert.match(String(answer), /^HTTP\/1\.1 200/)
  }
  return { socket, ended, send, ask }
}

describe('a server that holds as many connections as it may', () => {
  test('closes the connection that has waited longest with an unfinished request, and serves the new one', async (t) => {
    const { open, closed } = await serving(t)
    const [first, second, third] = [await open(), await open(), await open()]
    for (const client of [first, second, third]) await client.send(UNFINISHED)
    const next = await open()
    await next.ask()
    await first.ended
    assert.equal(closed(), 1)
    await second.send(' x\r\n\r\n')
    assert.match(String((await once(second.socket, 'data'))[0]), /200/)
  })

  test('closes what has not sent a request before what has, and of those what has been idle longest', async (t) => {
    const { open } = await serving(t)
    const [used, alsoUsed] = [await open(), await open()]
    await used.ask()
    await alsoUsed.ask()
    await used.ask()
    const silent = await open()
    const fourth = await open()
    await silent.ended
    await fourth.ask()
    const fifth = await open()
    await alsoUsed.ended
    await fifth.ask()
    await used.ask()
  })

  test('closes a request whose body never arrives', async (t) => {
    const { open } = await serving(t, (request, response) => void request.resume().on('end', () => response.end('ok')))
    const stalled = [await open(), await open(), await open()]
    for (const client of stalled) await client.send('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12345')
    const next = await open()
    await next.ask()
    await stalled[0]!.ended
  })

  test('takes from the address that has most connections, not from others', async (t) => {
    const { open } = await serving(t)
    const quiet = await open('127.0.0.2')
    await open()
    await open()
    for (let i = 0; i < 20; i++) await open()
    await quiet.ask()
  })

  test('closes the new connection where all others are being answered', async (t) => {
    const answers: (() => void)[] = []
    const { open, closed } = await serving(t, (_request, response) => void answers.push(() => response.end('ok')))
    const busy = [await open(), await open(), await open()]
    const answered = busy.map((client) => client.ask())
    const isArrived = Promise.withResolvers<void>()
    const look = () => (answers.length === MOST ? isArrived.resolve() : setImmediate(look))
    look()
    await isArrived.promise
    await (await open()).ended
    assert.equal(closed(), 1)
    for (const answer of answers) answer()
    await Promise.all(answered)
  })

  test('takes as many again when the old ones are gone', async (t) => {
    const { open, closed } = await serving(t)
    for (let i = 0; i < 10; i++) {
      const client = await open()
      await client.ask()
      client.socket.destroy()
      await client.ended
    }
    const all = [await open(), await open()]
    for (const client of all) await client.ask()
    assert.equal(closed(), 0)
  })
})
