import type { X509Certificate } from 'node:crypto'
import type { Validity } from './issue.ts'

const HOUR_MILLISECONDS = 3_600_000
const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS

/** Clocks of machines differ, and whoever checks a certificate may be behind. */
const BACKDATE_MILLISECONDS = HOUR_MILLISECONDS

export const AUTHORITY_MILLISECONDS = 3650 * DAY_MILLISECONDS
export const SERVING_MILLISECONDS = 90 * DAY_MILLISECONDS

/**
 * How long an authority stays trusted after the first certificate of its successor: a replica that cannot reach the API
 * server goes on serving with the old one.
 */
export const RETIRE_MILLISECONDS = DAY_MILLISECONDS

/** @param now Unix time, milliseconds */
export function validFor(milliseconds: number, now: number): Validity {
  return { notBefore: new Date(now - BACKDATE_MILLISECONDS), notAfter: new Date(now + milliseconds) }
}

/** When two thirds of its life are over, in Unix time, milliseconds: early enough for a month of failures. */
export function renewalOf({ validFromDate, validToDate }: X509Certificate): number {
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()]
  return from + ((to - from) * 2) / 3
}

/** When it was issued, in Unix time, milliseconds. */
export function issuedAt({ validFromDate }: X509Certificate): number {
  return validFromDate.getTime() + BACKDATE_MILLISECONDS
}
