import type { Request, Response } from 'express'

/**
 * Name of the session cookie. Scripts cannot read it, and no other site can make a browser send it. Browsers share
 * cookies between the ports of a host, so the name includes the port; under HTTPS, the cookie is bound to that host
 * (`__Host-`).
 */
const NAME = 'plimsoll-session'
const ID = /^[A-Za-z0-9_-]{43}$/

export function sessionIdOf(request: Request): string | undefined {
  const names = [`__Host-${nameOf(request)}`, nameOf(request)]
  const cookies = new Map((request.headers.cookie ?? '').split(';').map((pair) => splitAt(pair.trim(), '=')))
  return names.map((name) => cookies.get(name)).find((id) => id !== undefined && ID.test(id))
}

export function keepSession(request: Request, response: Response, id: string): void {
  const isHttps = request.headers.origin?.startsWith('https:') ?? false
  const name = isHttps ? `__Host-${nameOf(request)}` : nameOf(request)
  response.cookie(name, id, { httpOnly: true, sameSite: 'strict', secure: isHttps, path: '/' })
}

export function dropSession(request: Request, response: Response): void {
  response.clearCookie(nameOf(request), { path: '/' })
  response.clearCookie(`__Host-${nameOf(request)}`, { path: '/', secure: true })
}

function nameOf({ headers }: Request): string {
  const port = /:(\d{1,5})$/.exec(headers.host ?? '')?.[1]
  return port === undefined ? NAME : `${NAME}-${port}`
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
