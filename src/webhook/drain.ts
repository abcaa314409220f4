import type { Server } from 'node:https'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

export interface DrainTimes {
  /** How long the server continues to serve, so that every client sees readiness and `Connection: close` and uses another replica. */
  readonly serveMilliseconds: number
  /** How long requests in progress may take after that. */
  readonly closeMilliseconds: number
}

export const DRAIN_TIMES: DrainTimes = { serveMilliseconds: 10_000, closeMilliseconds: 5_000 }

/**
 * Stops a server without losing a request: it fails readiness, continues to serve with `Connection: close`, and then closes. Closing
 * immediately would cut off clients that do not know yet that this replica stops.
 */
export class Drain {
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()
  #ended: Promise<void> | undefined

  constructor(server: Server) {
    this.#server = server
    // Track plain sockets: `closeAllConnections` misses those that have not finished their TLS handshake.
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    server.prependListener('request', (_request, response) => {
      if (this.#ended) response.setHeader('connection', 'close')
    })
  }

  get draining(): boolean {
    return this.#ended !== undefined
  }

  /** Drains the server; resolves when the last connection is closed. A second call returns the promise of the first. */
  drain(times: DrainTimes): Promise<void> {
    this.#ended ??= this.#drain(times)
    return this.#ended
  }

  async #drain({ serveMilliseconds, closeMilliseconds }: DrainTimes): Promise<void> {
    await delay(serveMilliseconds)
    await this.close(closeMilliseconds)
  }

  /** Accepts no more connections, waits up to `closeMilliseconds` for requests in progress, then closes the remaining connections. */
  async close(closeMilliseconds: number): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, closeMilliseconds)
    await closed
    clearTimeout(timer)
  }
}
