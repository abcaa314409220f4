// Opens connections to a port of this machine as fast as it can, sends the beginning of a request on each, and keeps them open
// until SIGTERM: node flood.ts tls|plain PORT COUNT
import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

const [layer, port, count] = process.argv.slice(2)
const UNFINISHED = 'POST /mutate/auto HTTP/1.1\r\nhost: x\r\nx-filler: '
/** Connections with a handshake in progress. */
const AT_ONCE = 64

const target = { host: '127.0.0.1', port: Number(port) }
const open = (): Socket =>
  layer === 'tls' ? connectTls({ ...target, rejectUnauthorized: false }) : connectPlain(target)
const held = new Set<Socket>()
let left = Number(count)

async function attack(): Promise<void> {
  while (left-- > 0) {
    const socket = open()
    held.add(socket)
    socket
      .on('error', () => {})
      .on('close', () => held.delete(socket))
      .resume()
    const ready = once(socket, layer === 'tls' ? 'secureConnect' : 'connect').catch(() => {})
    await Promise.race([ready, new Promise((resolve) => socket.once('close', resolve))])
    if (!socket.destroyed) socket.write(`${UNFINISHED}${'x'.repeat(4_000)}`)
  }
}

process.once('SIGTERM', () => process.exit(0))
await Promise.all(Array.from({ length: AT_ONCE }, attack))
console.log(`opened ${count}, holding ${held.size}`)
// Keeps the process running without connections.
setInterval(() => {}, 60_000)
