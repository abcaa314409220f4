import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'
import { createPlainServer } from '../http/index.ts'

/**
 * Serves `GET /metrics` over plain HTTP. Port 0 chooses a free one.
 *
 * @returns the port, and a function that stops the server
 */
export async function serveMetrics(
  registry: Registry,
  { host, port }: { readonly host: string | undefined; readonly port: number },
): Promise<{ readonly port: number; readonly close: () => void }> {
  const server = createPlainServer(async (request, response) => {
    const isMetrics = request.method === 'GET' && request.url?.split('?')[0] === '/metrics'
    const text = isMetrics ? await registry.metrics() : 'served here: GET /metrics\n'
    response.writeHead(isMetrics ? 200 : 404, { 'content-type': isMetrics ? registry.contentType : 'text/plain' })
    response.end(text)
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
