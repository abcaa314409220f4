import { createServer, type Server } from 'node:net'

/** Ports that nothing listens on, all different. They are only probably free later: the kernel hands out others first. */
export async function freePorts<N extends string>(...names: readonly N[]): Promise<Record<N, number>> {
  const servers = await Promise.all(names.map(() => listen()))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<N, number>
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '0.0.0.0', () => resolve(server))
  })
}
