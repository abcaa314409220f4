import { createServer } from 'node:net'
import { type Layout, PORTS } from './layout.ts'

/**
 * Different free ports of a slot. They are below the range that
 * the kernel uses for outgoing connections (from 32768). Otherwise, a client that retries a server during its restart could
 * get the port of that server, and keep it.
 */
export async function freePorts<N extends string>(
  { firstPort }: Layout,
  ...names: readonly N[]
): Promise<Record<N, number>> {
  const ports: [N, number][] = []
  for (let port = firstPort; port < firstPort + PORTS && ports.length < names.length; port++) {
    if (await isFree(port)) ports.push([names[ports.length]!, port])
  }
  if (ports.length < names.length) {
    throw new Error(
      `ports ${firstPort} to ${firstPort + PORTS - 1} are in use: a test cluster needs ${names.length} of them`,
    )
  }
  return Object.fromEntries(ports) as Record<N, number>
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)))
  })
}
