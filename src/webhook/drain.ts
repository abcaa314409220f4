import type { Server } from 'node:https'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

export interface DrainTimes {
  /** How long to go on serving, so that every client learns from readiness and `Connection: close` to go elsewhere. */
  readonly serveMilliseconds: number
  /** How long requests that are under way may then take. */
  readonly closeMilliseconds: number
}

export const DRAIN_TIMES: DrainTimes = { serveMilliseconds: 10_000, closeMilliseconds: 5_000 }

/**
 * Ends a server without losing a request: fail readiness, go on serving with `Connection: close`, then close. Closing
 * at once would cut off whoever has not heard yet that this replica is going.
 */
export class Drain {
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()
  #ended: Promise<void> | undefined

  constructor(server: Server) {
    this.#server = server
    // Plain sockets: `closeAllConnections` does not know those that have not finished their TLS handshake.
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

  /** Resolves when the last connection is closed. Asked twice, it drains once. */
  drain(times: DrainTimes): Promise<void> {
    this.#ended ??= this.#drain(times)
    return this.#ended
  }

  async #drain({ serveMilliseconds, closeMilliseconds }: DrainTimes): Promise<void> {
    await delay(serveMilliseconds)
    await this.close(closeMilliseconds)
  }

  /** Takes no more connections, lets requests under way finish for so long, then cuts off what is left. */
  async close(closeMilliseconds: number): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, closeMilliseconds)
    await closed
    clearTimeout(timer)
  }
}
