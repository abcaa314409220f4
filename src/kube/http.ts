import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Access, Credentials } from './credentials.ts'
import { errorOfConnection, KubeError } from './errors.ts'

/** Dead peers show after about 40 s (Linux: ten more probes, a second apart); load balancers forget after 60 s or more. */
const TCP_KEEPALIVE_MILLISECONDS = 30_000
/** Well below the 90 s after which an API server closes an idle connection: closing first avoids losing a request. */
const IDLE_CONNECTION_MILLISECONDS = 60_000
/** A connection that was closed while it lay idle shows when it is used; another one may have been closed too. */
const STALE_CONNECTIONS = 5

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With the query. */
  readonly path: string
  readonly contentType?: string
  readonly body?: string
  /** JSON unless it says otherwise. */
  readonly accept?: string
  /** The answer is read as a whole, so it may come compressed. */
  readonly mayCompress?: boolean
}

/** HTTP/1.1 to one API server, over connections that are kept. */
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

  /** What was asked of whom, as errors name it. */
  describe({ method, path }: Exchange): string {
    return `${method} ${path} at ${this.#base.origin}`
  }

  /**
   * Sends one request and returns once the answer's headers are there, whatever its status; its body is the caller's to
   * read, or to destroy. Throws a KubeError, or the signal's reason.
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
        // As Go's client does: only what may be sent twice is.
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

/** An exec plugin may ask a person and wait for ever. */
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
