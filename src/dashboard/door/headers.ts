import type { RequestHandler } from 'express'

/**
 * Content security policy: nothing but the page's own files is loaded, run or connected to; no text is ever turned into
 * markup (trusted types); no other page may frame it (https://www.w3.org/TR/CSP3/).
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
  // Answers depend on the person who asks, so no cache may keep them. The files of the page override this.
  'cache-control': 'no-store',
}

/** Sets these headers on every answer, refusals included. */
export const secureHeaders: RequestHandler = (_request, response, next) => {
  response.set(HEADERS)
  next()
}
