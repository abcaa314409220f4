import { createHmac } from 'node:crypto'

export const SIGNATURE_HEADER = 'plimsoll-signature'

/**
 * Signature that proves that a notice comes from Plimsoll, and when it was sent: `t=<Unix time>,v1=<hex>`, the HMAC-SHA256 (RFC
 * 2104) of `<Unix time>.<body>`. A receiver should refuse an old signature, because somebody could send a copy again.
 */
export function signatureOf(body: string, secret: string, unixSeconds: number): string {
  const mac = createHmac('sha256', secret).update(`${unixSeconds}.${body}`).digest('hex')
  return `t=${unixSeconds},v1=${mac}`
}
