import { createServer, type RequestListener, type Server } from 'node:http'
import { boundConnections } from './bound-connections.ts'

/** Limits for small answers to short questions: a request that needs more time or size is not an honest one. */
const LIMITS = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
}
const MOST_CONNECTIONS = 256

/** Creates a plain HTTP server for what anybody who reaches the port may read, with limits on time, size and connections. */
export function createPlainServer(
  listener: RequestListener,
  limits: Partial<typeof LIMITS> = {},
  most = MOST_CONNECTIONS,
): Server {
  const server = createServer({ ...LIMITS, ...limits }, listener)
  boundConnections(server, most)
  return server
}
