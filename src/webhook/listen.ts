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
 * Listens, and says where: `host:port` as it stands in a URL. Port 0 takes a free one.
 *
 * @param host undefined: all addresses, those of IPv6 too where the machine has IPv6
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
