import type { X509Certificate } from 'node:crypto'
import type { Validity } from './issue.ts'

const HOUR_MILLISECONDS = 3_600_000
const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS

/** A certificate is valid from an hour before it is issued, because a client's clock may be behind. */
const BACKDATE_MILLISECONDS = HOUR_MILLISECONDS

export const AUTHORITY_MILLISECONDS = 3650 * DAY_MILLISECONDS
export const SERVING_MILLISECONDS = 90 * DAY_MILLISECONDS

/**
 * How long an authority stays trusted after its successor has issued its first certificate: a replica that cannot reach the API
 * server continues to serve with the old certificate.
 */
export const RETIRE_MILLISECONDS = DAY_MILLISECONDS

/**
 * Validity of a certificate that is issued now.
 *
 * @param milliseconds lifetime
 * @param now Unix time, milliseconds
 */
export function validFor(milliseconds: number, now: number): Validity {
  return { notBefore: new Date(now - BACKDATE_MILLISECONDS), notAfter: new Date(now + milliseconds) }
}

/**
 * Time at which a certificate is due for renewal, in Unix milliseconds: after two thirds of its life, early enough for a month
 * of failures.
 */
export function renewalOf({ validFromDate, validToDate }: X509Certificate): number {
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()]
  return from + ((to - from) * 2) / 3
}

/** Time at which Plimsoll issued a certificate, in Unix milliseconds: an hour after its `notBefore`. */
export function issuedAt({ validFromDate }: X509Certificate): number {
  return validFromDate.getTime() + BACKDATE_MILLISECONDS
}
