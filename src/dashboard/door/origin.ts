import type { IncomingHttpHeaders } from 'node:http'
import type { RequestHandler } from 'express'
import { Refusal } from '../refusal.ts'

const SAFE = new Set(['GET', 'HEAD'])

/**
 * Only under these names: a site that has its own name point here (DNS rebinding) is refused, whatever it sends.
 *
 * @param hosts as in the header `Host`; undefined: any
 */
export function onlyHosts(hosts: (() => readonly string[]) | undefined): RequestHandler {
  return (request, _response, next) => {
    const { host } = request.headers
    if (!hosts || (host !== undefined && hosts().includes(host.toLowerCase()))) return next()
    next(new Refusal('ForeignHost', `this dashboard answers only under ${hosts().join(', ')}`))
  }
}

/**
 * Refuses what another site has a browser ask for. Browsers say so themselves (`Sec-Fetch-Site`); older ones give the origin
 * of whatever changes something. What carries neither was sent by no page.
 */
export const sameOrigin: RequestHandler = ({ method, headers }, _response, next) => {
  next(isForeign(method, headers) ? new Refusal('ForeignOrigin') : undefined)
}

function isForeign(method: string, { host, origin, ...headers }: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  // A typed address and a bookmark may look, and change nothing.
  if (site !== undefined) return site !== 'same-origin' && !(site === 'none' && SAFE.has(method))
  if (origin === undefined) return false
  return URL.parse(origin)?.host !== host
}
