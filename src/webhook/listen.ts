import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { type ErrorCode, WebhookError } from './errors.ts'

const LISTEN_ERRORS: ReadonlyMap<string | undefined, ErrorCode> = new Map([
  ['EADDRINUSE', 'PortInUse'],
  ['EACCES', 'AddressNotAllowed'],
  ['EADDRNOTAVAIL', 'AddressUnavailable'],
  ['ENOTFOUND', 'AddressUnavailable'],
])

/**
 * Starts to listen, and returns the address as `host:port`, as it is written in a URL. Port 0 takes a free port.
 *
 * @param host address to listen on; undefined means all addresses, including those of IPv6 if the machine has IPv6
 * @throws WebhookError PortInUse, AddressNotAllowed or AddressUnavailable
 */
export async function listen(server: Server, host: string | undefined, port: number): Promise<string> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const code = LISTEN_ERRORS.get((error as NodeJS.ErrnoException).code)
    throw code ? new WebhookError(code, `${host ?? '*'}:${port}`, { cause: error }) : error
  }
  const { address, family, port: taken } = server.address() as AddressInfo
  return family === 'IPv6' ? `[${address}]:${taken}` : `${address}:${taken}`
}
