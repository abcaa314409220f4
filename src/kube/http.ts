import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Access, Credentials } from './credentials.ts'
import { errorOfConnection, KubeError } from './errors.ts'

/**
 * Time after which an idle connection is probed. A dead peer is detected after about 40 s (Linux: ten more probes, a
 * second apart); load balancers forget connections after 60 s or more.
 */
const TCP_KEEPALIVE_MILLISECONDS = 30_000
/**
 * Time after which an idle connection is closed, well below the 90 s after which an API server closes it: closing first
 * avoids losing a request.
 */
const IDLE_CONNECTION_MILLISECONDS = 60_000
/**
 * Number of stale connections that one request may encounter. A connection that was closed while it was idle fails when it is used, and
 * the next one may have been closed, too.
 */
const STALE_CONNECTIONS = 5

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path with the query. */
  readonly path: string
  readonly contentType?: string
  readonly body?: string
  /** Accept header; JSON by default. */
  readonly accept?: string
  /** Whether the answer may be compressed. This is possible for an answer that is read as a whole. */
  readonly mayCompress?: boolean
}

/** HTTP/1.1 requests to one API server, over persistent connections. */
export class Http {
  readonly #credentials: Credentials
  readonly #userAgent: string
  readonly #base: URL
  readonly #agent: HttpAgent | HttpsAgent

  constructor(credentials: Credentials, userAgent: string) {
    this.#credentials = credentials
    this.#userAgent = userAgent
    this.#base = new URL(credentials.server)
    const options = {
      keepAlive: true,
      keepAliveMsecs: TCP_KEEPALIVE_MILLISECONDS,
      timeout: IDLE_CONNECTION_MILLISECONDS,
    }
    this.#agent = this.#base.protocol === 'http:' ? new HttpAgent(options) : new HttpsAgent(options)
  }

  /** Describes a request for errors: its method, path and server. */
  describe({ method, path }: Exchange): string {
    return `${method} ${path} at ${this.#base.origin}`
  }

  /**
   * Sends one request and returns when the headers of the answer have arrived, with any status. The caller must
   * read or destroy the body.
   *
   * @throws KubeError, or the signal's reason
   */
  async send(exchange: Exchange, signal: AbortSignal): Promise<IncomingMessage> {
    const access = await this.#access(exchange, signal)
    for (let left = STALE_CONNECTIONS; ; left--) {
      const { answer, reused } = this.#request(exchange, access, signal)
      try {
        const response = await answer
        if (response.statusCode === 401) this.#credentials.forget()
        return response
      } catch (error) {
        signal.throwIfAborted()
        // As in Go's client, only requests that may be sent twice are repeated.
        if (left > 0 && exchange.method === 'GET' && reused()) continue
        throw errorOfConnection(this.describe(exchange), error)
      }
    }
  }

  /** Closes the connections that are not in use. */
  close(): void {
    this.#agent.destroy()
  }

  #request(exchange: Exchange, access: Access, signal: AbortSignal) {
    const { method, path, contentType, body, accept = 'application/json', mayCompress } = exchange
    const send = this.#base.protocol === 'http:' ? httpRequest : httpsRequest
    const request = send({
      agent: this.#agent,
      ...access,
      method,
      signal,
      protocol: this.#base.protocol,
      hostname: this.#base.hostname.replace(/^\[|\]$/g, ''),
      port: this.#base.port,
      path: this.#base.pathname.replace(/\/$/, '') + path,
      headers: {
        accept,
        ...(mayCompress && { 'accept-encoding': 'gzip' }),
        'user-agent': this.#userAgent,
        ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
        ...(contentType !== undefined && { 'content-type': contentType }),
        ...access.headers,
      },
    })
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve)
      request.on('error', reject)
      request.end(body)
    })
    return { answer, reused: () => request.reusedSocket }
  }

  async #access(exchange: Exchange, signal: AbortSignal): Promise<Access> {
    signal.throwIfAborted()
    const asked = this.#credentials.access().catch((error: unknown) => {
      const what = `${this.describe(exchange)}: no credentials: ${error instanceof Error ? error.message : String(error)}`
      throw new KubeError('NoCredentials', what, { cause: error })
    })
    return await unlessAborted(asked, signal)
  }
}

/** Awaits a promise unless the signal aborts first: an exec plugin may ask a person and wait forever. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
