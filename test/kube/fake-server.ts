import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { type Credentials, KubeClient, TokenBucket } from '../../src/kube/index.ts'

/** One request as it arrived, and how to answer it. */
export interface Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly response: ServerResponse
  /** An answer in one piece, as JSON. */
  reply(status: number, body: object, headers?: Record<string, string>): void
  /** Starts a watch, if it has not begun, and sends events, one a line. */
  send(...events: object[]): void
  /** Starts a watch, if it has not begun, and sends these bytes. */
  sendRaw(bytes: string | Buffer): void
}

/** A real HTTP server on loopback that answers as the test says: for failures that no real API server produces at will. */
export async function startServer(context: TestContext, handle: (call: Call) => void) {
  const calls: Call[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const url = new URL(request.url!, 'http://server')
    const call: Call = {
      method: request.method!,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
      response,
      reply(status, body, headers = {}) {
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
      },
      send(...events) {
        for (const event of events) call.sendRaw(`${JSON.stringify(event)}\n`)
      },
      sendRaw(bytes) {
        if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/json' })
        response.write(bytes)
      },
    }
    calls.push(call)
    handle(call)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  let forgotten = 0
  const credentials: Credentials = {
    server: `http://127.0.0.1:${port}`,
    namespace: 'default',
    access: async () => ({ headers: { authorization: 'Bearer the-secret' } }),
    forget: () => {
      forgotten++
    },
  }
  // A connection that is idle while a machine stalls stays open.
  server.keepAliveTimeout = 0
  const client = new KubeClient({ credentials, version: '1.2.3', writes: unlimited() })
  context.after(async () => {
    client.close()
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  })
  return { server, port, calls, credentials, client, forgotten: () => forgotten }
}

export function unlimited(): TokenBucket {
  return new TokenBucket({ perSecond: 1e6, burst: 1e6 })
}

/** A Table as the API server words it, of these rows. */
export function table(resourceVersion: string, columnDefinitions: object[] | null, ...rows: unknown[][]) {
  return {
    ...{ kind: 'Table', metadata: { resourceVersion }, columnDefinitions },
    rows: rows.map((cells) => ({ cells, object: null })),
  }
}

/** A failure as the API server words it. */
export function failure(code: number, reason: string, message = `${reason} happened`, details?: object) {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, ...(details && { details }) }
}
