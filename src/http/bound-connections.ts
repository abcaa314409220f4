import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'

interface Connection {
  readonly socket: Socket
  readonly address: string
  /** Requests that have begun to arrive and are not answered yet, in order of arrival. */
  readonly requests: Set<IncomingMessage>
  group: Group
}

/**
 * Keeps a server from holding more than `most` connections. When one more arrives, an inactive one is closed:
 * first one that has not sent a whole request, then one that waits for its next request. Of these, the address with the most of
 * them loses the one that has been in that state longest, so a client with thousands of connections only displaces its own. If all
 * connections are being answered, the new one is closed.
 *
 * @param onClosed called for each connection that is closed for this reason
 */
export function boundConnections(
  server: HttpServer | HttpsServer,
  most: number,
  onClosed: () => void = () => {},
): void {
  const connections = new Map<string, Connection>()
  const [sending, idle, answered] = [new Group(), new Group(), new Group()]
  const moveTo = (group: Group, connection: Connection) => {
    connection.group.delete(connection)
    connection.group = group
    group.add(connection)
  }
  const victim = () => {
    for (let oldest = sending.next(); oldest; oldest = sending.next()) {
      if (oldest.requests.size === 0 || [...oldest.requests].some(({ complete }) => !complete)) return oldest
      moveTo(answered, oldest)
    }
    return idle.next()
  }
  const close = (connection: Connection) => {
    connection.socket.destroy()
    // Forget it now, not on its `close` event: many connections may arrive before that.
    forget(connection)
    onClosed()
  }
  const forget = (connection: Connection) => {
    connection.group.delete(connection)
    const key = keyOf(connection.socket)
    if (connections.get(key) === connection) connections.delete(key)
  }

  server.prependListener('connection', (socket: Socket) => {
    const connection = {
      socket,
      address: socket.remoteAddress ?? '',
      requests: new Set<IncomingMessage>(),
      group: sending,
    }
    if (connections.size >= most) {
      const other = victim()
      if (!other) {
        socket.destroy()
        onClosed()
        return
      }
      close(other)
    }
    connections.set(keyOf(socket), connection)
    sending.add(connection)
    socket.once('close', () => forget(connection))
  })
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    // With TLS, this is the decrypted socket, which has the same addresses.
    const connection = connections.get(keyOf(request.socket))
    if (!connection) return
    connection.requests.add(request)
    moveTo(sending, connection)
    response.once('close', () => {
      connection.requests.delete(request)
      if (connections.get(keyOf(connection.socket)) === connection && connection.requests.size === 0)
        moveTo(idle, connection)
    })
  })
}

const KEY = Symbol('address and port of the client')

/** Key that identifies a connection of a server. A socket forgets its addresses when it is closed, so the key is kept. */
function keyOf(socket: Socket & { [KEY]?: string }): string {
  socket[KEY] ??= `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`
  return socket[KEY]
}

/** Connections in one state, by address; those that have been in it longest come first. */
class Group {
  readonly #byAddress = new Map<string, Set<Connection>>()

  add(connection: Connection): void {
    const its = this.#byAddress.get(connection.address) ?? new Set()
    this.#byAddress.set(connection.address, its.add(connection))
  }

  delete(connection: Connection): void {
    const its = this.#byAddress.get(connection.address)
    if (its?.delete(connection) && its.size === 0) this.#byAddress.delete(connection.address)
  }

  /** Of the address with the most connections in this state, the one that has been in it longest. */
  next(): Connection | undefined {
    let largest: Set<Connection> | undefined
    for (const its of this.#byAddress.values()) if (its.size > (largest?.size ?? 0)) largest = its
    return largest?.values().next().value
  }
}
