import type { Size } from './reviews.ts'
import { type Bench, SERVERS, type Server } from './servers.ts'
import type { Kind } from './varied.ts'
import { type Load, load } from './wrk.ts'

const CONNECTIONS = 8
const ROUNDS = 5
const SECONDS = 4

export { SERVERS }
export type Loads = Partial<Record<Size, Partial<Record<Server, readonly Load[]>>>>

/** Puts every server under the same load, in turn, so that what else the machine does meets all of them alike. */
export async function measureThroughput(
  bench: Bench,
  kind: Kind,
  sizes: readonly Size[],
  servers: readonly Server[],
  tell: (text: string) => void,
): Promise<Loads> {
  const loads = Object.fromEntries(
    sizes.map((size) => [size, Object.fromEntries(servers.map((server) => [server, [] as Load[]]))]),
  )
  const once = (server: Server, size: Size) =>
    load({
      ...{ url: bench.urls[server], pid: bench.pids[server], bodyFile: bench.bodies[kind][size] },
      ...{ connections: CONNECTIONS, seconds: SECONDS },
    })
  // Compilers and caches warm up first.
  for (const server of servers) for (const size of sizes) await once(server, size)
  for (let round = 0; round < ROUNDS; round++) {
    for (const size of sizes) {
      for (let i = 0; i < servers.length; i++) {
        const server = servers[(round + i) % servers.length]!
        loads[size]![server]!.push(await once(server, size))
      }
    }
    tell(`${kind}, round ${round + 1} of ${ROUNDS}: ${servers.join(', ')}`)
  }
  return loads
}
