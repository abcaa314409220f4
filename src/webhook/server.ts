import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { readReviewPath } from '../api/index.ts'
import { boundConnections } from '../http/index.ts'
import { Intake } from './body.ts'
import { type CallerOptions, type ClientCertificate, Strangers, strangerIn } from './callers.ts'
import type { KeyPair } from './certificates.ts'
import { type ErrorCode, statusBody, statusOf, WebhookError } from './errors.ts'
import { LIMITS, type ServerLimits } from './limits.ts'
import { type MutateDependencies, mutate } from './mutate.ts'
import { refuse } from './reply.ts'

const TLS = { minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] } as const

export type AdmissionServerOptions = Omit<MutateDependencies, 'intake' | 'strangers'> & {
  readonly limits?: Partial<ServerLimits>
  readonly callers?: CallerOptions
}

/** Creates the HTTPS server of the webhook. It has no certificate, and so completes no handshake, until `useKeyPair` is called. */
export function createAdmissionServer(options: AdmissionServerOptions): Server {
  const limits = { ...LIMITS, ...options.limits }
  const server = createServer(
    {
      ...TLS,
      // Requested but not required: an API server without a client certificate must still get an answer.
      requestCert: options.callers?.clientCertificate !== undefined,
      rejectUnauthorized: false,
      handshakeTimeout: limits.handshakeMilliseconds,
      headersTimeout: limits.headersMilliseconds,
      requestTimeout: limits.requestMilliseconds,
      keepAliveTimeout: limits.keepAliveMilliseconds,
      connectionsCheckingInterval: limits.checkMilliseconds,
      maxHeaderSize: limits.headerBytes,
    },
    route(
      { ...options, intake: new Intake(limits), strangers: new Strangers(options.metrics, options.logger) },
      options.callers ?? {},
    ),
  )
  const { connectionErrors } = options.metrics
  boundConnections(server, limits.connections, () => connectionErrors.inc({ layer: 'connection' }))
  // Runs before Node's own listener, which reports these as client errors, and closes the connection only without a listener for those.
  server.prependListener('tlsClientError', (error, socket) => {
    connectionErrors.inc({ layer: 'tls' })
    options.logger.debug({ error }, 'a TLS handshake failed')
    socket.destroy()
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (socket.destroyed) return
    connectionErrors.inc({ layer: 'http' })
    refuseRaw(socket, CLIENT_ERRORS.get(error.code) ?? 'BadRequest')
  })
  return server
}

/** Uses this certificate for new connections, and this authority to verify their client certificates; existing connections keep theirs. */
export function useKeyPair(server: Server, { cert, key }: KeyPair, client?: ClientCertificate): void {
  server.setSecureContext({ ...TLS, cert, key, ...(client && { ca: client.ca }) })
}

/** Creates the request listener, with one path for each mode. `mutate` handles a request from its headers to the answer. */
function route(dependencies: MutateDependencies, callers: CallerOptions): RequestListener {
  const handlers = { auto: mutate('auto', dependencies), approve: mutate('approve', dependencies) }
  return (request, response) => {
    // kube-apiserver adds its timeout as a query parameter. On the server, every request has a `url`.
    const [path] = request.url!.split('?', 1)
    const asked = readReviewPath(path!)
    const handle = asked && handlers[asked.mode]
    if (handle && request.method === 'POST') {
      const stranger = strangerIn(request.socket as TLSSocket, asked.key, callers)
      handle(request, response, stranger).catch((error) => {
        dependencies.logger.error({ error }, 'a request failed')
        response.destroy()
      })
      return
    }
    if (handle) response.setHeader('allow', 'POST')
    refuse(response, new WebhookError(handle ? 'MethodNotAllowed' : 'NotFound'))
  }
}

const CLIENT_ERRORS: ReadonlyMap<string | undefined, ErrorCode> = new Map([
  ['HPE_HEADER_OVERFLOW', 'HeadersTooLarge'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'RequestTimeout'],
])

/** Answers directly on the socket if the request could not be parsed, so that there is no response object. */
function refuseRaw(socket: Duplex, code: ErrorCode): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = statusBody(new WebhookError(code))
  const head = `HTTP/1.1 ${statusOf(code)} ${code}\r\nconnection: close\r\ncontent-type: application/json`
  socket.end(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () => socket.destroy())
}
