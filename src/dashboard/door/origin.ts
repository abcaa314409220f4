import type { IncomingHttpHeaders } from 'node:http'
import type { RequestHandler } from 'express'
import { Refusal } from '../refusal.ts'

const SAFE = new Set(['GET', 'HEAD'])

/**
 * Refuses requests under other host names: otherwise, a site that points its own name here (DNS rebinding) could send
 * requests.
 *
 * @param hosts names as in the header `Host`; undefined allows any
 */
export function onlyHosts(hosts: (() => readonly string[]) | undefined): RequestHandler {
  return (request, _response, next) => {
    const { host } = request.headers
    if (!hosts || (host !== undefined && hosts().includes(host.toLowerCase()))) return next()
    next(new Refusal('ForeignHost', `this dashboard answers only under ${hosts().join(', ')}`))
  }
}

/**
 * Refuses requests that another site makes a browser send. Browsers report that (`Sec-Fetch-Site`); older ones send the
 * origin of a request that changes something. A request with neither was not sent by a page.
 */
export const sameOrigin: RequestHandler = ({ method, headers }, _response, next) => {
  next(isForeign(method, headers) ? new Refusal('ForeignOrigin') : undefined)
}

function isForeign(method: string, { host, origin, ...headers }: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  // A typed address or a bookmark may read, but change nothing.
  if (site !== undefined) return site !== 'same-origin' && !(site === 'none' && SAFE.has(method))
  if (origin === undefined) return false
  return URL.parse(origin)?.host !== host
}
