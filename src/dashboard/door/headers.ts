import type { RequestHandler } from 'express'

/**
 * Nothing but the page's own files is loaded, run or connected to; no markup is ever made of text (trusted types); nobody
 * frames it (https://www.w3.org/TR/CSP3/).
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // What is shown is somebody's: no cache keeps it. The files of the page say otherwise.
  'cache-control': 'no-store',
}

/** On every answer, refusals too. */
export const secureHeaders: RequestHandler = (_request, response, next) => {
  response.set(HEADERS)
  next()
}
