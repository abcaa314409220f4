import { createServer } from 'node:net'
import { type Layout, PORTS } from './layout.ts'

/**
 * Ports of a slot that nothing listens on, all different. They are below those that
 * the kernel gives to outgoing connections (32768 on): a client that retries a server which is being restarted could else be
 * given that server's own port, and keep it.
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
