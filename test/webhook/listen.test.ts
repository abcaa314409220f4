import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { createServer, type Server } from 'node:net'
import { test } from 'node:test'
import { WebhookError } from '../../src/webhook/errors.ts'
import { listen } from '../../src/webhook/listen.ts'

/** A server that fails to listen as the operating system or the resolver would have it. */
function failing(error: Error): Server {
  const server = new EventEmitter()
  return Object.assign(server, { listen: () => setImmediate(() => server.emit('error', error)) }) as unknown as Server
}

test('an error while listening has a code, the address, and its cause', async () => {
  const cases = {
    EADDRINUSE: 'PortInUse',
    EACCES: 'AddressNotAllowed',
    EADDRNOTAVAIL: 'AddressUnavailable',
    ENOTFOUND: 'AddressUnavailable',
  }
  for (const [code, expected] of Object.entries(cases)) {
    const cause = Object.assign(new Error('listen'), { code })
    for (const [host, address] of [
      ['10.0.0.1', '10.0.0.1:443'],
      [undefined, '*:443'],
    ] as const) {
      await assert.rejects(listen(failing(cause), host, 443), (error: unknown) => {
        assert.ok(error instanceof WebhookError)
        assert.deepEqual([error.code, error.cause], [expected, cause])
        assert.ok(error.message.startsWith(`${address}: `), error.message)
        return true
      })
    }
  }
})

test('any other error while listening is thrown unchanged', async () => {
  for (const error of [Object.assign(new Error('too many open files'), { code: 'EMFILE' }), new Error('no code')]) {
    await assert.rejects(listen(failing(error), '127.0.0.1', 443), error)
  }
})

test('returns the address, with the chosen port', async (t) => {
  const server = createServer()
  t.after(() => server.close())
  assert.match(await listen(server, '127.0.0.1', 0), /^127\.0\.0\.1:[1-9]\d*$/)
})
