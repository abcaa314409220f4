import { Client } from 'undici'

/** Connections that take turns, where there is no need for more: a Service chooses a Pod for each connection, not for each request. */
const LEAST_IN_TURN = 16
/** A connection is then replaced, so that Pods that are new get their share. */
const REQUESTS_EACH = 100

/** A connection, which carries one request at a time. */
export interface Connection {
  client: Client
  requests: number
}

/** Connections to one origin. Those that waited longest are taken first. */
export class Connections {
  readonly #idle: Connection[] = []
  readonly #most: number
  readonly #create: () => Client
  #count = 0

  constructor(origin: string, { most, insecure }: { readonly most: number; readonly insecure: boolean }) {
    this.#most = most
    this.#create = () =>
      new Client(origin, {
        // The generator itself keeps the time of each request.
        ...{ pipelining: 1, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 60_000 },
        connect: { rejectUnauthorized: !insecure, timeout: 0, keepAlive: true },
      })
    for (let i = 0; i < Math.min(LEAST_IN_TURN, most); i++) this.#idle.push(this.#new())
  }

  /** A connection without a request; undefined while all have one. */
  take(): Connection | undefined {
    const idle = this.#idle.shift()
    if (idle) return idle
    return this.#count < this.#most ? this.#new() : undefined
  }

  /** @param isBroken whether its request failed, so that another connection takes its place */
  release(connection: Connection, isBroken: boolean): void {
    connection.requests += 1
    if (isBroken || connection.requests >= REQUESTS_EACH) {
      void connection.client.destroy()
      connection.client = this.#create()
      connection.requests = 0
    }
    this.#idle.push(connection)
  }

  close(): void {
    for (const { client } of this.#idle) void client.destroy()
  }

  #new(): Connection {
    this.#count += 1
    return { client: this.#create(), requests: 0 }
  }
}
